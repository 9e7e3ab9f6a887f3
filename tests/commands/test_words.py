"""Every sentence that the commands say is there in both languages, and every one is said."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import commands
import releases
from commands.terminal import words
from deckpress.output import integrity, store

COMMANDS = Path(commands.__file__).parent
TABLE = tomllib.loads((COMMANDS / "terminal" / "words.toml").read_text("utf-8"))


def test_both_languages_have_the_same_sentences_with_the_same_values() -> None:
    assert TABLE["en"].keys() == TABLE["zh"].keys()
    holes = re.compile(r"\{(\w+)(?::\w+)?\}")
    for key, english in TABLE["en"].items():
        assert set(holes.findall(english)) == set(holes.findall(TABLE["zh"][key])), key


def test_every_sentence_is_said_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in COMMANDS.rglob("*.py"))
    code += "".join(
        path.read_text("utf-8") for path in Path(releases.__file__).parent.rglob("*.py")
    )
    for module in (store.__file__, integrity.__file__):
        code += Path(module).read_text("utf-8")
    code += "".join(f'"{outcome.value}"' for outcome in store.Outcome)
    code = code.replace("'", '"')
    assert [key for key in TABLE["en"] if f'"{key}"' not in code] == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE"}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_decides_and_english_is_the_fallback(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    words.language.cache_clear()
    assert words.language() == language
    words.language.cache_clear()
