"""Completion in a shell: what click needs for it is there, in the three shells that it knows."""

from __future__ import annotations

import pytest

from commands.main import main


@pytest.mark.parametrize(
    ("shell", "typed", "place", "offered"),
    [
        ("bash", "build.py imp", "1", "plain,import"),
        ("zsh", "build.py imp", "1", "import"),
        ("fish", "build.py imp", "imp", "plain,import"),
        ("bash", "build.py import --lea", "2", "plain,--leave-out"),
        ("bash", "build.py serve --no", "2", "plain,--no-open"),
    ],
)
def test_commands_and_options_are_completed(
    shell: str,
    typed: str,
    place: str,
    offered: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("_BUILD_PY_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", place)
    with pytest.raises(SystemExit):
        main([])
    assert offered in capsys.readouterr().out
