"""An ``output/`` that somebody else has filled: nothing waits, and nothing outside is touched."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commands.main import main
from tests.releases.projects import NEW, Project, build_here, tree


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """Whoever reads a pipe waits for ever."""

    def too_late(*_: object) -> None:
        raise AssertionError("a command waits for something that never comes")

    before = signal.signal(signal.SIGALRM, too_late)
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of the user's own, in which everything is as builds call it."""
    folder = tmp_path / "outside"
    (folder / ".replaced-9.9.9").mkdir(parents=True)
    (folder / ".replaced-9.9.9" / "file").write_text("precious")
    (folder / "SHA256SUMS").write_text("precious")
    return folder


def commands(project: Project) -> Iterator[list[str]]:
    source, output = str(project.source / "deck.md"), ["--output", str(project.output)]
    yield ["build", source, *output]
    yield ["build", source, "--release", *output]
    yield ["clean", "--keep", "0", *output]
    yield ["diff", "--source", source, *output]
    for folder in sorted(project.output.iterdir()):
        if folder.is_dir() and not folder.is_symlink():
            yield ["verify", str(folder)]


def replace(path: Path, make: Callable[[Path], None]) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rename(path.with_name(".aside"))
    else:
        path.unlink(missing_ok=True)
    make(path)


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_file(path: Path) -> None:
    path.write_text("precious")


NAMES = [
    *("latest", "1.0.0", "1.0.0/SHA256SUMS", "1.0.0/manifest.json"),
    "1.0.0/deck-1.0.0-source.zip",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [a_pipe, a_loop, a_folder, a_device])
def test_what_is_no_file_keeps_no_command_waiting(
    released_once: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], None],
    name: str,
) -> None:
    monkeypatch.setattr("releases.rebuild._build", build_here)
    replace(released_once.output / name, make)
    for command in commands(released_once):
        assert main(command) in (0, 1), command
    released_once.commit(new=NEW)
    assert released_once.release("--tag") in (0, 1)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("make", [a_pipe, a_folder, a_file])
def test_a_latest_that_no_build_has_made_stays(
    released_once: Project, capsys: pytest.CaptureFixture[str], make: Callable[[Path], None]
) -> None:
    latest = released_once.output / "latest"
    replace(latest, make)
    kind = latest.lstat().st_mode
    before = sorted(path.name for path in released_once.output.iterdir())
    released_once.commit(new=NEW)
    assert released_once.release("--tag") == 1
    assert "move it away" in capsys.readouterr().err
    for command in commands(released_once):
        main(command)
    assert latest.lstat().st_mode == kind
    assert sorted(path.name for path in released_once.output.iterdir()) == before
    assert not (released_once.ledger / "1.1.0.json").exists()


def test_a_link_that_is_called_like_a_killed_build_leads_nowhere(
    released_once: Project, outside: Path
) -> None:
    """What a killed build has put aside is put back, but not what a link brings."""
    (released_once.output / ".building-x").symlink_to(outside)
    whole = released_once.output / ".building-y"
    (whole / ".replaced-8.8.8").mkdir(parents=True)
    (whole / ".replaced-latest").mkdir()
    (whole / ".replaced-7.7.7").symlink_to(outside)
    before = tree(outside)
    for command in commands(released_once):
        assert main(command) in (0, 1)
    assert tree(outside) == before
    assert (released_once.output / ".building-x").is_symlink()
    assert not (released_once.output / "9.9.9").exists()
    assert (released_once.output / "8.8.8").is_dir()
    assert not whole.exists()


def test_a_version_that_is_a_link_is_neither_moved_nor_filled(
    released_once: Project, outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = released_once.output / "1.0.0"
    folder.rename(outside / "kept")
    folder.symlink_to(outside)
    before = tree(outside)
    source = str(released_once.source / "deck.md")
    assert main(["build", source, "--release", "--output", str(released_once.output)]) == 1
    assert "move it away" in capsys.readouterr().err
    assert folder.is_symlink()
    assert tree(outside) == before


def test_a_link_where_a_draft_goes_is_not_written_through(
    released_once: Project, outside: Path
) -> None:
    released_once.commit(new=NEW)
    (released_once.ledger / ".CHANGELOG.md.new").symlink_to(outside / "SHA256SUMS")
    before = tree(outside)
    released_once.release()
    assert tree(outside) == before
