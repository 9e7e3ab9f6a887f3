"""The small shop that the Docker cards build and run."""

from __future__ import annotations

import shutil
from pathlib import Path

from releases.proving import Example

COMMANDS = "docker/commands.sh"
IDLE = "FROM busybox\nCMD ['sleep', '300']\n".replace("'", '"')


def folder_of(example: Example, tmp_path: Path) -> Path:
    """A copy of the example's folder, to build and to change."""
    folder = tmp_path / "shop"
    shutil.copytree(example.file("docker/Dockerfile").parent, folder)
    # Its first line would have the builder fetched from a registry.
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text("utf-8").replace("# syntax=", "# "), "utf-8")
    return folder
