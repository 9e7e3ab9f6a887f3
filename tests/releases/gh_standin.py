"""Stands in for the program `gh`: keeps releases in the folder GH_RELEASES, and a log of calls.

GH_BREAKS names a verb that uploads half of the files, or does nothing, and fails.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

HOME = Path(os.environ["GH_RELEASES"])


def main(verb: str, arguments: list[str]) -> None:
    with (HOME / "log").open("a") as log:
        log.write(f"{verb} {' '.join(a for a in arguments if '/' not in a)}\n")
    broken = os.environ.get("GH_BREAKS") == verb
    if broken and verb != "create":
        sys.exit(f"HTTP 502 on {verb}")
    if verb == "list":
        found = [
            {"tagName": path.name, "isDraft": (path / "draft").exists()}
            for path in HOME.iterdir()
            if path.is_dir()
        ]
        print(json.dumps(found))
        return
    tag, folder = arguments[0], HOME / arguments[0]
    if verb == "view":
        assets = [
            {
                "name": path.name,
                "size": path.stat().st_size,
                "digest": "sha256:" + sha256(path.read_bytes()).hexdigest(),
            }
            for path in sorted((folder / "assets").iterdir())
        ]
        print(json.dumps({"isDraft": (folder / "draft").exists(), "assets": assets}))
    elif verb == "create":
        (folder / "assets").mkdir(parents=True)
        assert "--draft" in arguments
        assert "--verify-tag" in arguments
        (folder / "draft").touch()
        options = arguments.index("--notes-file")
        (folder / "title").write_text(arguments[arguments.index("--title") + 1])
        shutil.copy(arguments[options + 1], folder / "notes")
        files = arguments[options + 2 :]
        for file in files[: len(files) // 2] if broken else files:
            shutil.copy(file, folder / "assets")
        if broken:
            sys.exit("HTTP 502 on create")
    elif verb == "edit":
        assert "--draft=false" in arguments
        (folder / "draft").unlink()
    elif verb == "delete":
        assert (folder / "draft").exists(), "a published release was deleted"
        shutil.rmtree(folder)
    elif verb == "download":
        pattern = arguments[arguments.index("--pattern") + 1]
        target = arguments[arguments.index("--dir") + 1]
        if not folder.exists():
            sys.exit("release not found")
        for path in (folder / "assets").iterdir():
            if fnmatch.fnmatch(path.name, pattern):
                shutil.copy(path, target)
    else:
        sys.exit(f"no verb {verb} for {tag}")


main(sys.argv[2], sys.argv[3:])
