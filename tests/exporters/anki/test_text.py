"""Text that Anki would take for its own syntax has to show as it was written."""

from __future__ import annotations

import random
from html import escape

import pytest

from deckpress.model import CardKind, ClozeEnd, ClozeStart, Html, Math, Picture, Section
from exporters.anki.decks import tags
from tests.exporters import samples
from tests.exporters.learner import Learner, package, text_of

LITERAL = [
    "{{.State.Status}}",
    "{{c1::x}}",
    "{{c2::x::hint}}",
    "{{Question}}",
    "{{#Short}}x{{/Short}}",
    "{",
    "{{",
    "{{{",
    "}",
    "}}",
    "a}",
    "}}}",
    ":",
    "::",
    ":::a:",
    "std::vector<int>::iterator",
    "{}::{}",
    "{{c1::nested}} and }} and ::",
    r"find . \( -name a \) -o \[ b \]",
    r"\\(x\\)",
    "[sound:x.mp3]",
    "[SOUND:x.mp3]",
    "[anki:tts lang=en_US]x[/anki:tts]",
    "[latex]x[/latex]",
    "grep '[$]' and [/$]",
    "[$$]x[/$$]",
    "[[type:Short]]",
    "sound:x.mp3",
    "$",
    "[type:Short]",
    "[[ -f x ]] && echo $((1+1))",
    "List<String> a = b && c;",
    '<img src="no.png">',
    "&lt; &amp; &#123;&#123;",
    "<%Question%> {{=<% %>=}}",
]

PIECES = [*"{}{}::[]\\()$/x<>&;中", "[[", "&#58;", "c1::", "sound:", "latex", "type:", "anki:"]
DRAW = random.Random(20)
LITERAL += ["".join(DRAW.choices(PIECES, k=DRAW.randint(2, 9))) for _ in range(80)]


def gap(text: str, number: int = 1, hint: str = "") -> Html:
    return (ClozeStart(number, hint), text, ClozeEnd())


def take(anki: Learner, *cards: object) -> None:
    deck = samples.deck(Section("docker", "Docker", (), cards))  # type: ignore[arg-type]
    assert anki.take(package(deck, samples.VERSION)) == {"new": len(cards)}


def test_code_that_looks_like_ankis_syntax(anki: Learner) -> None:
    cards = []
    for number, text in enumerate(LITERAL):
        code = f'<div class="code"><pre><code>{escape(text)}</code></pre></div>'
        outside: Html = (f"<p>{escape(text)}", *gap("gap"), f"{escape(text)}</p>{code}")
        inside: Html = ("<p>", *gap(f"<code>{escape(text)}</code>"), "</p>")
        bare: Html = ("<p>", *gap(escape(text), hint=text), "</p>")
        for name, short, kind in (
            ("basic", (f"<p>{escape(text)}</p>{code}",), CardKind.BASIC),
            ("outside", outside, CardKind.CLOZE),
            ("inside", inside, CardKind.CLOZE),
            ("bare", bare, CardKind.CLOZE),
        ):
            cards.append(
                samples.card(f"{name}-{number}", escape(text), short, kind=kind, title=text)
            )
    take(anki, *cards)
    assert len(anki.cards()) == len(cards)  # no text made a gap of its own
    for card in anki.cards():
        name, _, index = anki.id(card).rpartition("-")
        text = text_of(escape(LITERAL[int(index)]))
        output = card.render_output()
        question, answer = text_of(output.question_text), text_of(output.answer_text)
        assert question.startswith(f"Docker 入门 {text}"), question
        shown = {
            "basic": f"{text}{text}",
            "outside": f"{text}gap{text}{text}",
            "inside": text,
            "bare": text,
        }[name]
        assert answer.startswith(f"Docker 入门 {text} {shown} 在网页上查看 sample-deck"), answer
        if name == "outside":
            assert question == f"Docker 入门 {text} {text}[...]{text}{text}"
        if name == "inside":
            assert question == f"Docker 入门 {text} [...]"
        if name == "bare":
            assert question == f"Docker 入门 {text} [{text}]"
        assert not card.question_av_tags() + card.answer_av_tags()
        for side in (output.question_text, output.answer_text):
            assert "\\(" not in side
            assert "\\[" not in side
            assert "[[type:" not in side
    assert not list(anki.collection.media.check().missing)


def test_syntax_in_two_pieces(anki: Learner) -> None:
    halves: Html = ("<p>a:", ":b {", "{c3::d}", "} e")
    inside: Html = (ClozeStart(1), "f:", ":g}", "} h:", ClozeEnd(), "</p>")
    take(anki, samples.card("one", "Q", (*halves, *inside), kind=CardKind.CLOZE))
    assert len(anki.cards()) == 1
    output = anki.card("one").render_output()
    assert "Q a::b {{c3::d}} e[...]" in text_of(output.question_text)
    assert "Q a::b {{c3::d}} ef::g}} h: 在网页上查看 sample" in text_of(output.answer_text)


def test_a_literal_formula_sign_is_no_formula_in_an_attribute_either(anki: Learner) -> None:
    link = r'<p><a href="https://example.org/\(a>b" title="[sound:a.mp3]">x \(y</a></p>'
    take(anki, samples.card("one", "Q", link))
    html = anki.card("one").render_output().answer_text
    assert (
        'href="https://example.org/&#92;(a>b" title="&#91;sound:a.mp3]">x <span>&#92;</span>(y'
        in html
    )


