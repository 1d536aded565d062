"""Binding types by extension: HTTP, timer, Web PubSub."""
