"""The same little test in the words of each library: a client connects, says something, and is
answered."""
