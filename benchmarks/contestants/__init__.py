"""Who does the work: ours and its peers, each started as its users start it."""
