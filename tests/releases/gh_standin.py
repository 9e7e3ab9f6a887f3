"""Stands in for the program `gh`: keeps releases in the folder GH_RELEASES, and a log of calls.

GH_BREAKS names a verb that uploads half of the files, or does nothing, and fails. What is attested
for a repository lies in the folder GH_ATTESTED, as OWNER/REPO/SHA-256; GH_SAYS is what the verb
`attestation` fails with instead, and GH_PRIVATE whether the repository is private.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path


class Refused(Exception):  # noqa: N818 - it names what happened to the call
    """The call fails; this is what is told on stderr."""


def answer(verb: str, arguments: list[str]) -> str:
    """Do what `gh release VERB ARGUMENTS` does, and return what it prints.

    Raises:
        Refused: it fails.
    """
    home = Path(os.environ["GH_RELEASES"])
    with (home / "log").open("a") as log:
        log.write(f"{verb} {' '.join(a for a in arguments if '/' not in a)}\n")
    broken = os.environ.get("GH_BREAKS") == verb
    if broken and verb != "create":
        raise Refused(f"HTTP 502 on {verb}")
    if verb == "list":
        return _list(home)
    folder = home / arguments[0]
    if verb == "view":
        return _view(folder)
    if verb == "create":
        _create(folder, arguments, broken)
    elif verb == "edit":
        assert "--draft=false" in arguments
        (folder / "draft").unlink()
    elif verb == "delete":
        assert (folder / "draft").exists(), "a published release was deleted"
        shutil.rmtree(folder)
    elif verb == "download":
        _download(folder, arguments)
    else:
        raise Refused(f"no verb {verb}")
    return ""


def attestation(arguments: list[str]) -> str:
    """Do what `gh attestation ARGUMENTS` does.

    Raises:
        Refused: nothing is attested, or GH_SAYS that it fails.
    """
    verb, path, option, repository = arguments
    assert (verb, option) == ("verify", "--repo")
    if said := os.environ.get("GH_SAYS"):
        raise Refused(said)
    digest = sha256(Path(path).read_bytes()).hexdigest()
    if not Path(os.environ["GH_ATTESTED"], repository, digest).exists():
        asked = f"{path} sha256:{digest} at https://api.github.com/repos/{repository}/attestations"
        raise Refused(f"Error: no attestations found for subject: {asked}")
    return "verified"


def _list(home: Path) -> str:
    releases = [path for path in home.iterdir() if path.is_dir()]
    return json.dumps(
        [{"tagName": path.name, "isDraft": (path / "draft").exists()} for path in releases]
    )


def _view(folder: Path) -> str:
    assets = [
        {
            "name": path.name,
            "size": path.stat().st_size,
            "digest": "sha256:" + sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted((folder / "assets").iterdir())
    ]
    return json.dumps({"isDraft": (folder / "draft").exists(), "assets": assets})


def _create(folder: Path, arguments: list[str], broken: bool) -> None:
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
        raise Refused("HTTP 502 on create")


def _download(folder: Path, arguments: list[str]) -> None:
    pattern = arguments[arguments.index("--pattern") + 1]
    target = arguments[arguments.index("--dir") + 1]
    if not folder.exists():
        raise Refused("release not found")
    for path in (folder / "assets").iterdir():
        if fnmatch.fnmatch(path.name, pattern):
            shutil.copy(path, target)


if __name__ == "__main__":
    try:
        if sys.argv[1] == "attestation":
            print(attestation(sys.argv[2:]))
        elif sys.argv[1] == "api":
            print(os.environ.get("GH_PRIVATE", "false"))
        else:
            print(answer(sys.argv[2], sys.argv[3:]))
    except Refused as refusal:
        sys.exit(str(refusal))
