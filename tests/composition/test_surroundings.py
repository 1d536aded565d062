"""What an app goes by when a test puts something in the place of the machine."""

from tests.testing.world import ROOM
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.composition.surroundings import Surroundings
from webpubsub.testing.clock import Clock
from webpubsub.testing.environment import Environment
from webpubsub.testing.http_clients import new_session


async def test_nothing_listens() -> None:
    """Doors in place of ports."""
    clock, environment = Clock(), Environment()
    environment.change({})

    app = LocalApp(
        Place(folder=ROOM, port=0, service_port=0, isolated=True),
        surroundings=Surroundings(
            clock=clock.timestamp,
            timers=clock,
            wall_clock=clock,
            listens=False,
        ),
    )
    await app.start()
    assert app.http.port == 0
    async with new_session(app.listener.door) as session:
        async with session.get("http://localhost/api/count") as answer:
            assert await answer.text() == "1"
        access = await app.service.client.client_access("room", user_id="alice")
    async with new_session(app.service.door) as session:
        socket = await session.ws_connect(access.url)
        await socket.send_str("hi")
        assert (await socket.receive()).data == "alice: hi"
        closing = await socket.close()
        assert closing
    await app.stop()
    environment.restore()


def test_by_default_it_is_the_machine() -> None:
    """With its clock and its ports."""
    around = Surroundings()
    assert around.listens
    assert around.timers is None
