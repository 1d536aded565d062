"""Connections as they come in: what the port of the service and that of the host have in common.

Both have crowds at the door, clients that are slow, and a port that is to be closed with nobody in
it. What a server does about these, whoever its clients are and whatever they want, is here. It
knows event loops, sockets and HTTP connections, but no request: what one says is a matter of
``protocol``, and what becomes of it one of the service or the host, which keep what only one of
them needs.
"""
