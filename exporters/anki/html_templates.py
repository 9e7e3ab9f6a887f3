"""The HTML templates of this package, filled in by Jinja2.

Anki's own placeholders are ``{{…}}`` and ``{{#…}}``. So the build's placeholders are ``[[…]]`` and
its comments ``[# … #]``.
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
    """The template with the file name `name`, filled with `values`.

    Values are escaped unless they are Markup.
    """
    return _environment().get_template(name).render(values).strip()
