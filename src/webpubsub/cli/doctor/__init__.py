"""Looks at the machine and at what is set, where ``webpubsub check`` looks at the app."""
