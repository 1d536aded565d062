"""A reverse proxy that ends TLS, and keeps connections to the service for reuse."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import hdrs, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: What a proxy does not pass on, RFC 9110 section 7.6.1, and what the client of ours adds itself.
_OWN = {"connection", "upgrade", "keep-alive", "transfer-encoding", "content-length"}


class ReverseProxy:
    """Forwards to ``target``, an ``http`` URL. ``keeps_host`` is whether the service sees the Host
    header of the client, or that of the proxy's own request.

    ``endpoint`` is where clients find it, ``certificate`` the file that they trust. ``reused`` is
    how often it has used a connection to the service again.
    """

    def __init__(self, certificate: Path, *, keeps_host: bool) -> None:
        self.certificate = certificate
        self.target = ""
        self.endpoint = ""
        self.reused = 0
        self._keeps_host = keeps_host
        self._to_service: aiohttp.ClientSession

    async def serve(self, port_known: asyncio.Event, stop: asyncio.Event) -> None:
        """Listen on a free port until told to stop."""
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_reuseconn.append(self._on_reuse)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        runner = web.ServerRunner(web.Server(self._forward))
        await runner.setup()
        async with aiohttp.ClientSession(trace_configs=[tracing]) as self._to_service:
            site = web.TCPSite(runner, "localhost", 0, ssl_context=context)
            await site.start()
            port = runner.addresses[0][1]
            self.endpoint = f"https://localhost:{port}"
            port_known.set()
            await stop.wait()
            await runner.cleanup()

    async def _on_reuse(self, _session: object, _context: object, _params: object) -> None:
        self.reused += 1

    async def _forward(self, request: web.BaseRequest) -> web.StreamResponse:
        headers = [
            (name, value)
            for name, value in request.headers.items()
            if name.lower() not in _OWN
            and not name.lower().startswith("sec-websocket-")
            and (self._keeps_host or name != hdrs.HOST)
        ]
        headers.append(("X-Forwarded-Proto", "https"))
        if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self._join(request, headers)
        async with self._to_service.request(
            request.method,
            self.target + request.raw_path,
            headers=headers,
            data=await request.read(),
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read())

    async def _join(
        self, request: web.BaseRequest, headers: list[tuple[str, str]]
    ) -> web.StreamResponse:
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = [one.strip() for one in offered.split(",") if one.strip()]
        try:
            inner = await self._to_service.ws_connect(
                self.target + request.raw_path,
                headers=headers,
                protocols=protocols,
            )
        except aiohttp.WSServerHandshakeError as error:
            return web.Response(status=error.status)
        outer = web.WebSocketResponse(protocols=[inner.protocol] if inner.protocol else ())
        await outer.prepare(request)
        back = asyncio.create_task(_pass_on(inner, outer))
        await _pass_on(outer, inner)
        await back
        return outer


async def _pass_on(
    source: aiohttp.ClientWebSocketResponse | web.WebSocketResponse,
    target: aiohttp.ClientWebSocketResponse | web.WebSocketResponse,
) -> None:
    async for message in source:
        await target.send_str(message.data)
    await target.close()


@asynccontextmanager
async def proxying(directory: Path, *, keeps_host: bool) -> AsyncIterator[ReverseProxy]:
    """A proxy whose target is still to be set; its certificate is kept in a directory."""
    certificate = directory / "localhost.pem"
    certificate.write_bytes(made_certificate())
    proxy = ReverseProxy(certificate, keeps_host=keeps_host)
    listening, stop = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(proxy.serve(listening, stop))
    await listening.wait()
    try:
        yield proxy
    finally:
        stop.set()
        await task


def made_certificate() -> bytes:
    """A key and a certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
