"""The short way for plain texts finds what the parser finds."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.token import Token

from deckpress.commonmark.blocks import parse_blocks
from deckpress.commonmark.document import parse
from deckpress.commonmark.plain import plain_blocks

LINES = ["```", "````", " ```", "    ```", "```py x", "``` a`b", "a", "中 b", "", "", " x", "~~~"]
LINES += ["- a", "$$", "\\[", "\\]", "``", "> q", "[a]: b", "---", "a | b", "<!--", "\t```", "1. x"]


def blocks(tokens: Iterable[Token]) -> list[tuple[object, ...]]:
    return [
        (t.type, t.level, t.content, t.info, t.markup, t.map if t.nesting >= 0 else None)
        for t in tokens
    ]


@given(st.lists(st.sampled_from(LINES), max_size=9).map("\n".join))
@example("a\n```py x \nb\n\n  ```` \nc")
@example("\\[\nx\n\\]")
@example("```\nnever closed")
def test_a_text_without_other_blocks_has_the_same_ones_without_the_parser(text: str) -> None:
    assert blocks(parse(text).tokens) == blocks(parse_blocks(text, {}))


def test_paragraphs_and_fences_take_the_short_way() -> None:
    assert plain_blocks("one\ntwo\n\n```py\nx = 1\n```\n\nthree") is not None
    assert plain_blocks("- ```py\n  x = 1\n  ```") is None
