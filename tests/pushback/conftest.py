from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clonedesk_connectors.testing.world import World
from tests.pushback.rig import VENDORS, Rig


@pytest.fixture(scope="session")
def world() -> World:
    return World(seed=11, tickets=160)


@pytest.fixture
def make_rig(tmp_path: Path, world: World) -> Iterator[Callable[..., Rig]]:
    made: list[Rig] = []

    def make(vendor: str, **options: Any) -> Rig:
        place = tmp_path / str(len(made))
        place.mkdir()
        made.append(Rig(VENDORS[vendor], options.pop("world", world), place, **options))
        return made[-1]

    yield make
    for rig in made:
        rig.queue.close()


@pytest.fixture(params=VENDORS)
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)
