"""A build without a change reads no Markdown, and says what the build before it said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commands.main import main
from tests.history import DECK


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("releases.unchanged.TRACES", tmp_path / "traces.json")
    folder = tmp_path / "deck"
    (folder / "examples").mkdir(parents=True)
    (folder / "examples" / "open.sh").write_text("ss --tcp\n")
    (folder / "deck.md").write_text(DECK)
    return folder / "deck.md"


def build(source: Path, *options: str) -> int:
    output = str(source.parent.parent / "output")
    return main(["build", str(source), "--only", "anki", "--output", output, *options])


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The sources that were read and checked."""
    from releases import checked_source

    read: list[Path] = []
    check = checked_source.check_source

    def noted(path: Path, *more: Any) -> object:
        read.append(path)
        return check(path, *more)

    monkeypatch.setattr(checked_source, "check_source", noted)
    return read


def test_an_unchanged_source_is_not_read_again(
    source: Path, reads: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(source) == 0
    first = capsys.readouterr()
    assert build(source) == 0
    second = capsys.readouterr()
    assert reads == [source]
    assert second.err == first.err
    assert second.out.splitlines()[1:] == first.out.splitlines()[1:]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "deck.md").write_text(DECK.replace("Either side", "Both")),
        lambda folder: (folder / "examples" / "open.sh").write_text("ss --udp\n"),
        lambda folder: (folder / "examples" / "open.sh").unlink(),
        lambda folder: (
            (folder / "releases").mkdir() or (folder / "releases" / "1.0.0.json").write_text("{}")
        ),
    ],
    ids=["source", "file", "no file", "ledger"],
)
def test_any_change_is_seen(
    source: Path, reads: list[Path], change: Callable[[Path], object]
) -> None:
    assert build(source) == 0
    change(source.parent)
    build(source)
    assert len(reads) == 2


def test_what_is_saved_while_a_build_runs_is_seen_by_the_next(
    source: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from releases import pipeline

    build_version = pipeline.build

    def saved_meanwhile(*args: Any, **how: Any) -> Any:
        built = build_version(*args, **how)
        source.write_text(DECK.replace("Either side", "Both"))
        return built

    monkeypatch.setattr(pipeline, "build", saved_meanwhile)
    assert build(source) == 0
    monkeypatch.setattr(pipeline, "build", build_version)
    assert build(source) == 0
    assert len(reads) == 2


def test_another_program_or_other_options_make_it_read_again(
    source: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build(source) == 0
    assert build(source, "--section", "opening") == 0
    monkeypatch.setattr("deckpress.toolchain.fingerprint", lambda printing: "another program")
    assert build(source) == 0
    assert len(reads) == 3


def test_a_damaged_version_is_built_again(source: Path, reads: list[Path]) -> None:
    assert build(source) == 0
    (package,) = (source.parent.parent / "output" / "latest").glob("*.apkg")
    package.write_bytes(b"damaged")
    assert build(source) == 0
    assert len(reads) == 2
    assert package.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize("damage", ["", "[]", '{"x": 1}', "[" * 100_000])
def test_damaged_traces_are_no_traces(source: Path, reads: list[Path], damage: str) -> None:
    assert build(source) == 0
    traces = source.parent.parent / "traces.json"
    assert json.loads(traces.read_text())
    traces.write_text(damage)
    assert build(source) == 0
    assert len(reads) == 2


def test_findings_are_said_each_time_and_strict_refuses_them(
    source: Path, reads: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(DECK.replace("### Why\n", "### Sources\n\n### Why\n"))
    assert build(source) == 0
    first = capsys.readouterr().err
    assert "warning" in first
    assert build(source) == 0
    assert capsys.readouterr().err == first
    assert len(reads) == 1
    assert build(source, "--strict") == 1
