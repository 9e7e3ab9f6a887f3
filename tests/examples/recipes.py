"""Reads a recipe, and runs it in namespaces of its own, where its folders and ports are free.

A file of a recipe stands below a line that ends with its path and a colon. What is to be typed
stands in blocks of ``sh``, but for those marked ``sketch``; a block ``text output`` right below one
is what it prints.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.examples.programs import program
from tests.shipped import SOURCE

_SECTION = re.compile(r"^#[^\n#]* \{#recipe-([\w-]+)\}$(.*?)(?=^# [^\n]* \{#|\Z)", re.M | re.S)
_STAND_INS = Path(__file__).parent / "stand_ins"
_BLOCK = re.compile(
    r"(?:`(?P<path>/[^`\n]+)`：\n\n)?^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S
)
_END = "end of the block"
# What the recipes fetch is there already: the tests' own, and the system's.
_NOTHING = "#!/bin/sh\n"
_PYTHON = '#!/bin/sh\nif [ "$2" != venv ]; then exec {python} "$@"; fi\n'
_PRELUDE = """\
mount --make-rprivate /
ip link set lo up
cp -a /etc etc
mount --bind etc /etc
for folder in /srv /run /var/log /var/lib; do mount -t tmpfs none "$folder"; done
mkdir -p /var/log/nginx /var/lib/nginx
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a recipe: the path of its file, if it is one, and what stands on its fence."""

    path: str | None
    info: str
    body: str


@cache
def recipes() -> dict[str, str]:
    """The texts of the deck's recipes: its sections without cards, by their ids."""
    return dict(_SECTION.findall(SOURCE.read_text("utf-8")))


def blocks(name: str) -> list[Block]:
    """The blocks of a recipe, in order."""
    found = _BLOCK.finditer(recipes()[name])
    return [Block(m["path"], m["info"], m["body"]) for m in found]


def file(name: str, path: str) -> str:
    """The text of a file of a recipe."""
    (found,) = (block.body for block in blocks(name) if block.path == path)
    return found


def printed(name: str) -> list[str]:
    """What the recipe says that its blocks of ``sh`` print; empty where it says nothing."""
    shown = blocks(name)
    return [
        after.body if after.info == "text output" else ""
        for block, after in zip(shown, [*shown[1:], Block(None, "", "")], strict=True)
        if block.info == "sh"
    ]


def run(name: str, folder: Path, programs: dict[str, list[str]]) -> list[str]:
    """Follow a recipe from its beginning to its end; gives what each block of ``sh`` printed.

    `programs` names those that the recipe installs into each of its virtual environments.
    """
    namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    trial = subprocess.run(
        [program("unshare"), *namespaces, "true"], capture_output=True, text=True
    )
    if os.geteuid() != 0 or trial.returncode:
        pytest.skip("only root may make namespaces, and not on every machine")
    tools = folder / "tools"
    shutil.copytree(_STAND_INS, tools)
    for tool, text in {
        "apt-get": _NOTHING,
        "python3": _PYTHON.format(python=sys.executable),
    }.items():
        (tools / tool).write_text(text, "utf-8")
        (tools / tool).chmod(0o755)
    script = [_PRELUDE]
    for venv, names in programs.items():
        script.append(f"mkdir -p {venv}/bin\n")
        script += [f"ln -s {shlex.quote(program(n))} {venv}/bin/{n}\n" for n in names]
        script.append(f"printf '#!/bin/sh\\n' >{venv}/bin/pip; chmod +x {venv}/bin/pip\n")
    for number, block in enumerate(blocks(name)):
        if block.path is not None:
            # The tests' interpreter may lie in root's home.
            body = block.body.replace("user=www-data", "user=root")
            (folder / str(number)).write_text(body, "utf-8")
            script.append(f"mkdir -p {shlex.quote(str(Path(block.path).parent))}\n")
            script.append(f"cp {number} {shlex.quote(block.path)}\n")
        elif block.info == "sh":
            script.append(f"{block.body}echo {shlex.quote(_END)}\n")
    (folder / "script").write_text(f"cd {folder}\n" + "".join(script), "utf-8")
    done = subprocess.run(
        [program("unshare"), *namespaces, "sh", "-eu", "script"],
        cwd=folder,
        env=os.environ | {"PATH": f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split(f"{_END}\n")[:-1]
