"""Function apps as their authors write them, served as ``webpubsub start`` serves them."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.host.errors import HostError
from webpubsub.testing.environment import Environment

#: The first lines of an app whose HTTP functions need no keys.
HEAD = """
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""


def written(folder: Path, files: Mapping[str, str], host: Mapping[str, Any] = {}) -> Path:
    """An app with these files, and with these members of its host.json."""
    app = folder / "app"
    document = json.dumps({"version": "2.0", **host})
    for name, text in {"host.json": document, **files}.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text, encoding="utf-8")
    return app


def script(folder: Path, source: str, **host: Any) -> Path:
    """An app of one script, after ``HEAD``, and with these members of its host.json."""
    return written(folder, {"function_app.py": HEAD + source}, host)


def function_json(*bindings: Mapping[str, Any], **members: Any) -> str:
    """A function.json with these bindings."""
    return json.dumps({"bindings": bindings, **members})


#: The trigger of a function with a function.json that takes all HTTP requests.
HTTP_IN = {"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous"}
HTTP_OUT = {"type": "http", "direction": "out", "name": "$return"}


def values(**settings: str) -> str:
    """A local.settings.json with these values."""
    return json.dumps({"IsEncrypted": False, "Values": settings})


class Served:
    """An app that serves, and a client of its functions."""

    def __init__(self, app: LocalApp, session: aiohttp.ClientSession) -> None:
        self.app = app
        self.session = session

    @property
    def errors(self) -> Mapping[str, str | None]:
        """What is wrong with each function."""
        return {report.name: report.error for report in self.app.host.functions}

    async def ask(self, path: str, method: str = "GET", **options: Any) -> tuple[int, str]:
        """The status and the text of an answer."""
        async with self.session.request(method, path, **options) as answer:
            return answer.status, await answer.text()

    @asynccontextmanager
    async def client(
        self, hub: str, protocols: Sequence[str] = ()
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A client of the built-in service."""
        access = await self.app.service.client.client_access(hub, user_id="alice")
        async with self.session.ws_connect(access.url, protocols=protocols) as client:
            yield client


@asynccontextmanager
async def asked(app: LocalApp) -> AsyncIterator[Served]:
    """A client, meanwhile, of an app that serves."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{app.http.port}") as session:
        yield Served(app, session)


@asynccontextmanager
async def served(folder: Path, **place: Any) -> AsyncIterator[Served]:
    """Serve an app meanwhile; what its settings put into the environment is gone afterwards."""
    environment = Environment()
    environment.change({})
    app = LocalApp(Place(folder=folder, port=0, service_port=0, **place))
    try:
        await app.start()
        try:
            async with asked(app) as serving:
                yield serving
        finally:
            await app.stop()
    finally:
        environment.restore()


async def refusal(folder: Path) -> str:
    """Why an app does not start."""
    try:
        async with served(folder):
            return ""
    except HostError as error:
        return str(error)
