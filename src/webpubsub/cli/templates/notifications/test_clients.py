"""What clients of the app get: the app, its service and the clients in one process."""

from webpubsub.testing import World


async def test_what_is_posted_reaches_everybody(webpubsub: World) -> None:
    answer = await webpubsub.http.get("/api/negotiate")
    client = await webpubsub.connect(answer.json()["url"], protocol="simple")
    await webpubsub.http.post("/api/notify", data="The shop is open.")
    await client.expect(lambda message: "The shop is open." in message.text)


async def test_every_ten_seconds_there_is_one(webpubsub: World) -> None:
    client = await webpubsub.connect()
    await webpubsub.clock.advance(10)
    await client.expect(lambda message: message.data["title"] == "Ten seconds have passed.")
