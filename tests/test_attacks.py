"""Hostile sources: what is not stopped with a finding comes out as text, in all three outputs.

Each file of fixtures/attacks is a deck of close kin. ``expected.toml`` says, per file, which errors
stop it and what has to be read of it. Whatever stops it, it is also built, together with all the
others: the checks are one wall, the renderer and the exporters are the next.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Browser

from deckpress.diagnostics import Diagnostic, Severity
from deckpress.model import Artifact, Deck, RawDeck, RawSection, Version
from deckpress.reading.disk.files import SourceError
from deckpress.render.renderer import render
from exporters import EXPORTERS, load
from exporters.job import PrintOptions
from releases.checked_source import check_source
from tests import outputs
from tests.exporters.browser import visit
from tests.exporters.learner import Learner, learner, text_of
from tests.exporters.pdf_reading import HANDBOOK
from tests.exporters.printing import here

ATTACKS = Path(__file__).parent / "fixtures" / "attacks"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((ATTACKS / "expected.toml").read_text("utf-8"))
SECRET = "kept-outside-of-the-source"
VERSION = Version("1.0.0", {}, 1_600_000_000, release=True)
# Paragraphs of up to a hundred elements in one another: their layout takes long.
NESTED = "nesting-inline"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Hostile:
    """All attacks in one deck, its outputs, and what was found in each file, by its name."""

    deck: Deck
    artifacts: Mapping[str, Artifact]
    found: Mapping[str, tuple[Diagnostic, ...]]
    refused: frozenset[str]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    home = tmp_path_factory.mktemp("home")
    folder = _laid_out(home)
    found: dict[str, tuple[Diagnostic, ...]] = {}
    refused = set()
    decks: dict[str, RawDeck] = {}
    for path in sorted(folder.glob("*.md")):
        try:
            read = check_source(path)
        except SourceError:
            refused.add(path.stem)
            continue
        if EXPECTED[path.stem].get("merged", True):
            decks[path.stem] = read.deck
        # The check knows a part of what drawing refuses, and says it too.
        told = (each for each in read.findings if each.code not in ("D701", "D702", "D704"))
        found[path.stem] = (*told, *render(read.deck)[1])
    deck, _ = render(_merged(decks))
    made = {name: load(name)(deck, VERSION, HANDBOOK) for name in EXPORTERS if name != "pdf"}
    artifacts = {name: artifact for name, (artifact, *_) in made.items()}
    return Hostile(deck, artifacts, found, frozenset(refused))


def _laid_out(home: Path) -> Path:
    """The attacks in a folder of their own, with secrets beside it and links that lead there."""
    folder = home / "deck"
    shutil.copytree(ATTACKS, folder)
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">{}</text></svg>'
    )
    secrets = home / "secrets"
    secrets.mkdir()
    for place in (home, secrets):
        (place / "secret.txt").write_text(SECRET)
        (place / "secret.svg").write_text(drawing.format(SECRET))
    (folder / "examples" / "link.txt").symlink_to(home / "secret.txt")
    (folder / "examples" / "linked").symlink_to(secrets)
    (folder / "examples" / "loop.txt").symlink_to("loop.txt")
    (folder / "figures" / "link.svg").symlink_to(home / "secret.svg")
    (folder / "figures" / "linked").symlink_to(secrets)
    # Not in the repository: not every system can have a file of that name.
    (folder / "examples" / "<img src=x onerror=window.pwned=1>.txt").write_text("shown")
    return folder


def _merged(decks: Mapping[str, RawDeck]) -> RawDeck:
    """One deck of all, under the most hostile front matter. An id that is no id gets another."""
    sections = [section for stem in decks for section in _renamed(stem, decks[stem])]
    files = {path: data for deck in decks.values() for path, data in deck.files.items()}
    return RawDeck("attacks", decks["front-matter"].meta, tuple(sections), files, b"")


def _renamed(stem: str, deck: RawDeck) -> Iterator[RawSection]:
    for section in deck.sections:
        cards = []
        for number, card in enumerate(section.cards, 1):
            well = _ID.fullmatch(card.id) and card.id.startswith(stem)
            cards.append(card if well else replace(card, id=f"{stem}-{number}"))
        yield replace(section, id=stem, cards=tuple(cards))


def _shown(stem: str) -> list[str]:
    return [outputs.bare(text) for text in EXPECTED[stem].get("shown", ())]


def _lost(text_of_file: Mapping[str, str]) -> list[tuple[str, str]]:
    """What should be read of each file and is not in its text."""
    return [
        (stem, text)
        for stem in EXPECTED
        if stem in text_of_file
        for text in _shown(stem)
        if text not in text_of_file[stem]
    ]


def test_every_attack_has_its_expectation() -> None:
    assert {path.stem for path in ATTACKS.glob("*.md")} == EXPECTED.keys()
    assert len(EXPECTED) >= 50


@pytest.mark.parametrize("stem", EXPECTED)
def test_what_is_not_allowed_is_a_finding(hostile: Hostile, stem: str) -> None:
    expected = EXPECTED[stem]
    assert (stem in hostile.refused) == expected.get("refused", False)
    found = [d for d in hostile.found.get(stem, ()) if d.severity is Severity.ERROR]
    assert Counter(d.code for d in found) == expected.get("errors", {})
    warned = {d.code for d in hostile.found.get(stem, ()) if d.severity is Severity.WARNING}
    assert warned == set(expected.get("warnings", ()))
    for diagnostic in found:
        assert diagnostic.span.line >= 1
        assert diagnostic.message("en")
        assert diagnostic.message("zh-CN")


@pytest.mark.parametrize("policy", [True, False], ids=["as it is", "without its policy"])
def test_nothing_runs_on_the_page(
    hostile: Hostile, chromium: Browser, tmp_path: Path, policy: bool
) -> None:
    """The page's policy is a second wall, so it is also taken away."""
    html = hostile.artifacts["web"].data.decode()
    if not policy:
        html, count = re.subn(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", html)
        assert count == 1
    file = tmp_path / "page.html"
    file.write_text(html, "utf-8")
    with visit(chromium, file) as seen:
        page = seen.page
        page.locator("[data-unfold=true]").click()
        page.evaluate("for (const part of document.querySelectorAll('[tabindex], a')) part.focus()")
        page.locator("footer").last.scroll_into_view_if_needed()
        page.wait_for_timeout(200)
        assert page.evaluate("window.pwned") is None
        assert outputs.strange(page, "body", outputs.PAGE) == set()
        heads = page.evaluate("[...document.head.children].map(e => e.localName)")
        assert Counter(heads) - Counter(["meta"] * 9) == Counter(
            ["link", "title", "style", "script", "script"]
        )
        assert page.evaluate("[...document.scripts].map(s => s.type)") == ["application/json", ""]
        assert page.evaluate("document.querySelectorAll('style, script, base, link').length") == 4
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert [name for name, count in Counter(ids).items() if count > 1] == []
        assert page.title() == hostile.deck.meta.title
        sections = page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('main > section')]"
            ".map(s => [s.id, s.textContent]))"
        )
        assert seen.record.requests == []
        assert seen.record.dialogs == []
        assert seen.record.complaints == []
    assert sections.keys() == {section.id for section in hostile.deck.sections}
    assert _lost({stem: outputs.bare(text) for stem, text in sections.items()}) == []


