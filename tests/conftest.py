"""What tests of several packages need."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest
from hypothesis import settings

from tests import memory
from tests.examples import programs
from tests.examples.docker_engine import _engine, engine
from tests.exporters.browser import chromium

pytest_plugins = ["releases.proving"]

# How long an example takes says more about the machine than about the code. `test --all` asks for
# the thorough profile.
settings.register_profile("quick", deadline=None, max_examples=25)
settings.register_profile("thorough", deadline=None, max_examples=100)
settings.load_profile("quick")

# Whatever takes long comes first, so that no process is left with it when the others are done. At
# the end are the many files below tests/deckpress, of a second or two each.
_FIRST = (
    "tests/test_attacks.py",
    "tests/exporters/pdf/",
    "tests/exporters/web/",
    "tests/releases/",
    "tests/exporters/",
    "tests/commands/",
    "tests/test_",
    "tests/docs/",
    "tests/examples/",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    from releases import proving  # pytest itself imports its plugins first

    proving.VERSIONS.update(programs.VERSIONS)
    memory.use(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        found = (place for place, start in enumerate(_FIRST) if item.nodeid.startswith(start))
        return next(found, len(_FIRST))

    items.sort(key=turn)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what is collected out of garbage collections: each print ends with one of all objects.

    Two hundred prints would look through some 300,000 objects that live until the end anyway.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


__all__ = [
    "_engine",
    "chromium",
    "engine",
]
