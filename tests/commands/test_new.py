"""``new``: the deck that it begins builds, in the author's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.main import main
from commands.terminal import words
from deckpress.model import CardKind
from deckpress.render.renderer import render
from releases.checked_source import check_source


@pytest.fixture(params=["en_US.UTF-8", "zh_CN.UTF-8"])
def lang(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("LC_ALL", request.param)
    words.language.cache_clear()
    yield "zh-CN" if request.param.startswith("zh") else "en"
    words.language.cache_clear()


def test_a_new_deck_has_three_kinds_of_cards_and_no_finding(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "My deck"
    assert main(["new", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "check my-deck.md" in said
    checked = check_source(folder / "my-deck.md")
    assert checked.findings == ()
    assert render(checked.deck)[1] == ()
    kinds = [card.kind for card in checked.deck.cards()]
    assert kinds == [CardKind.BASIC, CardKind.CLOZE, CardKind.CHOICE]
    assert (checked.deck.meta.lang, checked.deck.meta.key) == (lang, "my-deck")
    assert "/output/" in (folder / ".gitignore").read_text()
    workflow = (folder / ".github" / "workflows" / "deck.yml").read_text()
    assert "my-deck.md" in workflow
    assert ("repository: OWNER/deckpress" in workflow) == (".github/workflows/deck.yml" in said)


@pytest.mark.usefixtures("lang")
def test_the_workflow_takes_the_program_from_where_it_was_cloned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    homepage = "https://github.com/ada/deckpress"
    monkeypatch.setattr("releases.repository.homepage.homepage_of", lambda _: homepage)
    assert main(["new", str(tmp_path / "mine")]) == 0
    workflow = (tmp_path / "mine" / ".github" / "workflows" / "deck.yml").read_text()
    assert "repository: ada/deckpress" in workflow
    assert "deck.yml" not in capsys.readouterr().out


@pytest.mark.usefixtures("lang")
def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    assert main(["new", str(tmp_path)]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main(["new", str(tmp_path / "a:b")]) == 1
