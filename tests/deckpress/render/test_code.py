"""Code with colours: nothing of it is lost, whatever the language."""

from __future__ import annotations

import html
import re

import pytest
from pygments.lexers import get_all_lexers

from deckpress.render.markup.code import highlighted

NAMES = sorted(aliases[0] for _, aliases, _, _ in get_all_lexers() if aliases)
CODE = "$ sudo ls  # one\n\n\tx = '<é>' // two\nC:\\> dir"


LINES = [
    "console",
    "doscon",
    "ps1con",
    "psql",
    "sqlite3",
    "irb",
    "iex",
    "pycon",
    "tcshcon",
    "rbcon",
]


def assert_kept(name: str) -> None:
    for code in (CODE, "$ ls", "x "):
        shown = html.unescape(re.sub("<[^>]*>", "", highlighted(code, name)))
        assert shown == code, name


@pytest.mark.parametrize("name", LINES)
def test_a_language_that_reads_whole_lines_keeps_the_last(name: str) -> None:
    assert_kept(name)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, len(NAMES), 100))
def test_every_language_keeps_every_character(first: int) -> None:
    for name in NAMES[first : first + 100]:
        assert_kept(name)


@pytest.mark.parametrize(
    ("code", "language"), [("ls # a", "sh"), ("x = 1 # a", "python"), ("a; // a", "js")]
)
def test_a_comment_at_the_end_has_its_colour(code: str, language: str) -> None:
    assert highlighted(code, language).endswith("a</span>")
