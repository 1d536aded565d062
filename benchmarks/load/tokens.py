"""Access tokens as the official SDKs make them, by the thousand: everybody has one of their own, so
that no server can remember what it has found out about another."""

import time

import jwt

from webpubsub.service.settings import DEVELOPMENT_KEY

KEY = DEVELOPMENT_KEY
_LIFETIME = 3600


def connection_string(port: int) -> str:
    """Of a service on this machine."""
    return f"Endpoint=http://127.0.0.1:{port};AccessKey={KEY};Version=1.0;"


def client_path(port: int, path: str, user: str) -> str:
    """Where a user connects, with a token for it."""
    now = int(time.time())
    audience = f"http://127.0.0.1:{port}{path}"
    claims = {"aud": audience, "iat": now, "exp": now + _LIFETIME, "sub": user}
    return f"{path}?access_token={jwt.encode(claims, KEY, 'HS256')}"


def server_token(audience: str, number: int) -> str:
    """With which a server makes one request; others have another number."""
    return jwt.encode({"aud": audience, "exp": int(time.time()) + 60 + number}, KEY, "HS256")
