"""A cache folder that cannot be used costs time, and says so in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.main import main
from commands.terminal.paths import short_path
from tests.history import DECK


def test_an_unusable_cache_folder_is_one_sentence_and_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache"
    cache.write_text("a file where the folder should be")
    monkeypatch.setattr("releases.pipeline.CACHE", cache)
    monkeypatch.setattr("releases.pipeline.RENDER_CACHE", cache / "render.sqlite")
    monkeypatch.setattr("releases.pipeline.PRINT_CACHE", cache / "printed.sqlite")
    monkeypatch.setattr("releases.unchanged.TRACES", cache / "unchanged.json")
    monkeypatch.setattr("commands.terminal.words.language", lambda: "en")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "open.sh").write_text("ss --tcp\n")
    (tmp_path / "deck.md").write_text(DECK)
    output = tmp_path / "output"
    assert (
        main(["build", str(tmp_path / "deck.md"), "--only", "anki", "--output", str(output)]) == 0
    )
    said = capsys.readouterr().err
    assert f"{short_path(cache)} cannot be used (" in said
    assert said.count("cannot be used") == 1
    assert list((output / "latest").glob("*.apkg"))
    assert cache.read_text() == "a file where the folder should be"
