"""The programs that run the deck's examples: where they are, and their versions."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path

_HERE = str(Path(sys.executable).parent)
# Debian keeps servers out of an ordinary user's PATH.
_FOLDERS = ":".join((_HERE, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
# The engine that the tests have to themselves, if there is one.
DOCKER_HOST = os.environ.get("EXAMPLES_DOCKER_HOST", "")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


def program(name: str) -> str:
    """The path of a program: one that was installed with the tests comes first.

    Raises:
        LookupError: there is none; the tests' set-up should have installed it.
    """
    path = shutil.which(name, path=_FOLDERS) or shutil.which(name)
    if path is None:
        raise LookupError(f"{name} is not installed")
    return path


@cache
def version(name: str) -> str:
    """The version of a program, by the name under which a learner knows it."""
    return VERSIONS[name]()


def _says(name: str, *arguments: str) -> Callable[[], str]:
    def ask() -> str:
        answer = subprocess.run(
            [program(name), *arguments], capture_output=True, text=True, check=True, timeout=30
        )
        match = _NUMBER.search(answer.stdout + answer.stderr)
        assert match is not None, f"{name} does not say its version"
        return match.group()

    return ask


def _kernel() -> str:
    match = _NUMBER.match(platform.release())
    assert match is not None, "the kernel does not say its version"
    return match.group()


VERSIONS: Mapping[str, Callable[[], str]] = {
    "Bash": _says("bash", "--version"),
    "Docker": _says("docker", "-H", DOCKER_HOST, "version", "--format", "{{.Server.Version}}"),
    "Docker Compose": _says("docker-compose", "version"),
    "Gunicorn": lambda: installed("gunicorn"),
    "Linux": _kernel,
    "Python": platform.python_version,
    "ShellCheck": _says("shellcheck", "--version"),
    "Supervisor": lambda: installed("supervisor"),
    "fastdfs-client": lambda: installed("fastdfs-client"),
    "hadolint": _says("hadolint", "--version"),
    "nginx": _says("nginx", "-v"),
    "py3Fdfs": lambda: installed("py3Fdfs"),
    "systemd": _says("systemctl", "--version"),
    "uWSGI": _says("uwsgi", "--version"),
}
