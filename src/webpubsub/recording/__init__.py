"""Records what passes a service, and replays what its clients said against an app."""
