"""What FastDFS's names say beside the usual: the place in a trunk file, and who may read."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from releases.proving import Example

TRUNK = Path(__file__).parent / "recorded" / "fastdfs" / "15-trunk-4GiB-ids.txt"
ON: dict[str, Any] = {"recorded": {"FastDFS": "6.16.1"}, "on": "2026-11"}


@pytest.mark.proves("fastdfs-trunk", by=["Python"], **ON)
def test_an_id_says_where_in_the_trunk_file_its_content_lies(example: Example) -> None:
    recorded = TRUNK.read_text("utf-8")
    ids = re.findall(r"^group1/M00/00/00/\S{46}\.txt$", recorded, re.M)[:5]
    said = []
    for id in ids:
        done = subprocess.run(
            [sys.executable, example.file("fastdfs/trunk_id.py"), id],
            capture_output=True,
            text=True,
            check=True,
        )
        said.append(done.stdout.strip())
    assert said == [f"000001 {offset} 256" for offset in (0, 256, 512, 768, 1024)]
    # The file of that number, of the size that was set, and one for all of them.
    assert "67108864 bytes  s1/disk/data/00/00/000001" in recorded
    assert "set store_server to 1 because use_trunk_file is true" in recorded
    assert "205\n2\n65M\n" in recorded


@pytest.mark.proves("fastdfs-anti-leech", by=["Python"])
def test_a_token_is_of_the_path_the_key_and_the_time(example: Example) -> None:
    space = runpy.run_path(str(example.file("fastdfs/sign_url.py")))
    id = "group1/M00/00/00/oYYBAGroKgCAKgAAAAAABTYQpoY417.txt"
    url = space["sign"](id, "change-me", 1795884592.7)
    hashed = subprocess.run(
        ["md5sum"],
        input=f"{id.partition('/')[2]}change-me1795884592",
        capture_output=True,
        text=True,
        check=True,
    )
    assert url == f"/{id}?token={hashed.stdout.split()[0]}&ts=1795884592"
