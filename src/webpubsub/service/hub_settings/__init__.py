"""What can be set for each hub: who handles its events, who listens, who may come in."""