def test_formulas(anki: Learner) -> None:
    tex = r"\frac{{a}}{b} < c \text{::}"
    formula = Math(tex, False, "<svg/>", 0)
    shown = Math(tex, True, "<svg/>", 0)
    gapped: Html = ("<p>", ClozeStart(1), formula, ClozeEnd(), shown, "</p>")
    take(
        anki,
        samples.card("basic", "Q", ("<p>", formula, shown, "</p>")),
        samples.card("gap", "Q", gapped, kind=CardKind.CLOZE),
    )
    for id in ("basic", "gap"):
        answer = anki.card(id).render_output().answer_text
        assert f"\\({tex}\\)" in text_of(answer)
        assert f"\\[{tex}\\]" in text_of(answer)
        assert "&lt; c" in answer
    assert "[...]\\[" in text_of(anki.card("gap").render_output().question_text)


def test_a_figure_in_a_gap(anki: Learner) -> None:
    picture = Picture("flow-1f2e3d4c.svg", 'a "b" }} :: {{c1::x}} [sound:a.mp3]', 480, drawn=True)
    take(
        anki,
        samples.card(
            "gap", "Q", ("<p>", ClozeStart(1), picture, ClozeEnd(), "</p>"), kind=CardKind.CLOZE
        ),
    )
    answer = anki.card("gap").render_output().answer_text
    assert '<img src="flow-1f2e3d4c.svg"' in answer
    assert "</span></p>" in answer
    check = anki.collection.media.check()
    assert (list(check.missing), list(check.unused)) == ([], [])


def test_control_characters_do_not_break_the_import(anki: Learner) -> None:
    controls = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
    part = f"<p>a{controls}b</p>"
    formula = Math(f"x{controls}y", False, "<svg/>", 0)
    picture = Picture("flow-1f2e3d4c.svg", f"c{controls}d")
    take(anki, samples.card("one", f"Q{controls}", (part, formula, picture), title=f"T{controls}"))
    short = anki.note("one")["Short"]
    assert short.startswith("<p>a\t\nb</p>\\(x\t\ny\\)")
    assert anki.note("one")["Title"].strip() == "T"


def test_spaces_in_tags(anki: Learner) -> None:
    meta = samples._meta()
    card = samples.card("one", "Q", "<p>A</p>", tags=("a b", "概　念", "c\x1fd", "e\u2028f"))
    topics = ["topic::a_b", "topic::c_d", "topic::e_f", "topic::概_念"]
    expected = ["level::1", "section::docker", "tier::core", *topics]
    assert tags(card, meta) == [f"sample-deck::{tag}" for tag in expected]
    take(anki, card)
    assert sorted(anki.note("one").tags) == tags(card, meta)


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ("c++", "c++"),
        ("node.js", "node.js"),
        ("c#", "c#"),
        ("ci/cd", "ci/cd"),
        ("lang::c++", "lang::c++"),
        (":: a :: :: b::", "a::b"),
        ("a:::b", "a::b"),
        ("::", "_"),
    ],
)
def test_a_tag_is_one_branch_below_the_deck_s_own(anki: Learner, tag: str, kept: str) -> None:
    card = samples.card("one", "Q", "<p>A</p>", tags=(tag,))
    take(anki, card)
    expected = f"sample-deck::topic::{kept}"
    assert expected in anki.note("one").tags
    assert list(anki.collection.find_notes(f"tag:{expected}")) == [anki.note("one").id]
    assert all(one.startswith("sample-deck::") for one in anki.note("one").tags)


def test_the_author_may_name_the_root_of_the_tags(anki: Learner) -> None:
    card = samples.card("one", "Q", "<p>A</p>", tags=("概念",))
    deck = samples.deck(Section("docker", "Docker", (), (card,)), tag_root="运维::面试")
    anki.take(package(deck, samples.VERSION))
    assert "运维::面试::section::docker" in anki.note("one").tags
    assert "运维::面试::topic::概念" in anki.note("one").tags


def test_section_titles_that_a_deck_name_cannot_have(anki: Learner) -> None:
    titles = [
        "std::vector",
        "Docker",
        "docker",
        " 两  格\x1f",
        '"Quoted"',
        "ＡＢＣ.",
        "::",
        "é",
        "é",
    ]
    sections = [
        Section(f"s{number}", title, (), (samples.card(f"c{number}", "Q", "<p>A</p>"),))
        for number, title in enumerate(titles)
    ]
    deck = samples.deck(*sections, anki_deck="上层::  牌组 ")
    assert anki.take(package(deck, samples.VERSION)) == {"new": len(titles)}
    tree = {name: len(ids) for name, ids in anki.tree().items() if ids}
    assert tree == {
        "上层::牌组::std∷vector": 1,
        "上层::牌组::Docker": 2,
        "上层::牌组::两 格": 1,
        '上层::牌组::"Quoted"': 1,
        "上层::牌组::ＡＢＣ.": 1,
        "上层::牌组::∷": 1,
        "上层::牌组::é": 2,
    }
