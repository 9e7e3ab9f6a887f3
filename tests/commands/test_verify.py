"""``verify``: a version that was downloaded, whole and damaged in every way."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from collections.abc import Callable
from hashlib import file_digest, sha256
from pathlib import Path

import pytest

from commands.main import main
from deckpress.output.store import checksums, read_folder

SMALL = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "decks" / "small.md"
PAGE = "page.html"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version as a build publishes it, of one artefact."""
    output = tmp_path_factory.mktemp("verify") / "output"
    assert main(["build", str(SMALL), "--only", "web", "--output", str(output)]) == 0
    return (output / "latest").resolve()


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return shutil.copytree(published, tmp_path / published.name)


def page(folder: Path) -> Path:
    (path,) = folder.glob("*.html")
    return path


def seal(folder: Path) -> None:
    """Write the checksums anew, as somebody would who changes a file on purpose."""
    files = read_folder(folder, ("site",))
    files.pop("SHA256SUMS", None)
    (folder / "SHA256SUMS").write_bytes(checksums(files))


def test_what_was_published_is_found_to_be_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 0
    assert (
        capsys.readouterr().out == f"Small deck {folder.name}: 10 files, each as it was published\n"
    )


def damage(folder: Path) -> None:
    page(folder).write_bytes(page(folder).read_bytes().replace(b"<h1>", b"<h1> "))


def lose(folder: Path) -> None:
    page(folder).unlink()


def add(folder: Path) -> None:
    (folder / "setup.exe").write_bytes(b"MZ")


def add_to_the_site(folder: Path) -> None:
    (folder / "site" / "extra.js").write_bytes(b"")


def damage_the_worker(folder: Path) -> None:
    (folder / "site" / "sw.js").write_bytes(b"// nothing is kept")
    seal(folder)


def lose_the_worker(folder: Path) -> None:
    (folder / "site" / "sw.js").unlink()


def forge(folder: Path) -> None:
    """A changed artefact with a fitting checksum does not fit the manifest."""
    damage(folder)
    seal(folder)


def lose_checksums(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def lose_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    seal(folder)


def break_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    seal(folder)


def empty_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema": 1, "artifacts": [1]}')
    seal(folder)


def later_manifest(folder: Path) -> None:
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**stated, "schema": 99}))
    seal(folder)


def lead_outside(folder: Path) -> None:
    digest = sha256(b"").hexdigest()
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{digest}  ../../etc/passwd\n")


def add_a_folder(folder: Path) -> None:
    (folder / "more" / "deep").mkdir(parents=True)
    (folder / "more" / "deep" / "setup.exe").write_bytes(b"MZ")


def add_a_link(folder: Path) -> None:
    (folder / "readme.txt").symlink_to("/etc/hostname")


def add_a_link_to_the_site(folder: Path) -> None:
    (folder / "site" / "extra").symlink_to("/etc")


def colour_a_name(folder: Path) -> None:
    """A name that a terminal would show as another sentence, in green."""
    (folder / "a\x1b[32m\nBuilt again from its source, every byte is the same.\u202e").touch()


def another_version(folder: Path) -> None:
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    version = "1.0.0: 9 files, each as it was published\n"
    (folder / "manifest.json").write_text(json.dumps({**stated, "version": version}))
    seal(folder)


def replace_by_link(folder: Path) -> None:
    path = page(folder)
    target = path.rename(folder.parent / "elsewhere.html")
    path.symlink_to(target)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (damage, "{page}: is not the file that was published"),
        (lose, "{page}: is missing"),
        (replace_by_link, "{page}: is missing"),
        (add, "setup.exe: is not listed in SHA256SUMS, and nothing vouches for it"),
        (add_a_folder, "more: is a folder, a link or no file, and no part of what was published"),
        (add_a_link, "readme.txt: is a folder, a link or no file, and no part of what was publish"),
        (add_a_link_to_the_site, "site/extra: is a folder, a link or no file, and no part of what"),
        (
            colour_a_name,
            "a\\u001b[32m\\nBuilt again from its source, every byte is the same.\\u202e:"
            " is not listed in SHA256SUMS",
        ),
        (another_version, "manifest.json: is damaged"),
        (add_to_the_site, "site/extra.js: is not listed in SHA256SUMS, and nothing vouches for it"),
        (damage_the_worker, "site/sw.js: is not the file that was published"),
        (lose_the_worker, "site/sw.js: is missing"),
        (forge, "{page}: is not the file that was published"),
        (lose_checksums, "SHA256SUMS: is missing"),
        (lose_manifest, "manifest.json: is missing"),
        (break_manifest, "manifest.json: is damaged"),
        (empty_manifest, "manifest.json: is damaged"),
        (later_manifest, "manifest.json: comes from another Deckpress (schema 99)"),
        (lead_outside, "SHA256SUMS: line 10 is not a checksum and a file's name"),
    ],
)
def test_what_is_not_as_it_was_published_is_named(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], None],
    said: str,
) -> None:
    name = page(folder).name
    change(folder)
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    problem, end = printed.err.splitlines()
    assert problem.startswith(said.format(page=name))
    assert "1 problem" in end


def test_every_problem_is_said_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder)
    add(folder)
    (folder / "CHANGES.md").unlink()
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 1
    assert "3 problems" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_one_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "nowhere"]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_a_title_is_shown_as_it_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not as what a terminal would make of it."""
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    deck = {**stated["deck"], "title": "\x1b[2J\nBuilt again from its source.\u202e"}
    (folder / "manifest.json").write_text(json.dumps({**stated, "deck": deck}))
    seal(folder)
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("\\u001b[2J\\nBuilt again from its source.\\u202e ")


def test_a_large_file_is_not_taken_into_memory(folder: Path) -> None:
    """Neither one that belongs there nor one that does not."""
    size = 100_000_000
    for name in ("film.mp4", "listed.mp4"):
        with (folder / name).open("wb") as file:
            file.truncate(size)
    with (folder / "listed.mp4").open("rb") as file, (folder / "SHA256SUMS").open("a") as sums:
        sums.write(f"{file_digest(file, 'sha256').hexdigest()}  listed.mp4\n")
    tracemalloc.start()
    try:
        assert main(["verify", str(folder)]) == 1
        assert tracemalloc.get_traced_memory()[1] < size / 10
    finally:
        tracemalloc.stop()
