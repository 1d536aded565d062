"""Small function apps, written to a folder."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

HOST = '{"version": "2.0"}'

#: One HTTP function, one for user events of the hub "echo".
ECHO = """
import asyncio
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("negotiate", methods=["GET"])
@app.web_pubsub_connection_input(arg_name="connection", hub="echo", user_id="{query.user}")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(connection.url)

@app.web_pubsub_trigger(hub="echo", event_type="user", event_name="message")
async def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
    text = request.text()
    if text.startswith("sleep "):
        await asyncio.sleep(float(text.split()[1]))
    print("handled", text, flush=True)
    return wps.UserEventResponse(text)
"""

#: A function that keeps a thread busy, which nothing can stop.
STUBBORN = """
import threading
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("wait")
def wait(req: func.HttpRequest) -> func.HttpResponse:
    print("waiting", flush=True)
    threading.Event().wait()
    return func.HttpResponse("never")
"""

#: One function that can run and one that cannot.
HALF = """
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("good")
def good(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("fine")

@app.generic_trigger(arg_name="item", type="tubeTrigger", mail="m")
def bad(item: str) -> None:
    pass
"""


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A client of the app ECHO whose functions are at ``url``, as a browser becomes one."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/negotiate?user=alice") as answer:
            address = await answer.text()
        async with session.ws_connect(address) as client:
            yield client


async def is_echoed(client: aiohttp.ClientWebSocketResponse) -> bool:
    """Whether the app hears the client, and the client the app."""
    await client.send_str("hello")
    return await client.receive_str(timeout=10) == "hello"


def write_app(folder: Path, source: str, **settings: str) -> Path:
    """An app of one file, with these values in its local.settings.json."""
    folder.mkdir(exist_ok=True)
    (folder / "host.json").write_text(HOST, encoding="utf-8")
    (folder / "function_app.py").write_text(source, encoding="utf-8")
    if settings:
        write_settings(folder, **settings)
    return folder


def write_settings(folder: Path, **values: str) -> None:
    """A local.settings.json with these values."""
    (folder / "local.settings.json").write_text(
        json.dumps({"IsEncrypted": False, "Values": values}), encoding="utf-8"
    )
