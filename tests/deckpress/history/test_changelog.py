"""What a learner is told about a version: every card that has changed, and how, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckpress.history import changelog
from tests.history import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def told(folder: Folder, **options: object) -> str:
    deck, changes = folder.read(), folder.changes()
    return changelog.version_notes(deck, "TCP 1.0.1", changes, **options)  # type: ignore[arg-type]


def test_the_first_version_has_every_card(folder: Folder) -> None:
    assert told(folder).split("\n\n") == [
        "# TCP 1.0.1",
        "The first version: each of these 3 cards is new.",
        "## Added",
        "- Why three messages? `three`\n"
        "- Who opens? `who-opens`\n"
        "- Who closes first? `who-closes`\n",
    ]


def test_each_change_is_told_once_with_its_parts(folder: Folder) -> None:
    folder.release()
    folder.edit("Why three messages?", "Why not two messages?")
    folder.edit("The second message does two things.", "It does two things.")
    folder.edit("Either side.", "Both may.")
    folder.edit("{#who-opens .opening}\n\nThe client.", "{#who-opens .opening .retired}\n\nNobody.")
    folder.text += "\n## What is FIN? {#fin .closing}\n\nThe end.\n"
    said = told(folder)
    assert said.startswith("# TCP 1.0.1\n\nCompared with 1.0.0:\n")
    for group in (
        "## Added\n\n- What is FIN? `fin`\n",
        "## Retired\n\n- Who opens? `who-opens`\n",
        "## Reworded\n\n- Why not two messages? `three` (question, Why)\n",
        "## Edited\n\n- Who closes first? `who-closes` (answer)\n",
    ):
        assert group in said
    assert all(said.count(f"`{id}`") == 1 for id in ("fin", "who-opens", "three", "who-closes"))
    assert said.endswith("select all and suspend:\n\n    tag:tcp::retired -is:suspended\n")


def test_a_card_that_moved_is_told_with_its_new_section(folder: Folder) -> None:
    folder.release()
    card = "## Who closes first? {#who-closes .closing tier=core}\n\nEither side.\n"
    folder.edit(card, "")
    folder.edit("# Closing {#closing}", f"{card}\n# Closing {{#closing}}")
    assert "## Moved to another section\n\n- Who closes first? `who-closes` (Opening)" in told(
        folder
    )


def test_a_card_that_moved_and_was_edited_is_told_twice(folder: Folder) -> None:
    folder.release()
    folder.edit("## Who closes first? {#who-closes .closing tier=core}\n\nEither side.\n", "")
    card = "## Who closes first? {#who-closes .closing tier=core}\n\nBoth may.\n"
    folder.edit("# Closing {#closing}", f"{card}\n# Closing {{#closing}}")
    said = told(folder)
    assert "## Edited\n\n- Who closes first? `who-closes` (answer)\n" in said
    assert "## Moved to another section\n\n- Who closes first? `who-closes` (Opening)" in said


def test_a_section_with_another_title_has_moved_no_card(folder: Folder) -> None:
    folder.release()
    folder.edit("# Opening {#opening}", "# How it opens {#opening}")
    folder.edit("The client.", "Mostly the client.")
    said = told(folder)
    assert "## Sections with another name\n\n- How it opens (`1 Opening`)\n" in said
    assert "## Edited\n\n- Who opens? `who-opens` (answer)\n" in said
    assert "three" not in said
    assert "Moved" not in said
    later = folder.release()
    assert later.cards["three"].modified == later.time, "its notes name the section"


def test_a_card_that_is_back_with_another_answer_says_so(folder: Folder) -> None:
    folder.edit("#who-opens .opening", "#who-opens .opening .retired")
    folder.release()
    folder.edit(" .retired", "")
    folder.edit("The client.", "Mostly the client.")
    assert "## Restored\n\n- Who opens? `who-opens` (answer)\n" in told(folder)
    assert "## Edited" not in told(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("key: tcp", "key: net", "The deck has another key: "),
        ("anki_deck: TCP", "anki_deck: Net", "The deck has another name in Anki: "),
        ("{#three .opening", "{#other .opening", "Some cards are no longer there, or have another"),
        ("{#three .opening", "{#three .opening .reverse", "Some cards are asked in another way: "),
    ],
)
def test_what_loses_progress_is_said_and_nothing_is_promised(
    folder: Folder, old: str, new: str, said: str
) -> None:
    folder.release()
    folder.edit(old, new)
    assert f"\n\n{said}" in told(folder)
    assert "leaves your reviews alone" not in told(folder)


def test_a_card_that_is_gone_is_told_with_its_question(folder: Folder) -> None:
    folder.release()
    folder.edit("## Who closes first? {#who-closes .closing tier=core}\n\nEither side.\n", "")
    assert "## No longer there\n\n- Who closes first? `who-closes`\n" in told(folder)


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("What does <!-- do?", r"What does \<!-- do?"),
        ("List<String> or <b>?", r"List\<String> or \<b>?"),
        ("What does `<!--` do, and a < b?", "What does `<!--` do, and a < b?"),
        (r"Why \<b>, ``a`<b``, ` and <i>?", r"Why \<b>, ``a`<b``, ` and \<i>?"),
        ("When is $a<b$?", "When is $a< b$?"),
    ],
)
def test_a_question_with_html_hides_nothing_of_what_follows(
    folder: Folder, question: str, line: str
) -> None:
    """HTML is text in a source, and on GitHub it is not."""
    folder.edit("Who opens?", question)
    said = told(folder)
    assert f"- {line} `who-opens`\n- Who closes first?" in said
    folder.release()
    folder.edit("# Closing {#closing}", "# The <b>end {#closing}")
    assert r"- The \<b>end" in told(folder)


def test_other_line_ends_are_no_change(folder: Folder) -> None:
    """As Git gives them to some machines."""
    folder.example("ss --tcp\nss --udp")
    folder.release()
    assert folder.changes().edited == {}
    folder.text = folder.text.replace("\n", "\r\n")
    folder.example("ss --tcp\r\nss --udp\r")
    assert folder.changes().edited == {}


def test_nothing_has_changed(folder: Folder) -> None:
    folder.release()
    assert told(folder).split("\n\n")[1] == "No card has changed."


def test_a_selection_tells_of_its_own_cards(folder: Folder) -> None:
    said = told(folder, only={"three"})
    assert "only the 1 cards" in said
    assert "`three`" in said
    assert "`who-opens`" not in said


def test_it_speaks_the_deck_s_language(folder: Folder) -> None:
    folder.release()
    folder.edit("lang: en", "lang: zh-CN")
    assert "## 内容修改\n\n- Why three messages? `three`（牌组信息）\n" in told(folder)


def test_both_languages_have_the_same_words() -> None:
    assert changelog.words("zh-CN").keys() == changelog.words("en").keys()
