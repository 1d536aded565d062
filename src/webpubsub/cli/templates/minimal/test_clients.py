"""What clients of the app get: the app, its service and the clients in one process."""

from webpubsub.testing import World


async def test_a_client_negotiates_and_connects(webpubsub: World) -> None:
    answer = await webpubsub.http.get("/api/negotiate")
    client = await webpubsub.connect(answer.json()["url"], protocol="simple")
    await client.send_event("message", "hello")
    await client.expect("You said: hello")
