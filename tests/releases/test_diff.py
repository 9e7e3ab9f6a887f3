"""What has changed since a release, word by word."""

from __future__ import annotations

import json

import pytest

from commands.main import main
from tests.releases.projects import NEW, Project


def test_a_diff_shows_the_words(released: Project, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(released.home / "source" / "deck.md")
    released.commit("Either side.", "Either of the sides.")
    released.deck.example("ss --tcp --listening")
    released.deck.read()
    capsys.readouterr()
    assert main(["diff", "--source", path]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# TCP: towards 1.0.1\n")
    assert "answer: Either {+of the +}[-side-]{+sides+}." in text or "{+of the sides+}" in text
    assert "{+ --listening+}" in text
    assert main(["diff", "1.0.0", "--source", path, "--format", "markdown"]) == 0
    assert "<ins> --listening</ins>" in capsys.readouterr().out
    assert main(["diff", "--source", path, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["since"], told["next"]) == (1, "1.0.0", "1.0.1")
    assert [card["id"] for card in told["edited"]] == ["who-opens", "who-closes"]
    assert main(["diff", "9.0.0", "--source", path]) == 1
    assert "There are: 1.0.0" in capsys.readouterr().err


def test_a_diff_shows_the_words_of_a_question_with_code(
    released: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(released.home / "source" / "deck.md")
    released.commit("Who closes first?", "Who sends `FIN` first?")
    capsys.readouterr()
    assert main(["diff", "v1.0.0", "--source", path]) == 0
    text = capsys.readouterr().out
    assert "- Who sends `FIN` first? `who-closes` (question)\n    - question: " in text
    assert "{+sends `FIN`+}" in text


def test_the_next_version_follows_from_the_last_release_whichever_is_compared(
    released: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(released.home / "source" / "deck.md")
    released.commit(new=NEW)
    assert released.release("--tag") == 0
    released.commit("Either side.", "Both may.")
    capsys.readouterr()
    assert main(["diff", "1.0.0", "--source", path, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["since"], told["next"], told["added"]) == ("1.0.0", "1.1.1", ["fin"])


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_a_source_cannot_draw_on_the_terminal(
    released: Project, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    path = str(released.home / "source" / "deck.md")
    released.commit("Either side.", "\x9b2J&lt;b>Both\u202emay.")
    capsys.readouterr()
    assert main(["diff", "--source", path, "--format", form]) == 0
    out = capsys.readouterr().out
    assert not {"\x9b", "\u202e"} & set(out)
    assert "\\u009b" in out
    if form == "markdown":
        assert "\\&lt;b\\>" in out
    if form == "json":
        pieces = json.loads(out)["edited"][0]["words"]["short"]
        assert any("\u202e" in piece["text"] for piece in pieces)


def test_without_the_tag_the_words_come_from_the_release_in_output(
    released: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    released.commit("Either side.", "Either of the sides.")
    assert released.git("tag", "-d", "v1.0.0")
    path = str(released.home / "source" / "deck.md")
    output = str(released.output)
    capsys.readouterr()
    assert main(["diff", "--source", path, "--output", output]) == 0
    shown = capsys.readouterr()
    assert "{+" in shown.out
    assert shown.err == ""
