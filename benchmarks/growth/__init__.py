"""How cost grows: with connections, payloads, groups, functions and states."""
