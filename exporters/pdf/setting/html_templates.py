"""What all sheets are made with: templates, style files and plain text as HTML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from exporters.pdf.setting.cjk_spacing import spaced
from exporters.pdf.setting.missing_glyphs import boxed
from exporters.theme import stylesheet

_HERE = Path(__file__).parents[1]


def rendered(template: str, **values: Any) -> str:
    """The HTML of the template of that name, without a character that cannot be printed."""
    return boxed(_environment().get_template(f"{template}.html.jinja").render(**values))


@cache
def styles(*names: str) -> str:
    """The shared style and our own files of these names, one after another."""
    return "\n".join((stylesheet("light", "scale", "content", "code"), *map(own_style, names)))


@cache
def own_style(name: str) -> str:
    """Our own file of that name alone."""
    return _HERE.joinpath("css", name).read_text("utf-8")


def text(plain: str) -> Markup:
    """Plain text as HTML, spaced as the cards are."""
    return Markup(spaced(str(escape(plain))))


@cache
def _environment() -> Environment:
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True}
    loader = FileSystemLoader(_HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, **options)
