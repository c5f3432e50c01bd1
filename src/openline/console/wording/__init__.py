"""What the station says in English, said in the language of a page."""
