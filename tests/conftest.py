"""What tests of several packages need."""

from tests.examples.recording import (
    example,
    pytest_addoption,
    pytest_configure,
    pytest_runtest_teardown,
)
from tests.exporters.browser import chromium

__all__ = [
    "chromium",
    "example",
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_teardown",
]
