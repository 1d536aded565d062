"""What is said on the wire: pure data and pure functions.

Nothing here opens a socket, reads a clock or draws a random number; time and randomness are
arguments.
"""
