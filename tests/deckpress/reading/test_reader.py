"""Reading: no text is too strange, nothing is lost, and code is never taken for structure."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deckpress.checks import check
from deckpress.commonmark.document import parse
from deckpress.diagnostics import Diagnostic, as_github, as_records, as_text, ordered
from deckpress.fixes.assign_ids import assign_ids
from deckpress.model import CardKind, RawDeck
from deckpress.reading.attributes import split_heading, well_formed_tag
from deckpress.reading.disk.files import LoadedSource, source_lines
from deckpress.reading.lines import heading_level, split_lines
from deckpress.reading.reader import read
from deckpress.reading.references import references
from deckpress.reading.tokens import TokenKind, scan

FRONT = "---\ntitle: Nginx\nlang: en\nkey: nginx\nanki_deck: Nginx\n---\n"

# What has a meaning somewhere, and what looks as if it had.
PIECES = [
    *("#", "##", "###", "####", "#######", "# ", "## ", "### ", "#\t", " ## ", "    ## ", "\\# "),
    *("## Question {#a}", "## Question {#b .cloze level=1}", "# Section {#s}", "### Why", "###"),
    *("```", "````", "~~~", "~~~~~", "```nginx", "~~~sh", "``` `", "- ```", "> ~~~", "1. ```"),
    *("    ```", "  ~~~", "   ```", "\t```", "> - ```", ">> ```", "- > ~~~", "-   ```"),
    *(
        "---",
        "--- ",
        "...",
        "===",
        "***",
        ":::",
        "::: note",
        "{#a}",
        "{#",
        "{.x}",
        "{#a #b}",
        "{#}",
    ),
    *("\n", "\n\n", "\r\n", "\r", "\r\r\n", "\t", " ", "    ", "\ufeff", "\x0b", "\x0c", "\x85"),
    *("\u2028", "\u3000", "\u00a0", "\u200b", "e\u0301", "\uff5b#a\uff5d", "\0", "\U0001f600"),
    *("- ", "* ", "+ ", "1. ", "2) ", "> ", ">", "- [ ] ", "- [x] a", "- []", "-", "10000000000. "),
    *("<!--", "-->", "<!-- ## Q -->", "<br>", "</", "[^1]", "[^1]: ", "[!NOTE]", "> [!TIP]"),
    *(
        "`",
        "``",
        "$",
        "$$",
        "\\",
        "|",
        "| a | b |",
        "|-|-|",
        "{{c1::",
        "}}",
        "{{c1::a}}",
        "::",
        "c1",
    ),
    *("[a](#b)", "![](figures/x.png)", "[a]: figures/x", "file=examples/x", "](", "]:", "title: T"),
    *("tags: [a]", "tags:", "lang: en", "&a [*a]", "? ", "word", "\u4e2d\u6587", "\uff1a"),
]
nasty = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
nasty_lines = st.lists(
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join), max_size=20
).flatmap(lambda rows: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(rows)))
headed = st.builds(str.__add__, st.sampled_from(["", FRONT, "\ufeff", "\n", "---\n"]), nasty_lines)
texts = st.one_of(st.text(), nasty, nasty_lines, headed)


def loaded(text: str) -> LoadedSource:
    data = text.encode("utf-8", "surrogatepass")
    return LoadedSource("deck", "deck.md", data, text, {}, ())


def deck_of(text: str) -> RawDeck:
    return read(loaded(text))[0]


def printable(character: str) -> bool:
    """Stands in for the fonts: letters have a glyph, most else beyond ASCII has none."""
    return character.isascii() or character.isalpha()


def findings(text: str) -> tuple[Diagnostic, ...]:
    deck, found = read(loaded(text))
    return ordered([*found, *check(deck, printable)])


def headings(text: str) -> list[tuple[int, int]]:
    """The line and level of each heading, as the reader sees them."""
    return [(t.line, t.level) for t in scan(text) if t.kind is TokenKind.HEADING]


# --- tokens ------------------------------------------------------------------------------------


@given(texts)
@example("---")
@example("\ufeff---\r\n---\r")
@example("```\n## a\r```\r\n## b")
def test_the_tokens_joined_are_the_source(text: str) -> None:
    assert "".join(token.raw for token in scan(text)) == text


@given(texts)
@example("a\r\n\r\n## b\r## c")
def test_a_token_stands_on_the_line_that_an_editor_shows(text: str) -> None:
    before = ""
    for token in scan(text):
        assert token.raw
        assert token.line == 1 + len(re.findall(r"\r\n|\r|\n", before))
        before += token.raw
        if token.kind is TokenKind.HEADING:
            assert len(split_lines(token.raw)) == 1
            assert token.level == heading_level(token.raw)


def body_of(text: str) -> tuple[str, int]:
    """The text below the front matter, and how many lines are above it."""
    above = [t.raw for t in scan(text) if t.kind in (TokenKind.BOM, TokenKind.FRONT)]
    start = "".join(above)
    return text[len(start) :], len(split_lines(start.removeprefix("\ufeff")))


@given(texts)
@example("- a\n\n      ```\n\n## b\n      ```\n## c\n")
@example("> ```\n## a\n> ```\n## b")
@example("- ```\n## a\n```\n## b")
@example("    ```\n## a\n    ```\n## b")
@example("   ```\n ## a\n## b\n   ```\n## c")
@example("#### a\n- ```\n  ## b\n  ```\n## c")
@example("```\n- ```\n## a")
@example("\ufeff# a")
@example("- a\n ## b")
@example("- a\n\n   ## b")
@example("<!--\n## a\n--> b\n## c")
@example("- <!--\n## a\n-->")
def test_a_line_is_a_heading_if_the_parser_says_so(text: str) -> None:
    """`scan` jumps from heading to heading; here the parser reads the whole text at once."""
    body, above = body_of(text)
    document = parse(body.replace("\r\n", "\n").replace("\r", "\n"))
    if document.too_deep:
        return
    expected = [
        (above + 1 + token.map[0], len(token.markup))
        for token in document.tokens
        if token.type == "heading_open" and token.map and not token.level
        if token.markup[0] == "#" and len(token.markup) <= 3
    ]
    assert headings(text) == expected


def commonmark_headings(text: str) -> list[int]:
    """The lines with a heading in a text of fences and headings at the margin, the slow way."""
    found, mark = [], ""
    for number, row in enumerate(split_lines(text), 1):
        if mark:
            bare = row.strip()
            mark = "" if bare == bare[:1] * len(bare) and bare.startswith(mark) else mark
        elif match := re.match("`{3,}|~{3,}", row):
            mark = match[0]
        elif heading_level(row):
            found.append(number)
    return found


@given(
    st.lists(
        st.sampled_from(["# a", "## b", "### c", "```", "````", "~~~", "~~~~", "``` x", "", "text"])
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_heading_in_a_fence_is_none(rows: list[str], end: str) -> None:
    text = "".join(row + end for row in ["# s", *rows])
    assert [line for line, _ in headings(text)] == commonmark_headings(text)


# --- no text is too strange ----------------------------------------------------------------------


@given(texts)
@example("---\n&a [*a]\n---\n")
@example("---\ntags: {? [a] : b}\n---\n")
def test_any_text_is_read_checked_and_reported(text: str) -> None:
    found = findings(text)
    source = source_lines(text)
    for diagnostic in found:
        assert diagnostic.span.line >= 1
        assert diagnostic.span.column >= 1
        assert diagnostic.span.line <= max(1, len(source))
    for lang in ("en", "zh_CN"):
        assert bool(as_text(found, {"deck.md": source}, lang)) == bool(found)
        as_records(found, lang)
        as_github(found, lang)


@given(texts)
def test_a_finding_stands_on_characters_that_are_there(text: str) -> None:
    source = source_lines(text)
    for diagnostic in findings(text):
        span = diagnostic.span
        line = source[span.line - 1] if source else ""
        assert span.column <= len(line) + 1, diagnostic


@given(texts)
def test_every_word_below_a_section_is_in_the_deck(text: str) -> None:
    """What a card, a part or an introduction holds is all that stands between the headings."""
    text = FRONT + "# S {#s}\n" + text.replace("\r\n", "\n").replace("\r", "\n")
    deck = deck_of(text)
    kept: list[str] = []
    for section in deck.sections:
        kept += [section.title.source, section.intro.source]
        for card in section.cards:
            kept += [card.question.source, card.lead.source, card.short.source]
            kept += [item.text.source for item in card.items]
            kept += [part.text.source for part in card.parts]
    for token in scan(text):
        if token.kind is TokenKind.TEXT and not any(c.items for c in deck.cards()):
            assert token.raw.strip() in "\n".join(kept)


@given(texts)
def test_references_never_raise_and_stand_in_the_text(text: str) -> None:
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for reference in references("\n".join(rows)):
        assert reference.path in rows[reference.line][reference.column - 1 :]


# --- stamping ------------------------------------------------------------------------------------


@given(texts)
@example("## a {.cloze}\r\n## a\r\n# b ##\n## {.x}")
@example("## a {#}\n## b {#c}\n## b\n## b")
def test_stamping_adds_ids_and_nothing_else(text: str) -> None:
    stamped, count = assign_ids(text)
    assert assign_ids(stamped) == (stamped, 0)
    before, after = scan(text), scan(stamped)
    assert [(t.kind, t.line, t.level) for t in before] == [(t.kind, t.line, t.level) for t in after]
    changed = [(old.raw, new.raw) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == count
    for old, new in changed:
        assert old in without_id(new)
        assert split_heading(old).title == split_heading(new).title


def without_id(line: str) -> set[str]:
    """The lines that this one can have been before it got its id."""
    (id,) = (item.source for item in split_heading(line).items if item.source.startswith("#"))
    end = line.rindex(id)
    return {
        line[: end - 2] + line[end + len(id) + 1 :],  # with its own braces and a space
        line[:end] + line[end + len(id) :].removeprefix(" "),
        line[:end] + line[end + len(id) :],
    }


@given(texts)
def test_after_stamping_no_id_is_missing(text: str) -> None:
    stamped, _ = assign_ids(text)
    codes = [d.code for d in findings(stamped)]
    assert "D207" not in codes
    # No id is given twice, but for those that were so before.
    assert codes.count("D209") == [d.code for d in findings(text)].count("D209")


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1), max_size=8
    )
)
def test_a_stamped_id_is_one_that_an_author_could_have_written(titles: list[str]) -> None:
    text = FRONT + "# S {#s}\n" + "".join(f"## {title}\n\nYes.\n" for title in titles)
    codes = {d.code for d in findings(assign_ids(text)[0])}
    assert not codes & {"D207", "D208"} - {d.code for d in findings(text)}


def test_a_title_gives_an_id_that_can_be_said() -> None:
    titles = ["What is `nginx -t`?", "\u4e3a\u4ec0\u4e48\uff1f", "What is nginx -t"]
    text = "# Caf\u00e9 & Proxy\n" + "".join(f"## {title}\r\n" for title in titles)
    ids = re.findall(r"\{#(.*?)\}", assign_ids(text)[0])
    assert ids[:2] == ["cafe-proxy", "what-is-nginx-t"]
    assert re.fullmatch(r"q-[0-9a-f]{8}", ids[2])
    assert re.fullmatch(r"what-is-nginx-t-[0-9a-f]{8}", ids[3])


def test_a_new_id_is_none_that_is_further_down() -> None:
    stamped, _ = assign_ids("# Proxy\n## Cache\n## Old {#proxy}\n## Older {.x #cache}\n")
    ids = re.findall(r"#([a-z][\w-]*)", stamped)
    assert ids[2:] == ["proxy", "cache"]
    assert len(set(ids)) == 4


def test_ids_that_are_there_stay_whatever_the_title() -> None:
    text = "# S {#s}\n## New title {#old-id .x}\n## {.x}\n## Lost {#a} braces\n"
    assert assign_ids(text) == (text, 0)


# --- code is content -----------------------------------------------------------------------------

STRUCTURE = "# c\n## d {#e}\n### Why\n---\n::: note\n{#f}\n- [x] g"
FENCES = [
    ("```", "```"),
    ("~~~", "~~~"),
    ("````", "`````"),
    ("```nginx alt=x", "```"),
    ("~~~ sh", "~~~"),
]
BEHIND = ["", "   ", "    ", "> ", "> > ", "    > "]


@pytest.mark.parametrize(("first", "last"), FENCES)
@pytest.mark.parametrize("prefix", BEHIND)
def test_what_stands_in_a_fence_is_content(first: str, last: str, prefix: str) -> None:
    above = "- item\n\n" if prefix.startswith("    ") else ""
    code = "\n".join(f"{prefix}{row}" for row in (first, *STRUCTURE.split("\n"), "~~", "``", last))
    text = f"{FRONT}\n# S {{#s}}\n\n## Q? {{#q}}\n\n{above}{code}\n\n## R? {{#r}}\n\nYes.\n"
    first_card, second = deck_of(text).cards()
    assert first_card.short.source == f"{above}{code}"
    assert (first_card.parts, second.id, second.short.source) == ((), "r", "Yes.")
    assert not {d.code for d in findings(text)} - {"D408"}


@pytest.mark.parametrize("mark", ["- ", "1. ", "* ", "> - ", "-   "])
def test_a_fence_behind_a_list_mark_holds_content_too(mark: str) -> None:
    inner = "".join(c if c == ">" else " " for c in mark)
    rows = [f"{mark}```", *(f"{inner}{row}" for row in STRUCTURE.split("\n")), f"{inner}```"]
    text = f"{FRONT}\n# S {{#s}}\n\n## Q? {{#q}}\n\n" + "\n".join(rows) + "\n\n## R? {#r}\n\nYes.\n"
    assert [card.id for card in deck_of(text).cards()] == ["q", "r"]
    assert deck_of(text).cards()[0].short.source == "\n".join(rows)


def test_an_indented_block_is_content() -> None:
    code = "    ## d {#e}\n\n    ### Why\n\t# c"
    text = f"{FRONT}\n# S {{#s}}\n\n## Q? {{#q}}\n\nText:\n\n{code}\n"
    (card,) = deck_of(text).cards()
    assert card.short.source == f"Text:\n\n{code}"
    assert findings(text) == ()


def test_nothing_is_looked_for_in_code() -> None:
    wrong = "[a](#nowhere) {{c1::b}} <br> [^1]"
    for code in (f"    {wrong}", f"```\n{wrong}\n```", f"A `{wrong}`", f"> ~~~\n> {wrong}\n> ~~~"):
        text = f"{FRONT}\n# S {{#s}}\n\n## Q? {{#q}}\n\nText:\n\n{code}\n"
        assert findings(text) == (), code


def test_a_longer_fence_may_hold_a_shorter_one() -> None:
    code = "````\n```\n## a\n~~~~\n```\n## b\n````"
    text = f"{FRONT}\n# S {{#s}}\n\n## Q? {{#q}}\n\n{code}\n"
    (card,) = deck_of(text).cards()
    assert card.short.source == code
    assert findings(text) == ()


def test_a_fence_that_its_list_item_leaves_open_does_not_swallow_the_cards_below() -> None:
    text = f"{FRONT}\n# S {{#s}}\n\n## Q? {{#q}}\n\n- a\n\n    ```\n    b\n\n## R? {{#r}}\n\nYes.\n"
    assert [card.id for card in deck_of(text).cards()] == ["q", "r"]
    assert [d.code for d in findings(text)] == ["D218"]


# --- one source, saved in many ways --------------------------------------------------------------

PLAIN = f"""{FRONT}
# Caf\u00e9 {{#cafe}}

