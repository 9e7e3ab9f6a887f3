"""``clean``: old development builds go, releases stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commands.main import main
from commands.terminal.paths import short_path
from deckpress.output.store import publish


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Five development builds, the third of which is the latest, a release, and a stranger."""
    folder = tmp_path / "output"
    for number in range(5):
        version = f"1.1.0-dev+{number}"
        publish(folder, version, {"deck.apkg": str(number).encode()})
        os.utime(folder / version, (1000 + number, 1000 + number))
    publish(folder, "1.0.0", {"deck.apkg": b"released"}, immutable=True)
    os.utime(folder / "1.0.0", (1, 1))
    publish(folder, "1.1.0-dev+2", {"deck.apkg": b"2"})
    (folder / "1.1.0-dev+mine.txt").write_text("a file of the author's")
    return folder


def there(output: Path) -> set[str]:
    return {path.name for path in output.iterdir()}


ALWAYS = {"1.0.0", "1.1.0-dev+2", "1.1.0-dev+mine.txt", "latest"}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ([], {"1.1.0-dev+3", "1.1.0-dev+4"}),
        (["--keep", "0"], set()),
        (["--keep", "4"], {"1.1.0-dev+1", "1.1.0-dev+3", "1.1.0-dev+4"}),
        (["--keep", "9"], {f"1.1.0-dev+{number}" for number in (0, 1, 3, 4)}),
    ],
)
def test_the_last_builds_stay_and_so_do_releases_and_the_latest(
    output: Path, capsys: pytest.CaptureFixture[str], options: list[str], kept: set[str]
) -> None:
    before = there(output)
    assert main(["clean", "--output", str(output), *options]) == 0
    assert there(output) == ALWAYS | kept
    said = capsys.readouterr().out
    gone = before - there(output)
    assert all(f"removed {short_path(output / name)}\n" in said for name in gone)
    assert gone or "nothing to remove" in said


def test_where_latest_is_a_file_it_still_protects_its_build(output: Path) -> None:
    (output / "latest").unlink()
    (output / "latest").write_text("1.1.0-dev+0\n")
    assert main(["clean", "--output", str(output), "--keep", "1"]) == 0
    assert {"1.1.0-dev+0", "1.1.0-dev+4"} <= there(output)
    assert "1.1.0-dev+2" not in there(output)


def test_without_builds_there_is_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clean", "--output", str(tmp_path / "none")]) == 0
    assert "nothing to remove" in capsys.readouterr().out
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_what_cannot_be_removed_is_one_clear_error(
    output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    before = there(output)
    assert main(["clean", "--output", str(output)]) == 1
    assert "Permission denied" in capsys.readouterr().err
    assert there(output) == before