@pytest.fixture(scope="module")
def notes(hostile: Hostile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learner]:
    with learner(tmp_path_factory.mktemp("anki")) as reader:
        assert reader.take(hostile.artifacts["anki"]) == {"new": len(hostile.deck.cards())}
        yield reader


def test_nothing_runs_in_anki(
    hostile: Hostile, notes: Learner, chromium: Browser, tmp_path: Path
) -> None:
    rendered = outputs.sides(notes)
    assert rendered.keys() == {card.id for card in hostile.deck.cards()}
    file = tmp_path / "card.html"
    file.write_text("<!doctype html><meta charset=utf-8><body>", "utf-8")
    with visit(chromium, file) as seen:
        page = seen.page
        page.evaluate(
            "cards => { for (const [id, html] of Object.entries(cards)) {"
            " const card = document.createElement('div'); card.className = 'shown';"
            " card.innerHTML = html; document.body.append(card);"
            " for (const part of card.querySelectorAll('details')) part.open = true; } }",
            rendered,
        )
        page.wait_for_timeout(200)
        assert page.evaluate("window.pwned") is None
        assert outputs.strange(page, ".shown", outputs.ANKI) == set()
        maths = page.evaluate(
            "(() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
            " let all = ''; while (walk.nextNode()) all += walk.currentNode.data + '\\0';"
            " return [...all.matchAll(/\\\\\\((.*?)\\\\\\)|\\\\\\[(.*?)\\\\\\]/gs)]"
            ".map(m => m[1] ?? m[2]); })()"
        )
        media = {request.rpartition("/")[2] for request in seen.record.requests}
        assert seen.record.dialogs == []
    assert media <= hostile.deck.assets.keys()
    assert set(maths) == outputs.formulas(hostile.deck.cards())


