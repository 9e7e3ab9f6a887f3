"""A card with a proof says what its code was run with, in all three outputs."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from deckpress.model import Deck, Proof, Section
from exporters import load
from releases.checked_source import check_source
from tests.exporters import samples
from tests.exporters.learner import learner, package, text_of
from tests.exporters.pdf_reading import HANDBOOK, body, glyphs, squeezed
from tests.exporters.printing import printed

_PROOF = Proof((("Gunicorn", "27.0"), ("nginx", "1.22.1")))
_ELSEWHERE = Proof((), on="2026-11", recorded=(("FastDFS", "6.16.1"),))
_STOOD_IN = Proof((("Docker", "29.1"),), stand_ins=("postgres:17", "shop:1.0"))
_BOTH = Proof((("Python", "3.13"),), "2026-11", (("FastDFS", "6.16.1"),), ("tracker",))
_SAID = {
    "zh-CN": "已实测：Gunicorn 27.0、nginx 1.22.1",
    "en": "Tested with Gunicorn 27.0, nginx 1.22.1",
}


def _deck(lang: str) -> Deck:
    cards = (
        replace(samples.card("proven", "问题一", "<p>回答一</p>"), proof=_PROOF),
        samples.card("told", "问题二", "<p>回答二</p>"),
        replace(samples.card("elsewhere", "问题三", "<p>回答三</p>"), proof=_ELSEWHERE),
        replace(samples.card("stood-in", "问题四", "<p>回答四</p>"), proof=_STOOD_IN),
        replace(samples.card("both", "问题五", "<p>回答五</p>"), proof=_BOTH),
    )
    return samples.deck(Section("docker", "Docker", (), cards), lang=lang)


@pytest.mark.parametrize("lang", _SAID)
def test_anki_shows_it_below_the_answer(tmp_path: Path, lang: str) -> None:
    with learner(tmp_path) as reader:
        reader.take(package(_deck(lang), samples.VERSION))
        assert _SAID[lang] in text_of(reader.card("proven").answer())
        assert _SAID[lang] not in text_of(reader.card("proven").question())
        assert "1.22.1" not in text_of(reader.card("told").answer())


@cache
def _read(lang: str) -> tuple[str, str]:
    """What paper and page say, without white space."""
    (printed,) = load("pdf")(_deck(lang), samples.VERSION, HANDBOOK)
    page, *_ = load("web")(_deck(lang), samples.VERSION)
    return body(printed.data), squeezed(text_of(page.data.decode()))


@pytest.mark.parametrize("lang", _SAID)
def test_paper_and_page_say_it_once(lang: str) -> None:
    for text in _read(lang):
        assert text.count(squeezed(_SAID[lang])) == 1


def test_a_run_that_is_not_repeated_says_when_it_was() -> None:
    for text in _read("zh-CN"):
        assert "录自FastDFS6.16.1，2026-11" in text
    for text in _read("en"):
        assert "RecordedfromFastDFS6.16.1in2026-11" in text


def test_what_had_a_stand_in_is_named() -> None:
    for text in _read("zh-CN"):
        assert "以替身实测：Docker29.1（替身：postgres:17、shop:1.0）" in text
        assert "以替身实测：Python3.13（替身：tracker）；录自FastDFS6.16.1，2026-11" in text
    for text in _read("en"):
        assert "TestedwithDocker29.1,withstand-insforpostgres:17,shop:1.0" in text


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("proofs: examples/p.json", ["D802"]),
        ('"proofs": examples/p.json', ["D802"]),
        ("'proofs' : 'examples/p.json'", ["D802"]),
        ("proofs: >-\n  examples/p.json", ["D805"]),
    ],
)
def test_proofs_are_read_however_they_are_named_or_somebody_says_so(
    tmp_path: Path, line: str, codes: list[str]
) -> None:
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "p.json").write_text("{}")
    (tmp_path / "examples" / "a.sh").write_text("true\n")
    source = tmp_path / "deck.md"
    source.write_text(
        f"---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n{line}\n---\n\n# One {{#one}}\n\n"
        "## Q? {#q}\n\nA.\n\n```sh file=examples/a.sh\n```\n"
    )
    assert [
        found.code for found in check_source(source).findings if found.code[:3] == "D80"
    ] == codes


LIST = "<ul><li>one</li><li>two <code>x</code></li></ul>"
CODE = '<div class="code"><pre><code>three</code></pre></div>'
FORMULA = '<p>four <span class="formula"><img src="x.svg" alt="x"></span></p>'


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        pytest.param("<p>one</p>", "one", id="a paragraph"),
        pytest.param(LIST, "x", id="the last item of a list"),
        pytest.param(f"<ul><li>one{LIST}</li></ul>", "x", id="a list in a list"),
        pytest.param(f"<ul><li>one{CODE}</li></ul>", None, id="code in a list"),
        pytest.param(f"<p>one</p>{CODE}", None, id="code"),
        pytest.param(FORMULA, None, id="a formula"),
        pytest.param(f"<p>{'one ' * 40}</p>", "one", id="a long paragraph"),
    ],
)
def test_on_paper_it_ends_the_last_line_of_text(answer: str, where: str | None) -> None:
    made = replace(samples.card("a", "Q?", answer), proof=_PROOF)
    pdf = printed(samples.deck(Section("s", "S", (), (made,)), lang="en"))
    shown = [glyph for glyph in glyphs(pdf) if glyph.text.strip()]
    text = "".join(glyph.text for glyph in shown)
    proof = shown[text.index("Testedwith")]
    before = shown[text.index("Testedwith") - 1]
    assert (before.y == pytest.approx(proof.y, abs=0.1)) == (where is not None)
    assert text[: text.index("Testedwith")].endswith(where or "")
