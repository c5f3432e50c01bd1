"""Commands about files that go along, for whoever stands at the station."""
