"""Load that costs the machine little, the same for every contestant."""
