"""Connection strings. Specification: rest-api section 2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.connection_strings import ConnectionString, host_of

KEY = "top-secret-key=="


@pytest.mark.parametrize(
    ("text", "endpoint", "key"),
    [
        ("Endpoint=https://h.example;AccessKey=k;Version=1.0;", "https://h.example", "k"),
        ("Endpoint=https://h.example;AccessKey=k;Version=1.0", "https://h.example", "k"),
        ("Version=1.0;AccessKey=k;Endpoint=http://h", "http://h", "k"),
        (" endpoint = http://h ; ACCESSKEY = k ", "http://h", "k"),
        (";;Endpoint=http://h;;AccessKey=k;;", "http://h", "k"),
        ("Endpoint=http://h/;AccessKey=abc==", "http://h", "abc=="),
        ("Endpoint=http://h//;AccessKey==", "http://h", "="),
        ("Endpoint=http://h;AccessKey=k;Colour=red;Version=9", "http://h", "k"),
        ("Endpoint=http://h", "http://h", None),
        ("Endpoint=http://h;AccessKey=", "http://h", None),
        ("Endpoint=http://h:8080;AccessKey=k", "http://h:8080", "k"),
        ("Endpoint=http://h;Port=8080;AccessKey=k", "http://h:8080", "k"),
        ("Port=1;Endpoint=http://h:8080/", "http://h:1", None),
        ("Endpoint=http://h;Port=65535", "http://h:65535", None),
        ("Endpoint=http://h;Port=0080", "http://h:80", None),
        ("Endpoint=http://[::1]:80;Port=9", "http://[::1]:9", None),
        ("Endpoint=http://[::1];Port=9", "http://[::1]:9", None),
        ("Endpoint=HTTPS://H.example", "HTTPS://H.example", None),
        ("Endpoint=http://h/base/path/", "http://h/base/path", None),
        ("Endpoint=http://h/base;Port=9", "http://h:9/base", None),
    ],
)
def test_accepted_texts(text: str, endpoint: str, key: str | None) -> None:
    """Order, letter case of names, blanks, empty parts and unknown names do not count."""
    assert ConnectionString.parse(text) == ConnectionString(endpoint, key)


ENDPOINT_INVALID = "the Endpoint of the connection string must be a URL with scheme"
PORT_INVALID = "the Port of the connection string must be a number from 1 to 65535"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the connection string has no Endpoint; expected 'Endpoint=https://"),
        (" ; ", "the connection string has no Endpoint"),
        (f"AccessKey={KEY}", "the connection string has no Endpoint"),
        (f"Endpoint=;AccessKey={KEY}", "the connection string has no Endpoint"),
        (KEY.strip("="), "part 1 of the connection string has no '='; expected 'Endpoint="),
        ("Endpoint=http://h;top-secret-key;", "part 2 of the connection string has no '='"),
        (f"Endpoint=http://h;endpoint=http://i;AccessKey={KEY}", "has 'endpoint' twice"),
        (f"Endpoint=http://h;AccessKey={KEY};accesskey=x", "has 'accesskey' twice"),
        ("Endpoint=h.example", ENDPOINT_INVALID),
        ("Endpoint=localhost:8080", ENDPOINT_INVALID),
        ("Endpoint=ftp://h", ENDPOINT_INVALID),
        ("Endpoint=wss://h", ENDPOINT_INVALID),
        ("Endpoint=http://", ENDPOINT_INVALID),
        ("Endpoint=http://:80", ENDPOINT_INVALID),
        ("Endpoint=http://h:", ENDPOINT_INVALID),
        ("Endpoint=http://h:;Port=80", ENDPOINT_INVALID),
        ("Endpoint=http://h:0", ENDPOINT_INVALID),
        ("Endpoint=http://h:65536", ENDPOINT_INVALID),
        ("Endpoint=http://h:http", ENDPOINT_INVALID),
        ("Endpoint=http://[::1", ENDPOINT_INVALID),
        ("Endpoint=http://user:top-secret-key@h", ENDPOINT_INVALID),
        ("Endpoint=http://h?x=1", ENDPOINT_INVALID),
        ("Endpoint=http://h#x", ENDPOINT_INVALID),
        ("Endpoint=http://h\nx", ENDPOINT_INVALID),
        ("Endpoint=http://h,http://i", ENDPOINT_INVALID),
        ("Endpoint=http://key=h", ENDPOINT_INVALID),
        (f"Endpoint=http://h AccessKey={KEY}", ENDPOINT_INVALID),
        (f"Endpoint=http://h,AccessKey={KEY}", ENDPOINT_INVALID),
        (f"Endpoint=http://h/AccessKey={KEY}", ENDPOINT_INVALID),
        (f"Endpoint=h AccessKey={KEY}", ENDPOINT_INVALID),
        (f"Endpoint=http://h;AccessKey={KEY};Port=0", PORT_INVALID),
        ("Endpoint=http://h;Port=", PORT_INVALID),
        ("Endpoint=http://h;Port=-1", PORT_INVALID),
        ("Endpoint=http://h;Port=65536", PORT_INVALID),
        ("Endpoint=http://h;Port=abc", PORT_INVALID),
        ("Endpoint=http://h;Port=8_0", PORT_INVALID),
        ("Endpoint=http://h;Port=\u0661", PORT_INVALID),
        ("Endpoint=http://h;Port=" + "1" * 5000, PORT_INVALID),
        (f"Endpoint=http://h;Port=80 AccessKey={KEY}", PORT_INVALID),
    ],
)
def test_refused_texts(text: str, error: str) -> None:
    """One sentence says what is wrong, and never repeats what may be a key."""
    with pytest.raises(ValueError) as caught:
        ConnectionString.parse(text)
    assert error in str(caught.value)
    assert "top-secret" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_the_key_shows_only_where_it_is_asked_for() -> None:
    """A repr, as in tracebacks and logs, leaves it out; the text is for settings."""
    value = ConnectionString("http://h", KEY)
    assert str(value) == f"Endpoint=http://h;AccessKey={KEY};Version=1.0;"
    assert repr(value) == "ConnectionString(endpoint='http://h')"
    assert [*value.__rich_repr__()] == [("endpoint", "http://h")]
    assert str(ConnectionString("http://h")) == "Endpoint=http://h;Version=1.0;"


@pytest.mark.parametrize(
    ("endpoint", "authority"),
    [
        ("http://localhost:8080", "localhost:8080"),
        ("https://h.example/p", "h.example"),
        ("http://[::1]:1", "[::1]:1"),
    ],
)
def test_authority(endpoint: str, authority: str) -> None:
    """Host and port, as they stand in an audience."""
    assert ConnectionString(endpoint).authority == authority


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://LocalHost:8080", "localhost"),
        ("https://h.example/p", "h.example"),
        ("http://[::1]:1", "[::1]"),
        ("", ""),
    ],
)
def test_the_host_of_a_url(url: str, host: str) -> None:
    """As it stands in WebHook-Request-Origin, which knows no ports."""
    assert host_of(url) == host


hosts = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9.-]{0,20}[a-zA-Z0-9])?", fullmatch=True)
keys = st.text(st.characters(exclude_characters=";", exclude_categories=["Cs"]), min_size=1).filter(
    lambda key: key == key.strip()
)


@given(
    st.sampled_from(["http", "https"]),
    hosts,
    st.none() | st.integers(1, 65_535),
    st.none() | keys,
)
def test_round_trip(scheme: str, host: str, port: int | None, key: str | None) -> None:
    """What is written is read again; a port given apart is the same as one in the endpoint."""
    value = ConnectionString(f"{scheme}://{host}" + (f":{port}" if port else ""), key)
    assert ConnectionString.parse(str(value)) == value
    apart = f"Endpoint={scheme}://{host};AccessKey={key or ''}" + (f";Port={port}" if port else "")
    assert ConnectionString.parse(apart) == value


@given(st.text() | st.text().map("Endpoint={}".format) | st.text().map("Endpoint=http://{}".format))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    """What is accepted can be written and read again, everything else is a ValueError."""
    try:
        value = ConnectionString.parse(text)
    except ValueError as error:
        problem = str(error)
    else:
        problem = ""
        assert ConnectionString.parse(str(value)) == value
        assert value.authority
    assert not problem or "the connection string" in problem
