"""A port for a command that serves events itself."""

import socket

from webpubsub.cli.own_port import free_port, with_own_port


def test_handlers_and_words_agree_on_a_port() -> None:
    """One port for all of them."""
    handlers, words, variables = with_own_port(
        ["a=http://localhost:{port}/x", "b=http://localhost:{port}/{event}"],
        ["serve", "--port={port}"],
    )
    port = variables["PORT"]
    assert handlers == [f"a=http://localhost:{port}/x", f"b=http://localhost:{port}/{{event}}"]
    assert words == ["serve", f"--port={port}"]


def test_without_such_a_handler_the_words_stay_as_they_are() -> None:
    """They may mean something else by it."""
    words = ["echo", "{port}"]
    assert with_own_port(["a=http://localhost:8000/"], words) == (
        ["a=http://localhost:8000/"],
        words,
        {},
    )


def test_a_free_port_is_free() -> None:
    """Somebody can listen on it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
