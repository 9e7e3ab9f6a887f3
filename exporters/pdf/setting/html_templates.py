"""What all sheets are made of: templates, style files, and plain text as HTML."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from exporters.pdf.setting.cjk_spacing import add_thin_spaces
from exporters.pdf.setting.full_width import keep_full_width
from exporters.pdf.setting.line_breaks import decide_breaks
from exporters.pdf.setting.missing_glyphs import box_missing_glyphs
from exporters.theme import stylesheet

_HERE = Path(__file__).parents[1]
# The sizes in our styles that are smaller than the text, relative to that of the sheet, or to that
# around them; and the size of indices.
_REM = re.compile(r"font-size: (0\.\d+)rem")
_EM = re.compile(r"font-size: (0\.\d+)em")
_INDEX = 0.75
_ENGLISH = re.compile('<html lang="en')


def render(template: str, **values: Any) -> str:
    """The template called `template`, filled with `values`.

    Characters that no font has are replaced by boxes.
    """
    html = box_missing_glyphs(
        _environment().get_template(f"{template}.html.jinja").render(**values)
    )
    return keep_full_width(html) if _ENGLISH.search(html) else html


@cache
def styles(*names: str) -> str:
    """The shared style files and the files `names` of the printed deck, joined in order."""
    shared = stylesheet("light", "scale", "content", "code")
    return "\n".join((shared, _own_style("english.css"), *map(_own_style, names)))


@cache
def _own_style(name: str) -> str:
    """The style file `name` of the printed deck."""
    return _HERE.joinpath("css", name).read_text("utf-8")


def readable(css: str, size: float, least: float) -> str:
    """`css` in which no type is smaller than `least` points, on a sheet in type of `size` points.

    A size in em is that of a part of a line. It is enlarged so far that even in the smallest text
    it is not too small, since a style sheet does not know in which text it stands.
    """
    smallest = max(least, size * min(map(float, _REM.findall(css)), default=1.0))
    share = least / smallest
    css = _REM.sub(lambda found: f"font-size: {max(float(found[1]) * size, least):.3f}pt", css)
    css = _EM.sub(lambda found: f"font-size: {max(float(found[1]), share):.3f}em", css)
    return f"{css}\nsub, sup {{ font-size: {max(_INDEX, share):.3f}em }}\n"


def text_to_html(plain: str) -> Markup:
    """The text `plain` as HTML, with the thin spaces and the possible breaks of a card."""
    return Markup(decide_breaks(add_thin_spaces(str(escape(plain)))))


@cache
def _environment() -> Environment:
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True}
    loader = FileSystemLoader(_HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, **options)
