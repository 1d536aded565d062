"""What is put together for a test. What it does is tested with worlds."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testing.world import ROOM
from webpubsub.testing.clock import Clock
from webpubsub.testing.environment import Environment
from webpubsub.testing.errors import SetupError
from webpubsub.testing.plans import Plan
from webpubsub.testing.records import Records
from webpubsub.testing.stages import AppStage, ServiceStage, new_stage
from webpubsub.testing.traffic import Traffic


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """An app changes it."""
    environment = Environment()
    environment.change({})
    yield
    environment.restore()


async def test_an_app_with_its_service() -> None:
    """Nothing listens; its hubs are known once it has started."""
    stage = new_stage(Plan(app=ROOM), Clock(), Records(), Traffic(lambda: 0.0))
    assert isinstance(stage, AppStage)
    handlers = list(logging.getLogger().handlers)
    await stage.start()
    assert stage.hubs == ["room"]
    assert "negotiate" in stage.functions
    assert stage.service.endpoint == "http://webpubsub.test"
    assert (stage.running, stage.is_asked) == (0, False)
    await stage.until_none_runs(1)
    await stage.stop()
    assert logging.getLogger().handlers == handlers


async def test_the_service_alone() -> None:
    """With the hubs that have settings."""
    stage = new_stage(Plan(sockets=True), Clock(), Records(), Traffic(lambda: 0.0))
    assert isinstance(stage, ServiceStage)
    await stage.start()
    assert stage.service.endpoint.startswith("http://127.0.0.1:")
    assert (stage.hubs, stage.functions) == ([], ())
    await stage.until_none_runs(1)
    await stage.stop()


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    """Are told as they are by the command."""
    (tmp_path / "host.json").write_text('{"version": "1.0"}', encoding="utf-8")
    with pytest.raises(SetupError, match=r"host.json: version is '1\.0'"):
        new_stage(Plan(app=tmp_path), Clock(), Records(), Traffic(lambda: 0.0))