def test_anki_finds_none_of_its_own_syntax(hostile: Hostile, notes: Learner) -> None:
    own = {"front", "back", "note"}
    for card in notes.cards():
        assert card.question_av_tags() == []
        assert card.answer_av_tags() == []
        output = card.render_output(reload=True, browser=False)
        for side in (output.question_text, output.answer_text):
            assert not re.search(r"\[anki:play|class=\"?latex|\[\[type:|typeans|soundLink", side)
            assert own & set(re.findall(r'class="note (\w+)"', side))
    assert sorted(notes.collection.media.check().missing) == []
    texts: dict[str, str] = {}
    for identity, html in outputs.sides(notes).items():
        stem = next(s.id for s in hostile.deck.sections if identity in {c.id for c in s.cards})
        texts[stem] = texts.get(stem, "") + outputs.bare(text_of(html))
    assert _lost(texts) == []


@dataclass(frozen=True)
class Printed:
    """The handbook of some of the attacks, which they are, and its text."""

    stems: frozenset[str]
    pdf: bytes
    text: str


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(False, id="all but the nested"),
        pytest.param(True, id="the nested", marks=pytest.mark.slow),
    ],
)
def printed(
    hostile: Hostile, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Printed:
    deck = _attacks(hostile, nested=request.param)
    # Each line costs as much as it is deep, so the nested ones are long.
    job = here(PrintOptions(sheets=("handbook",), columns=1)) if request.param else HANDBOOK
    (artifact,) = load("pdf")(deck, VERSION, job)
    text = outputs.printed(artifact.data, tmp_path_factory.mktemp("print"))
    return Printed(frozenset(section.id for section in deck.sections), artifact.data, text)


def _attacks(hostile: Hostile, nested: bool) -> Deck:
    """The deck of the attack that is nested, or of all others."""
    sections = (each for each in hostile.deck.sections if (each.id == NESTED) == nested)
    return replace(hostile.deck, sections=tuple(sections))


def test_the_print_does_nothing(hostile: Hostile, printed: Printed) -> None:
    pdf = printed.pdf
    # The one file in it is the source itself, which nothing opens.
    assert outputs.pdf_keys(pdf) == {"EF", "EmbeddedFile", "EmbeddedFiles"}
    with pikepdf.open(BytesIO(pdf)) as opened:
        attached = {name: file.get_file().read_bytes() for name, file in opened.attachments.items()}
    assert attached == {f"{hostile.deck.name}.md": hostile.deck.source}
    addresses = outputs.pdf_addresses(pdf)
    assert len(addresses) > 5 or NESTED in printed.stems
    assert {address.partition(":")[0] for address in addresses} <= {"http", "https", "mailto"}
    there = hostile.found.keys() & printed.stems
    wanted = Counter(shown for stem in there for shown in set(_shown(stem)))
    plain = printed.text.replace("-", "")  # long English words are hyphenated
    assert [shown for shown, n in wanted.items() if plain.count(shown.replace("-", "")) < n] == []


@pytest.mark.slow
@pytest.mark.parametrize("sheet", ["test", "cards"])
def test_no_other_sheet_does_anything_either(hostile: Hostile, sheet: str) -> None:
    deck = _attacks(hostile, nested=False)
    # On large cards all that is hostile has room; small ones are laid out several times.
    (artifact,) = load("pdf")(deck, VERSION, here(PrintOptions(sheets=(sheet,), per_page=1)))
    assert outputs.pdf_keys(artifact.data) == set()
    schemes = {address.partition(":")[0] for address in outputs.pdf_addresses(artifact.data)}
    assert schemes <= {"http", "https", "mailto"}


def test_no_file_outside_the_source_is_shown(
    hostile: Hostile, notes: Learner, printed: Printed
) -> None:
    page = hostile.artifacts["web"].data.decode()
    anki = "".join(field for card in notes.cards() for field in card.note().fields)
    pictures = b"".join(asset.data for asset in hostile.deck.assets.values())
    for text in (printed.text, page, anki, pictures.decode("latin-1")):
        assert SECRET not in text
        assert "root:x:0" not in text
