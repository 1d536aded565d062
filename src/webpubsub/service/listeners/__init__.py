"""Event listeners: those who are told of events and never answer."""
