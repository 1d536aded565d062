"""Commands; the only place, with testing, that puts the rooms together."""
