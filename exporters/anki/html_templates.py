"""The HTML files of this package, as Jinja2 templates.

Anki's own placeholders are ``{{…}}``, and a section opens with ``{{#``: so what the build fills in
is written ``[[…]]`` here, and a comment ``[# … #]``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )


def render(name: str, **values: object) -> str:
    """The template of that file name with `values`, which are escaped unless they are Markup."""
    return _environment().get_template(name).render(values).strip()
