"""genanki, without what it does not need.

It takes one decorator from the package `cached_property`, which loads all of asyncio for another
one: a twelfth of a rebuild. Python has that decorator itself.
"""

from __future__ import annotations

import importlib
import sys
from functools import cached_property
from types import ModuleType

__all__ = ["APKG_COL", "APKG_SCHEMA", "genanki"]

_NAME = "cached_property"

if _NAME in sys.modules:
    import genanki
else:
    stand_in = ModuleType(_NAME)
    vars(stand_in)[_NAME] = cached_property
    sys.modules[_NAME] = stand_in
    try:
        import genanki
    finally:
        del sys.modules[_NAME]  # whoever else asks for the package gets it

APKG_COL: str = importlib.import_module("genanki.apkg_col").APKG_COL
APKG_SCHEMA: str = importlib.import_module("genanki.apkg_schema").APKG_SCHEMA
