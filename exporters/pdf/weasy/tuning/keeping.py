"""What all changes share: results kept on a style, and functions put in the place of others."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def kept(style: Any, name: str, made: Callable[[Any], Any]) -> Any:
    """The result of `made` for a style, which is computed once."""
    try:
        return style.__dict__[name]
    except KeyError:
        value = style.__dict__[name] = made(style)
        return value


def replace(old: Callable[..., Any], new: Callable[..., Any]) -> None:
    """Put a new function in the place of an old one in all modules of WeasyPrint."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint.") and vars(module).get(old.__name__) is old:
            setattr(module, old.__name__, new)
