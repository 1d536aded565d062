"""How many instructions the hot paths take: counts that do not depend on how
busy the machine is."""
