"""What tests of several packages need."""

from tests.exporters.browser import chromium

__all__ = ["chromium"]
