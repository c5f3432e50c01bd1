"""The watch desk's screen as plain data: what needs whom by when. Pages, programs and commands show it."""
