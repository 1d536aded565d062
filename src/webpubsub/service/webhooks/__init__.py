"""The webhook caller: takes events over HTTP to applications that run elsewhere."""
