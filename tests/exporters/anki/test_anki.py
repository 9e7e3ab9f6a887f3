"""The Anki deck, as real Anki takes it and shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import exporters.anki
from deckpress.model import (
    Artifact,
    Card,
    CardKind,
    ClozeEnd,
    ClozeStart,
    Html,
    Option,
    Part,
    PartName,
    Version,
)
from deckpress.reading.part_names import part_label
from exporters.pdf.sheets.question_view import right_letters
from exporters.theme import words
from tests.exporters import samples
from tests.exporters.anki.decks import small, take
from tests.exporters.learner import Learner, learner, package, text_of
from tests.history import Folder

# The sample as a whole


def test_every_note_and_every_card_arrives(anki: Learner) -> None:
    assert take(anki, samples.sample()) == {"new": 14}
    found = [(anki.id(card), card.ord) for card in anki.cards()]
    assert len(found) == len(set(found)) == 19
    kinds = {c.id: c.kind for c in samples.sample().cards()}
    for id, kind in kinds.items():
        ords = [ord for card, ord in found if card == id]
        if kind is not CardKind.CLOZE:
            assert ords == ([0, 1] if kind is CardKind.REVERSE else [0]), id
        assert anki.note(id).note_type()["name"] == f"Deckpress {kind.value.title()}"
    assert [ord for card, ord in found if card == "docker-package-unit"] == [0, 1, 2]


def test_cards_are_learnt_in_the_order_of_the_source(anki: Learner) -> None:
    take(anki, samples.sample())
    order = list(dict.fromkeys(anki.id(card) for card in anki.cards()))
    assert order == [card.id for card in samples.sample().cards()]


def chapters(*titles: str) -> str:
    text = "---\ntitle: Order\nlang: en\nkey: order\nanki_deck: Order\n---\n"
    for title in titles:
        id = title.split()[0].lower()
        text += f"\n# {title} {{#{id}}}\n\n## What of {id}? {{#about-{id}}}\n\nMuch.\n"
    return text


def asked(anki: Learner) -> list[str]:
    """The sections' ids in the order in which Anki's scheduler asks their cards."""
    return [anki.id(card).removeprefix("about-") for card in anki.queue("Order")]


@pytest.mark.parametrize(
    "titles",
    [
        ("Foundations", "Advanced"),
        ("Zeta", "eta", "Theta", "10 things", "Beta"),
        tuple(f"{letter}-section" for letter in "lkjihgfedcba"),
    ],
    ids=["two", "mixed", "twelve"],
)
def test_the_scheduler_asks_section_by_section_as_the_source_has_them(
    anki: Learner, tmp_path: Path, titles: tuple[str, ...]
) -> None:
    folder = Folder(tmp_path)
    folder.text = chapters(*titles)
    path = folder.package()
    anki.take(Artifact(path.name, path.read_bytes()))
    assert asked(anki) == [title.split()[0].lower() for title in titles]


def test_a_new_section_is_asked_last_and_a_renamed_one_where_it_was(
    anki: Learner, tmp_path: Path
) -> None:
    folder = Folder(tmp_path)
    folder.text = chapters(*(f"{letter} section" for letter in "zyxwvutsr"))
    for titles in ("", "a new one"):
        if titles:
            folder.text = chapters(
                "z renamed", "a new one", *(f"{one} section" for one in "rstuvwxy")
            )
        path = folder.released()
        anki.take(Artifact(path.name, path.read_bytes()))
    assert asked(anki) == list("zyxwvutsra")
    names = {deck.name for deck in anki.collection.decks.all_names_and_ids()}
    assert {"Order::1 z section", "Order::90 a new one"} <= names


def test_a_section_is_a_subdeck_and_an_empty_one_is_none(anki: Learner) -> None:
    take(anki, samples.sample())
    tree = {name: len(set(ids)) for name, ids in anki.tree().items()}
    assert tree == {
        "Default": 0,
        "运维面试 样例": 0,
        "运维面试 样例::Docker 与容器": 5,
        "运维面试 样例::Nginx 与反向代理": 4,
        "运维面试 样例::Python 运行时": 5,
    }


def test_no_figure_is_missing_or_unused(anki: Learner) -> None:
    take(anki, samples.sample())
    check = anki.collection.media.check()
    assert (list(check.missing), list(check.unused)) == ([], [])
    media = Path(anki.collection.media.dir())
    figures = {path.name for path in media.iterdir() if not path.name.startswith("_")}
    assert figures == {"flow-1f2e3d4c.svg", "load-5b6a7988.png"}
    for name, asset in samples.sample().assets.items():
        assert (media / name).read_bytes() == asset.data


def test_a_figure_that_no_card_shows_stays_out(anki: Learner) -> None:
    take(anki, small(samples.card("plain", "Q", "<p>A</p>")))
    assert not list(Path(anki.collection.media.dir()).iterdir())


def test_every_side_of_every_card_shows(anki: Learner) -> None:
    take(anki, samples.sample())
    titles = {card.id: card for card in samples.sample().cards()}
    for card in anki.cards():
        output = card.render_output()
        source = titles[anki.id(card)]
        for side in (output.question_text, output.answer_text):
            assert "{{" not in side
            assert "}}" not in side
            assert len(text_of(side).removeprefix(source.section)) > 3
        if source.kind is not CardKind.CLOZE:
            asked = "".join(piece for piece in source.question if isinstance(piece, str))
            side = output.answer_text if card.ord else output.question_text
            assert text_of(asked)[:6] in text_of(side)


def test_an_answer_has_every_part_and_a_question_none(anki: Learner) -> None:
    take(anki, samples.sample())
    output = anki.card("docker-what-is").render_output()
    for name in ("Why", "Example", "FollowUp", "Pitfall", "Sources"):
        value = anki.note("docker-what-is")[name]
        assert value
        assert value in output.answer_text
        assert value not in output.question_text
    assert "<script" not in output.answer_text
    assert "<details" not in output.answer_text, "nothing has to be opened before grading"


def test_the_front_of_a_choice_does_not_give_it_away(anki: Learner) -> None:
    take(anki, samples.sample())
    output = anki.card("nginx-balance").render_output()
    for side in (output.question_text, output.answer_text):
        assert text_of(side).count("least_conn") == 1
        assert "选出全部正确的说法" in side
    assert "第三方模块" not in output.question_text
    style = anki.card("nginx-balance").note_type()["css"]
    marks = [line for line in style.splitlines() if ".good" in line or ".bad" in line]
    assert marks
    assert all(line.startswith(".back ") for line in marks)


def test_the_front_of_an_ordered_card_says_how_many_steps(anki: Learner) -> None:
    take(anki, samples.sample())
    output = anki.card("nginx-request-order").render_output()
    assert "共 4 步" in text_of(output.question_text)
    assert "解析域名" not in output.question_text
    assert text_of(output.answer_text).index("解析域名") < text_of(output.answer_text).index("上游")


def test_each_gap_is_hidden_alone_in_a_heading_or_in_a_body(anki: Learner) -> None:
    take(anki, samples.sample())
    heading = [anki.card("python-gil-cloze", ord).render_output() for ord in (0, 1)]
    assert "[三个字母]" in text_of(heading[0].question_text)
    assert "全局解释器锁" in text_of(heading[0].question_text)
    assert "全局解释器锁" not in text_of(heading[1].question_text)
    assert "执行 Python 字节码" in text_of(heading[1].question_text)
    body = anki.card("docker-package-unit", 1).render_output()
    assert "Docker 打包了什么？" in text_of(body.question_text)
    assert "[不只是代码]" in text_of(body.question_text)
    assert "它的依赖" in text_of(body.answer_text)


def test_a_gap_in_the_heading_keeps_the_answer_for_the_back(anki: Learner) -> None:
    heading = samples.sample().sections[3].cards[2].question
    body: Html = ("<p>正文。</p>",)
    gapped: Html = samples.sample().sections[0].cards[1].short
    card = samples.card("both", heading, gapped, kind=CardKind.CLOZE)
    explained = samples.card("heading", heading, body, kind=CardKind.CLOZE)
    take(anki, small(explained, card))
    output = anki.card("heading").render_output()
    assert "正文。" not in output.question_text
    assert "正文。" in output.answer_text
    for ord in (0, 1, 2):
        shown = text_of(anki.card("both", ord).render_output().question_text)
        assert "字节码" in shown
        assert "可移植的" in shown
        assert "[" in shown


def test_tags(anki: Learner) -> None:
    take(anki, samples.sample())
    assert anki.note("docker-what-is").tags == [
        "sample-deck::level::1",
        "sample-deck::section::docker",
        "sample-deck::tier::core",
        "sample-deck::topic::概念",
    ]
    assert anki.collection.find_notes("tag:sample-deck::retired") == [
        anki.note("docker-retired").id
    ]
    assert "已下架" in anki.card("docker-retired").render_output().question_text


def test_the_description_says_what_it_is(anki: Learner) -> None:
    take(anki, small(samples.card("one", "Q", "<p>A</p>"), title="A <b> & c"))
    (deck,) = (d for d in anki.collection.decks.all() if d["name"] == "运维面试 样例")
    text = text_of(deck["desc"])
    facts = ("A <b> & c", "1.2.3-dev+0a1b2c3d", "1 条笔记", "CC-BY-SA-4.0", "样例作者")
    for fact in facts:
        assert fact in text
    assert '<a href="https://example.org/sample">' in deck["desc"]
    assert "\n" not in deck["desc"], "Anki would show an empty line"
    assert "2023" not in deck["desc"], "a development build has no date"


def test_the_description_of_a_release_has_its_date(anki: Learner) -> None:
    anki.take(package(small(samples.card("one", "Q", "<p>A</p>")), samples.RELEASE))
    (deck,) = (d for d in anki.collection.decks.all() if d["name"] == "运维面试 样例")
    assert "版本 1.2.3 · 2023-11-14 · 1 条笔记 · 1 张卡片" in text_of(deck["desc"])


def test_the_description_counts_notes_and_cards_as_anki_does(anki: Learner) -> None:
    take(anki, samples.sample())
    (deck,) = (d for d in anki.collection.decks.all() if d["name"] == "运维面试 样例")
    asked = [card for card in anki.cards() if anki.id(card) != "docker-retired"]
    notes, cards = len({card.nid for card in asked}), len(asked)
    assert notes < cards
    assert f"{notes} 条笔记 · {cards} 张卡片" in text_of(deck["desc"])


def test_a_callout_in_an_introduction_reads_well_without_our_style(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    opening = "# Opening {#opening}\n"
    said = "> [!WARNING]\n> Never tune it.\n\n```sh\na\nb\n```\n"
    folder.edit(opening, f"{opening}\nBefore\nthat.\n\n{said}")
    with learner(tmp_path) as someone:
        someone.take(Artifact("deck.apkg", folder.released().read_bytes()))
        (deck,) = (d for d in someone.collection.decks.all() if "Never tune" in d["desc"])
    assert "<p>Before that.</p><div" in deck["desc"], "Anki would show an empty line"
    assert "<p><b>Warning: </b>Never tune it.</p>" in deck["desc"]
    assert "a\nb" in deck["desc"]


def test_the_introduction_of_a_section_describes_its_subdeck(anki: Learner) -> None:
    take(anki, samples.sample())
    decks = {deck["name"]: deck["desc"] for deck in anki.collection.decks.all()}
    assert decks["运维面试 样例::Docker 与容器"] == "<p>先说清楚容器是什么，再谈编排。</p>"


# Identity


def test_fixed_ids_reach_the_collection(anki: Learner) -> None:
    take(anki, samples.sample())
    note_type = anki.note("docker-what-is").note_type()
    assert note_type["id"] == 1738964220843
    assert note_type["flds"][0]["id"] == 408499493488016
    assert note_type["tmpls"][0]["id"] == 515725424513782


def test_a_guid_depends_on_the_ids_alone() -> None:
    assert exporters.anki.guid("sample-deck", "docker-what-is") == "a6e1d2c6fb132b7d6edf"
    assert exporters.anki.guid("a", "b-c") != exporters.anki.guid("a-b", "c")


def test_an_update_touches_what_changed_and_nothing_else(anki: Learner) -> None:
    kept = samples.card("kept", "Same", "<p>Same</p>")
    old = samples.card("reworded", "Before", "<p>A</p>")
    new = samples.card("reworded", "After", "<p>B</p>", section="nginx")
    take(anki, small(kept, old))
    mine = anki.note("kept")
    mine["MyNotes"] = "mine"
    mine.tags = ["mine"]
    anki.collection.update_note(mine)

    later = Version("1.3.0", {"reworded": samples.VERSION.time + 1}, samples.VERSION.time)
    assert anki.take(package(small(kept, new), later)) == {"updated": 1, "duplicate": 1}
    assert anki.note("reworded")["Question"] == "After"
    assert anki.note("reworded").mod == samples.VERSION.time + 1
    assert (anki.note("kept")["MyNotes"], anki.note("kept").tags) == ("mine", ["mine"])
    assert len(anki.cards()) == 2


def test_decks_in_two_languages_share_their_note_types(anki: Learner) -> None:
    take(anki, samples.sample())
    english = replace(
        samples.sample(),
        meta=replace(samples.sample().meta, lang="en", key="other", anki_deck="Other"),
    )
    assert take(anki, english) == {"new": 14}
    names = [entry.name for entry in anki.collection.models.all_names_and_ids()]
    assert sorted(name for name in names if "Deckpress" in name) == sorted(
        f"Deckpress {kind.value.title()}" for kind in CardKind
    )
    languages = {
        card.render_output().answer_text.partition('lang="')[2][:5] for card in anki.cards()
    }
    assert languages == {"zh-CN", 'en">\n'}


# Labels


# A prompt stands with the question, and a retired card says why above it.
UNLABELLED = (PartName.PROMPT, PartName.RETIRED)


def labels(lang: str) -> set[str]:
    """The words that the frame of a card may have in a language."""
    parts = {part_label(name, lang) for name in PartName if name not in UNLABELLED}
    keys = ("level-1", "level-2", "tier-extra", "choose-one", "reverse-prompt", "open-on-page")
    return parts | {words(lang)[key] for key in keys}


@pytest.mark.parametrize(("lang", "other"), [("en", "zh-CN"), ("zh-CN", "en")])
def test_labels_are_text_in_the_language_of_the_deck(anki: Learner, lang: str, other: str) -> None:
    every = replace(
        samples.card("every", "Q", "<p>A</p>", kind=CardKind.REVERSE, level=2, tier="extra"),
        parts=tuple(Part(name, (f"<p>{name}</p>",)) for name in PartName),
    )
    options = (Option(("<p>1</p>",), right=True), Option(("<p>2</p>",), right=False))
    choice = samples.card("choice", "Q", kind=CardKind.CHOICE, options=options)
    take(anki, small(every, choice, lang=lang))
    outputs = [card.render_output() for card in anki.cards()]
    text = " ".join(text_of(f"{one.question_text} {one.answer_text}") for one in outputs)
    assert labels(lang) <= {label for label in labels(lang) | labels(other) if label in text}
    assert not {label for label in labels(other) if label in text}
    assert "content:" not in anki.note("every").note_type()["css"].replace('content: ""', "")


def test_a_label_is_there_only_with_its_part(anki: Learner) -> None:
    take(anki, small(samples.card("bare", "Q", "<p>A</p>")))
    text = text_of(anki.card("bare").render_output().answer_text)
    assert not [name for name in PartName if part_label(name, "zh-CN") in text]
    assert words("zh-CN")["my-notes"] not in text


# What is shown with the question


@pytest.mark.parametrize("kind", CardKind)
def test_a_prompt_is_shown_with_the_question_and_gives_nothing_away(
    anki: Learner, kind: CardKind
) -> None:
    prompt: Html = ("<p>Look at {{c1::this}} code.</p>",)
    gap: Html = ("<p>It is ", ClozeStart(1), "the answer", ClozeEnd(), ".</p>")
    options = (Option(("<p>the answer</p>",), right=True), Option(("<p>no</p>",), right=False))
    card = samples.card(
        "one",
        "What is it?",
        gap if kind is CardKind.CLOZE else "<p>the answer</p>",
        kind=kind,
        lead=prompt,
        options=options if kind is CardKind.CHOICE else (),
        steps=(("the answer",), ("no",)) if kind is CardKind.ORDERED else (),
    )
    take(anki, small(card, lang="en"))
    output = anki.card("one").render_output()
    front, back = text_of(output.question_text), text_of(output.answer_text)
    for side in (front, back):
        assert side.index("What is it?") < side.index("Look at {{c1::this}} code.")
    assert kind is CardKind.CHOICE or "the answer" not in front
    assert back.index("code.") < back.index("the answer")
    if kind is CardKind.REVERSE:
        turned = anki.card("one", 1).render_output()
        assert "Look" not in text_of(turned.question_text)
        assert "Look" in text_of(turned.answer_text)


# Choices


def choice(*rights: bool) -> Card:
    options = tuple(Option((f"<p>option {n}</p>",), right) for n, right in enumerate(rights))
    return samples.card("choice", "Q", kind=CardKind.CHOICE, options=options)


@pytest.mark.parametrize(
    ("rights", "box", "prompt", "letters"),
    [
        ((False, True, False), "radio", "choose-one", "B"),
        ((True, False, True), "checkbox", "choose-several", "A、C"),
    ],
)
def test_a_choice_says_whether_one_or_several_are_right_and_can_be_ticked(
    anki: Learner, rights: tuple[bool, ...], box: str, prompt: str, letters: str
) -> None:
    take(anki, small(choice(*rights)))
    output = anki.card("choice").render_output()
    assert output.question_text.count(f'<input type="{box}" name="option">') == 3
    assert words("zh-CN")[prompt] in text_of(output.question_text)
    told = words("zh-CN")["right-are"].format(letters=letters)
    assert told in text_of(output.answer_text)
    assert told not in text_of(output.question_text)


def test_a_choice_has_the_letters_that_paper_has(anki: Learner) -> None:
    take(anki, samples.sample())
    choices = [card for card in samples.sample().cards() if card.kind is CardKind.CHOICE]
    for card in choices:
        assert anki.note(card.id)["Right"] == "、".join(right_letters(card).split())


# The learner's own


@pytest.mark.parametrize("presets", [False, True], ids=["as offered", "with presets"])
def test_the_learners_deck_options_stay_as_they_are(anki: Learner, presets: bool) -> None:
    decks = anki.collection.decks
    (default,) = decks.all_config()
    default["new"]["perDay"] = 7
    decks.update_config(default)
    anki.take(package(samples.sample(), samples.VERSION), presets=presets)
    assert [(config["id"], config["new"]["perDay"]) for config in decks.all_config()] == [(1, 7)]
