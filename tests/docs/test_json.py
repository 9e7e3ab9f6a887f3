"""``docs/json.md`` names every field of every JSON document, and the number of its schema."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from commands.main import main
from commands.terminal.json_output import SCHEMA
from releases.upgrade.report import Report

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "json.md").read_text("utf-8")
SMALL = str(ROOT / "tests" / "fixtures" / "decks" / "small.md")
_NAMED = set(re.findall(r"`(\w+)`", DOCS)) | {"schema"}


def _keys(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    if isinstance(value, dict):
        return value.keys() | set().union(*map(_keys, value.values()))
    return set()


@pytest.mark.parametrize(
    "command",
    [
        ("check", "{deck}", "--format", "json"),
        ("build", "{deck}", "--only", "web", "--json", "--output", "{folder}/output"),
        ("build", "{broken}", "--json", "--output", "{folder}/output"),
        ("diff", "--source", "{deck}", "--format", "json"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_every_field_is_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    text = Path(SMALL).read_text().replace("Because", "Because of Github")
    deck, broken = tmp_path / "deck.md", tmp_path / "broken.md"
    deck.write_text(text)
    broken.write_text(text.replace("{#port", "{#socket"))
    names = {"deck": deck, "broken": broken, "folder": tmp_path}
    main([word.format(**names) for word in command])
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == SCHEMA
    assert _keys(told) - _NAMED == set()


def test_every_field_of_a_proof_is_described() -> None:
    assert {field.name for field in fields(Report)} | {"proven"} <= _NAMED


def test_the_schema_is_the_one_that_is_described() -> None:
    assert f'"schema": {SCHEMA}' in DOCS
