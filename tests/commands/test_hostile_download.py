"""``verify`` on folders that anybody may have made: a clear sentence, and never "as published"."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.main import main
from deckpress.output.store import checksums, read_folder
from releases.assets import release_assets, replace_folder

SMALL = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "decks" / "small.md"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("built") / "output"
    assert main(["build", str(SMALL), "--only", "web", "--output", str(output)]) == 0
    return (output / "latest").resolve()


@pytest.fixture(scope="module")
def offered(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as GitHub would offer it."""
    folder = tmp_path_factory.mktemp("offered") / "small"
    replace_folder(folder, release_assets(read_folder(built, ("site",)), built.name, b"proven\n"))
    return folder


@pytest.fixture(params=["built", "offered"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return shutil.copytree(request.getfixturevalue(request.param), tmp_path / "folder")


def seal(folder: Path) -> None:
    files = read_folder(folder, ("site",))
    files.pop("SHA256SUMS", None)
    (folder / "SHA256SUMS").write_bytes(checksums(files))


def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What is said of a folder that is not as it was published, line by line."""
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    return printed.err.splitlines()


def restate(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(stated)
    (folder / "manifest.json").write_text(json.dumps(stated), "utf-8")
    seal(folder)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"[" + b"[]," * 3_000_000 + b"0]", id="many values"),
        pytest.param(b'{"schema": 1, "schema": 1}', id="a name twice"),
        pytest.param(b'{"schema": NaN}', id="not a number"),
        pytest.param(b'{"schema": 1, "version": "\\ud800"}', id="half a character"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="nothing"),
        pytest.param(b"9" * 10_000, id="a long number"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_manifest_that_is_none_is_damaged(
    folder: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (folder / "manifest.json").write_bytes(content)
    seal(folder)
    assert refused(folder, capsys)[0] in (
        "manifest.json: is damaged",
        "manifest.json: comes from another Deckpress (schema None)",
    )


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a//b", "c:x", "a\\b", "a\nb"])
def test_an_artefact_outside_the_folder_is_none(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    def change(stated: dict[str, Any]) -> None:
        stated["artifacts"][0]["name"] = name

    restate(folder, change)
    assert refused(folder, capsys)[0] == "manifest.json: is damaged"


@pytest.mark.parametrize("size", [-1, 1.5, "1", None, True, 10**30])
def test_a_size_that_a_file_does_not_have_is_noticed(
    folder: Path, capsys: pytest.CaptureFixture[str], size: object
) -> None:
    def change(stated: dict[str, Any]) -> None:
        for artifact in stated["artifacts"]:
            artifact["size"] = size

    restate(folder, change)
    assert any("damaged" in line or "not the file" in line for line in refused(folder, capsys))


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # such an address is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def an_endless_file(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [a_pipe, a_socket, a_loop, an_endless_file, a_folder])
@pytest.mark.parametrize("name", ["SHA256SUMS", "manifest.json", "CHANGES.md", "site"])
def test_what_is_no_file_is_neither_waited_for_nor_followed(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    make: Callable[[Path], None],
    name: str,
) -> None:
    path = folder / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    make(path)
    assert any(line.startswith(name) for line in refused(folder, capsys))


@pytest.mark.parametrize("name", ["manifest.json", "SHA256SUMS", "CHANGES.md", "*.html", "more"])
def test_a_file_of_eight_gigabytes_is_refused_by_its_size(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = next(folder.glob(name), folder / name)
    if name == "more":
        with (folder / "SHA256SUMS").open("a") as sums:
            sums.write(f"{'0' * 64}  more\n")
    with path.open("wb") as file:
        file.truncate(8 << 30)
    tracemalloc.start()
    try:
        said = refused(folder, capsys)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert any(line.startswith(f"{path.name}: is ") for line in said)


def test_a_long_list_is_cut_with_its_count(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = "".join(f"{number:064x}  x{number}\n" for number in range(30_000))
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write(missing)
    lines = refused(folder, capsys)
    assert len(lines) == 12
    assert lines[-2] == "… and 29,991 more"  # one of them says that the list is not in order
    assert "30001 problems" in lines[-1]


def archive_of(files: dict[str, bytes], *more: tuple[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in [*files.items(), *more]:
            packed.writestr(name, content)
    return data.getvalue()


def test_an_archive_holds_what_the_manifest_names_and_nothing_else(
    offered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(offered, tmp_path / "folder")
    path = folder / "small-site.zip"
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    bomb = bytes(50_000_000)
    for more in (("evil.js", b"1"), ("bomb", bomb), ("../up", b"")):
        path.write_bytes(archive_of(files, more))
        seal(folder)
        tracemalloc.start()
        try:
            assert (
                refused(folder, capsys)[0] == "small-site.zip: is not the file that was published"
            )
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()
    path.write_bytes(archive_of(files))
    seal(folder)
    assert main(["verify", str(folder)]) == 0


@pytest.mark.parametrize("ends", ["\r\n", "\x85", "\n\n"])
def test_checksums_that_are_written_otherwise_are_not_those_that_were_published(
    folder: Path, capsys: pytest.CaptureFixture[str], ends: str
) -> None:
    path = folder / "SHA256SUMS"
    path.write_bytes(path.read_bytes().replace(b"\n", ends.encode()))
    assert any(line.startswith("SHA256SUMS: ") for line in refused(folder, capsys))


def test_json_says_what_is_wrong_and_how_much(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "more").write_bytes(b"")
    capsys.readouterr()
    assert main(["verify", str(folder), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["status"], told["problem_count"]) == (1, "failed", 1)
    assert told["problems"][0].startswith("more: ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_byte_passes_and_nothing_ends_in_a_traceback(
    built: Path,
    offered: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    data: st.DataObject,
) -> None:
    """Whoever changes one thing, with or without fitting checksums, is found out or harmless."""
    origin = data.draw(st.sampled_from([built, offered]))
    folder = shutil.copytree(origin, tmp_path_factory.mktemp("fuzz") / "folder")
    try:
        names = sorted(read_folder(folder, ("site",)))
        path = folder / data.draw(st.sampled_from(["SHA256SUMS", "manifest.json", *names]))
        before = path.read_bytes()
        place = data.draw(st.integers(0, len(before)))
        cut = data.draw(st.integers(0, 40))
        put = data.draw(
            st.one_of(st.binary(max_size=20), st.sampled_from([b"\n", b"*", b"{", b"1"]))
        )
        after = before[:place] + put + before[place + cut :]
        path.write_bytes(after)
        code = main(["verify", str(folder)])
        assert code == (0 if after == before else 1)
        if path.name != "SHA256SUMS":
            seal(folder)
            assert main(["verify", str(folder)]) in (0, 1)  # and not a traceback
        assert "Traceback" not in capsys.readouterr().err
    finally:
        shutil.rmtree(folder)
