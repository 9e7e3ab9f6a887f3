"""What a build reports: text for a person, values for a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from commands.terminal.console import Format, print_findings
from commands.terminal.paths import short_path
from commands.terminal.words import say, say_message
from releases.built import Built


def show_build_findings(built: Built, form: Format) -> None:
    """Print to stderr the findings in a source that was built, and notes about the machine."""
    print_findings(built.findings, built.path, built.text, form)
    for note in built.notes:
        click.echo(say_message(note), err=True)


def build_result(built: Built) -> dict[str, Any]:
    """What a build made, as values for JSON."""
    stated = built.manifest()
    return {
        "status": built.outcome.value,
        "version": built.version,
        "partial": stated["partial"],
        "cards": len(stated["cards"]),
        "folder": str(built.folder),
        "artifacts": [
            {**artifact, "path": str(built.folder / artifact["name"])}
            for artifact in stated["artifacts"]
        ],
    }


def build_summary(built: Built) -> str:
    """What a build made, for a person: the headline, a line for each file, and what to do now."""
    made = [(short_path(path), size) for path, size in _entries(build_result(built))]
    rows = [f"  {_size(size):>8}  {path}" for path, size in made]
    return "\n".join([headline(built), *rows, *_next_steps(Path(path).suffix for path, _ in made)])


def _next_steps(kinds: Iterable[str]) -> Iterator[str]:
    """What to do with files of these kinds: a line for Anki, and one for paper and page."""
    there = set(kinds)
    if ".apkg" in there:
        yield say("next-anki")
    if there >= {".pdf", ".html"}:
        yield say("next-print-and-open")
    elif ".pdf" in there:
        yield say("next-print")
    elif ".html" in there:
        yield say("next-open")


def headline(built: Built) -> str:
    """What a build did, in one line."""
    return say(
        built.outcome.value,
        title=built.title,
        version=built.version,
        cards=len(built.manifest()["cards"]),
    )


def _entries(result: Mapping[str, Any]) -> Iterator[tuple[Path, int]]:
    """The path and the size in bytes of each file; a folder of files counts as one."""
    sizes: dict[str, int] = {}
    for artifact in result["artifacts"]:
        name = artifact["name"].partition("/")[0]
        sizes[name] = sizes.get(name, 0) + artifact["size"]
    for name, size in sizes.items():
        yield Path(result["folder"], name), size


def _size(size: int) -> str:
    """A size in bytes as a person reads it, in units of a thousand or a million bytes."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 0.1):.0f} kB"
