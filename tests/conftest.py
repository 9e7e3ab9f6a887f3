"""What tests of several packages need."""

from hypothesis import settings

from tests.examples.docker_engine import _engine, engine
from tests.examples.recording import (
    example,
    pytest_addoption,
    pytest_configure,
    pytest_runtest_teardown,
)
from tests.exporters.browser import chromium

# How long an example takes says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

__all__ = [
    "_engine",
    "chromium",
    "engine",
    "example",
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_teardown",
]
