"""Files that go along with messages: put to a draft, looked at before it leaves, saved by whoever received them."""
