"""What is blanked out is what the parser takes for code, a formula or a comment, and no more."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from deckpress.commonmark.inline import parse_inline
from deckpress.commonmark.opaque import code_and_comments

PIECES = ["`", "``", "```", "\\", "$", "$x$", "a", " ", "\n", "<!--", "-->", "中", "*", "~"]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map(lambda p: "".join(p).strip())


@given(texts)
@example("\\``a` `` ```")
@example("<!-- ` --> `a`")
@example("$a`b$ `c`")
def test_both_find_the_same_code(text: str) -> None:
    if "\n\n" in text:
        return  # those are two paragraphs
    kinds = ("code_inline", "formula", "comment")
    parsed = [token.type for token in parse_inline(text, {}) if token.type in kinds]
    found = [text[start:stop] for start, stop in code_and_comments(text, formulas=True)]
    names = {"`": "code_inline", "$": "formula", "<": "comment"}
    assert [names[each[0]] for each in found] == parsed
