"""Markdown in, HTML out: fixtures/markup holds a title, the input and what it has to become.

In the output a hole stands in braces: ``{math x^2}``, ``{display x^2}``, ``{picture name: alt}``,
``{gap 1: hint}…{/gap}``, ``{card id}…{/card}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deckpress.model import (
    CardKind,
    ClozeEnd,
    ClozeStart,
    Html,
    LinkEnd,
    LinkStart,
    Math,
    Meta,
    PartName,
    Picture,
    RawCard,
    RawDeck,
    RawSection,
    Span,
    Text,
)
from deckpress.reading.disk.files import LoadedSource, load
from deckpress.reading.reader import read
from deckpress.render.renderer import render

MARKUP = Path(__file__).parents[2] / "fixtures" / "markup"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"></svg>'
FILES = {"figures/load.svg": SVG, "examples/lb.conf": b"# part: a\nlisten 80;\n# part: end\nx\n"}
SPAN = Span("deck.md", 10)


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    html: str


def cases(path: Path) -> Iterator[Case]:
    blocks = path.read_text("utf-8").split("\n.\n")
    assert blocks[-1] == "", f"{path.name} does not end with a line `.`"
    for start in range(0, len(blocks) - 1, 3):
        title, source, html = blocks[start : start + 3]
        yield Case(f"{path.stem}: {title.strip()}", source, html)


CASES = [case for path in sorted(MARKUP.glob("*.txt")) for case in cases(path)]


def rendered(source: str, *, gaps: bool = False, lang: str = "zh-CN") -> str:
    """The short answer of a card, whose id is `docker`, as the fixtures write it."""
    kind = CardKind.CLOZE if gaps else CardKind.BASIC
    nothing = Text("", SPAN)
    card = RawCard(
        "docker",
        kind,
        Text("?", SPAN),
        nothing,
        (),
        Text(source, SPAN),
        (),
        (),
        None,
        None,
        False,
        SPAN,
    )
    section = RawSection("tools", Text("Tools", SPAN), nothing, (card,), SPAN)
    deck, found = render(
        RawDeck("deck", Meta("Deck", lang, "deck", "Deck"), (section,), FILES, source.encode())
    )
    assert found == ()
    return written(deck.cards()[0].short)


def written(html: Html) -> str:
    parts = []
    for piece in html:
        match piece:
            case str():
                parts.append(piece)
            case Math():
                parts.append(f"{{{'display' if piece.display else 'math'} {piece.tex}}}")
            case Picture():
                parts.append(f"{{picture {piece.asset.partition('-')[0]}: {piece.alt}}}")
            case ClozeStart():
                parts.append(f"{{gap {piece.number}: {piece.hint}}}")
            case ClozeEnd():
                parts.append("{/gap}")
            case LinkStart():
                parts.append(f"{{card {piece.card}}}")
            case LinkEnd():
                parts.append("{/card}")
    return "".join(parts)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_markdown_becomes_this_html(case: Case) -> None:
    assert rendered(case.source, gaps=case.name.startswith("gaps")) == case.html


def test_titles_are_their_own() -> None:
    names = [case.name for case in CASES]
    assert len(names) > 60
    assert len(set(names)) == len(names)


def test_a_callout_is_named_in_the_decks_language() -> None:
    assert '<p class="callout-title">Tip</p>' in rendered("> [!TIP]\n> x", lang="en")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_code_keeps_its_blank_lines_and_tabs(end: str) -> None:
    code = "\tif x:\n\n\n\t\treturn  \n\n"
    assert f'<code class="lang-text">{code[:-1]}</code>' in rendered(f"```text\n{code}```"), end


def test_a_field_does_not_leak_into_the_next() -> None:
    """One engine converts all fields: references and footnotes of one are unknown to the next."""
    rendered("[a][r] b[^1]\n\n[r]: https://example.org/\n\n[^1]: note")
    assert rendered("[a][r] b[^1]") == "<p>[a][r] b[^1]</p>"


def test_a_prompt_stands_with_the_question_above_the_text_of_a_list() -> None:
    text = (
        "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# S {#s}\n\n"
        "## Which? {#c .choice}\n\nChoose:\n\n- [x] a\n- [ ] b\n\nBelow.\n\n"
        "### 题面\n\nA **picture**.\n\n### Why\n\nSo.\n"
    )
    deck, _ = read(LoadedSource("deck", "deck.md", text.encode(), text, {}, ()))
    card = render(deck)[0].cards()[0]
    assert written(card.lead) == "<p>A <strong>picture</strong>.</p><p>Choose:</p>"
    assert written(card.short) == "<p>Below.</p>"
    assert [part.name for part in card.parts] == [PartName.WHY]


def test_of_two_definitions_of_a_name_the_first_in_the_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "deck.md"
    front = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# S {#s}\n\n"
    cards = (f"## Q{n}? {{#q{n}}}\n\nSee [man].\n\n[man]: https://example.org/{n}\n" for n in "12")
    path.write_text(front + "\n".join(cards))
    deck, _ = render(read(load(path))[0])
    assert ["".join(map(str, card.short)).count("org/1") for card in deck.cards()] == [1, 1]