An introduction.

## Was ist ein Caf\u00e9? {{#what .concept level=1}}

A short answer,
of two lines.

### Why

- one

    ```nginx
    ## {{#no}}
    ```

### Sources

1. [RFC](https://www.rfc-editor.org/rfc/rfc768)

## Which? {{#which .choice}}

A lead:

- [x] right
- [ ] wrong

An explanation.

## In which order? {{#order .ordered tier=core}}

1. first
2. second

## Which port? {{#port .cloze}}

It listens on {{{{c1::80::a number}}}}.
"""


def told(deck: RawDeck) -> list[object]:
    """What a deck says, without where it stands."""

    def nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text).expandtabs(4)

    return [
        (
            [nfc(section.title.source), nfc(section.intro.source), section.id],
            [
                (
                    (card.id, card.kind, card.tags, card.level, card.tier),
                    [nfc(t.source) for t in (card.question, card.lead, card.short)],
                    [(nfc(item.text.source), item.right) for item in card.items],
                    [(part.name, nfc(part.text.source)) for part in card.parts],
                )
                for card in section.cards
            ],
        )
        for section in deck.sections
    ]


SAVED = {
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "CR": PLAIN.replace("\n", "\r"),
    "mixed": PLAIN.replace("\n\n", "\r\n\n"),
    "BOM": "\ufeff" + PLAIN,
    "BOM and CRLF": "\ufeff" + PLAIN.replace("\n", "\r\n"),
    "no final newline": PLAIN.rstrip("\n"),
    "many final newlines": PLAIN + "\n\n\n",
    "trailing white space": PLAIN.replace("\n\n", "  \n \t\n").replace("  \n---", "\n---"),
    "NFD": unicodedata.normalize("NFD", PLAIN),
    "tabs": PLAIN.replace("    ", "\t"),
    "tabs behind the marks": re.sub(r"^(#+) ", r"\1\t", PLAIN, flags=re.MULTILINE),
    "closing marks": re.sub(r"^(#+) (.*) \{", r"\1 \2 \1 {", PLAIN, flags=re.MULTILINE),
}


@pytest.mark.parametrize("way", SAVED)
def test_a_source_reads_the_same_however_it_was_saved(way: str) -> None:
    plain, other = deck_of(PLAIN), deck_of(SAVED[way])
    strip = way == "trailing white space"
    expected, read_so = (
        [re.sub(r"[ \t]+(?=\\n|')", "", repr(told(deck))) if strip else told(deck)]
        for deck in (plain, other)
    )
    assert read_so == expected
    assert plain.meta == other.meta
    assert findings(PLAIN) == ()
    assert [d.code for d in findings(SAVED[way])] == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_finding_has_the_same_place_with_any_line_end(end: str) -> None:
    wrong = PLAIN.replace("level=1", "level=9").replace("of two lines", "of [two](nowhere) lines")
    places = [(d.code, d.span.line, d.span.column) for d in findings(wrong)]
    assert places == [("D212", 12, 38), ("D513", 15, 10)]
    assert places == [
        (d.code, d.span.line, d.span.column) for d in findings(wrong.replace("\n", end))
    ]


def test_the_kinds_and_their_fields() -> None:
    cards = deck_of(PLAIN).cards()
    assert [card.kind for card in cards] == [
        CardKind.BASIC,
        CardKind.CHOICE,
        CardKind.ORDERED,
        CardKind.CLOZE,
    ]
    choice = cards[1]
    assert (choice.lead.source, choice.short.source) == ("A lead:", "An explanation.")
    assert [(item.text.source, item.right) for item in choice.items] == [
        ("right", True),
        ("wrong", False),
    ]


@pytest.mark.parametrize("sections", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_many_cards_are_read_with_no_finding(sections: int) -> None:
    body = "".join(
        f"# Section {s} {{#s{s}}}\n\n"
        + "".join(
            f"## Question {n}? {{#s{s}-q{n}}}\n\nAnswer {n}, see [it](#s{s}).\n\n### Why\n\n"
            f"- one\n- two\n\n```sh\n## no\n```\n\n"
            for n in range(100)
        )
        for s in range(sections)
    )
    deck, found = read(loaded(FRONT + body))
    assert found == ()
    assert check(deck) == ()
    assert len(deck.cards()) == sections * 100
    assert len({card.id for card in deck.cards()}) == sections * 100


@pytest.mark.parametrize(
    "tag", ["c++", "node.js", "c#", "asp.net", "ci/cd", "r&d", "lang::c++", "语言::Python", "-x"]
)
def test_what_topics_are_called_is_a_tag(tag: str) -> None:
    assert well_formed_tag(tag)


@pytest.mark.parametrize("tag", ["", "a.", "::", "a::", "::a", "a::::b", "a:b", "a b", "a*", '"a"'])
def test_what_anki_would_change_or_search_otherwise_is_no_tag(tag: str) -> None:
    assert not well_formed_tag(tag)
