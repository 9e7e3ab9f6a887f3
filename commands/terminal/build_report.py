"""What a build tells: for a person, and for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from commands.terminal.console import Format, written
from commands.terminal.words import say
from releases.pipeline import Built


def tell_built(built: Built, form: Format) -> None:
    """Say on stderr what was found in a source that was built."""
    loaded = built.read.loaded
    if text := written(built.found, loaded.path, loaded.text, form):
        click.echo(text, err=True)


def result(built: Built) -> dict[str, Any]:
    """What a build made, for a program."""
    stated = built.manifest()
    return {
        "status": built.outcome.value,
        "version": built.version.name,
        "partial": built.version.partial,
        "cards": len(stated["cards"]),
        "folder": str(built.folder),
        "artifacts": [
            {**artifact, "path": str(built.folder / artifact["name"])}
            for artifact in stated["artifacts"]
        ],
    }


def summary(built: Built) -> str:
    """What a build made, a line a file, for a person."""
    rows = [f"  {_size(size):>8}  {path}" for path, size in _listed(result(built))]
    return "\n".join([headline(built), *rows])


def headline(built: Built) -> str:
    """One line about what a build did."""
    return say(
        built.outcome.value,
        title=built.read.deck.meta.title,
        version=built.version.name,
        cards=len(built.manifest()["cards"]),
    )


def _listed(result: Mapping[str, Any]) -> Iterator[tuple[Path, int]]:
    """The path and the size of each file, and of each folder of files as one."""
    sizes: dict[str, int] = {}
    for artifact in result["artifacts"]:
        name = artifact["name"].partition("/")[0]
        sizes[name] = sizes.get(name, 0) + artifact["size"]
    for name, size in sizes.items():
        yield Path(result["folder"], name), size


def _size(size: int) -> str:
    """Bytes as a person reads them, in steps of a thousand."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 0.1):.0f} kB"
