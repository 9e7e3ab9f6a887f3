"""What a person finds in output/ after a build, whatever happened to it."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckpress.output import store

ROOT = Path(__file__).resolve().parents[3]
FILES = {"deck.apkg": b"one", "manifest.json": b"{}", "site/sw.js": b"//", "site/a/b.png": b""}


def tree(folder: Path) -> dict[str, bytes | str]:
    """Everything below `folder`: a file's bytes, a link's target."""
    return {
        path.relative_to(folder).as_posix(): (
            str(path.readlink()) if path.is_symlink() else path.read_bytes()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_version_is_a_folder_that_sha256sum_can_check(tmp_path: Path) -> None:
    assert store.publish(tmp_path, "1.0.0", FILES) is store.Outcome.PUBLISHED

    assert (tmp_path / "latest" / "deck.apkg").read_bytes() == b"one"
    subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=tmp_path / "1.0.0",
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert store.is_intact(tmp_path, "1.0.0")
    assert entries(tmp_path) == ["1.0.0", "latest"]


def test_the_same_again_writes_nothing(tmp_path: Path) -> None:
    store.publish(tmp_path, "1.0.0", FILES)
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}

    assert store.publish(tmp_path, "1.0.0", FILES) is store.Outcome.UNCHANGED

    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_latest_follows_the_newest_build_and_goes_back_with_it(tmp_path: Path) -> None:
    store.publish(tmp_path, "1.0.0", FILES)
    store.publish(tmp_path, "1.1.0", {"deck.apkg": b"two"})
    assert (tmp_path / "latest" / "deck.apkg").read_bytes() == b"two"

    store.point_latest(tmp_path, "1.0.0")
    assert (tmp_path / "latest" / "deck.apkg").read_bytes() == b"one"


def test_a_release_never_changes(tmp_path: Path) -> None:
    store.publish(tmp_path, "1.0.0", FILES)
    before = tree(tmp_path)

    with pytest.raises(store.StoreError) as caught:
        store.publish(tmp_path, "1.0.0", {"deck.apkg": b"other"}, immutable=True)

    assert caught.value.reason == "store-version-differs"
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "damage",
    ["changed", "missing", "extra", "checksums", "inner", "inner-extra", "inner-folder", "linked"],
)
def test_a_damaged_build_is_noticed_and_mended(tmp_path: Path, damage: str) -> None:
    store.publish(tmp_path, "dev", FILES)
    folder = tmp_path / "dev"
    whole = tree(folder)
    match damage:
        case "changed":
            (folder / "deck.apkg").write_bytes(b"onf")
        case "missing":
            (folder / "deck.apkg").unlink()
        case "extra":
            (folder / "stray").write_bytes(b"")
        case "checksums":
            (folder / "SHA256SUMS").write_bytes(b"\xff\n")
        case "inner":
            (folder / "site" / "sw.js").write_bytes(b"/*")
        case "inner-extra":
            (folder / "site" / "a" / "stray").write_bytes(b"")
        case "inner-folder":
            (folder / "site" / "empty").mkdir()
        case "linked":  # the same bytes, but not the folder's own
            (folder / "site").rename(tmp_path / "elsewhere")
            (folder / "site").symlink_to(tmp_path / "elsewhere")
    assert not store.is_intact(tmp_path, "dev")

    store.publish(tmp_path, "dev", FILES)

    assert tree(folder) == whole
    assert (tmp_path / "latest").resolve() == folder.resolve()


@pytest.mark.parametrize(
    "name",
    ["../evil", "site/../../evil", "/evil", "a//b", "./a", "a/.", "", "C:evil", "a\\b", "a\0b"],
)
def test_a_name_that_leads_out_of_the_version_writes_nothing(tmp_path: Path, name: str) -> None:
    output = tmp_path / "output"
    with pytest.raises(store.StoreError) as caught:
        store.publish(output, "1.0.0", {**FILES, name: b"evil"})
    assert caught.value.reason == "store-astray"
    assert list(tmp_path.iterdir()) == []


def test_the_files_of_a_version_are_read_without_what_is_linked_or_beside_it(
    tmp_path: Path,
) -> None:
    store.publish(tmp_path, "1.0.0", FILES)
    folder = tmp_path / "1.0.0"
    (folder / "holidays").mkdir()
    (folder / "holidays" / "beach.jpg").write_bytes(b"")
    (folder / "site" / "passwd").symlink_to("/etc/passwd")
    assert set(store.read_folder(folder, ("site",))) == {*FILES, "SHA256SUMS"}
    (folder / "site").rename(tmp_path / "elsewhere")
    (folder / "site").symlink_to(tmp_path / "elsewhere")
    assert set(store.read_folder(folder, ("site",))) == {"deck.apkg", "manifest.json", "SHA256SUMS"}


def test_a_folder_named_latest_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "mine.txt").write_text("keep")

    with pytest.raises(store.StoreError) as caught:
        store.publish(tmp_path, "1.0.0", FILES)

    assert caught.value.reason == "store-latest-is-folder"
    assert (tmp_path / "latest" / "mine.txt").read_text() == "keep"


def test_an_output_folder_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file")
    with pytest.raises(store.StoreError) as caught:
        store.publish(tmp_path / "output", "1.0.0", FILES)
    assert caught.value.reason == "store-failed"
    assert (tmp_path / "output").read_text() == "a file"


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    store.publish(tmp_path, "1.0.0", FILES)
    before = tree(tmp_path)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))
    try:
        with pytest.raises(store.StoreError) as caught:
            store.publish(tmp_path, "1.1.0", {"small": b"x", "big": b"x" * 10_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.reason == "store-failed"
    assert tree(tmp_path) == before
    assert not list(tmp_path.glob(".building-*"))


PUBLISHER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from deckpress.output import store
    output, version, letter = Path(sys.argv[1]), sys.argv[2], sys.argv[3].encode()
    print("ready", flush=True)
    sys.stdin.readline()
    names = [f"site/{n}" if n % 2 else f"{n}" for n in range(40)]
    print(store.publish(output, version, {name: letter * 40_000 for name in names}))
""")


def publisher(output: Path, version: str, letter: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(output), version, letter],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_eight_builds_at_once_make_one_version(tmp_path: Path) -> None:
    racers = [publisher(tmp_path, "dev", "a") for _ in range(8)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    told = [racer.communicate() for racer in racers]

    assert sorted(out.strip() for out, _ in told) == ["published"] + ["unchanged"] * 7, told
    assert store.is_intact(tmp_path, "dev")
    assert entries(tmp_path) == ["dev", "latest"]


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_whole_versions_only(tmp_path: Path) -> None:
    store.publish(tmp_path, "1.0.0", FILES)
    kept = tree(tmp_path / "1.0.0")
    undisturbed = publisher(tmp_path, "dev", "a")
    began = time.monotonic()
    undisturbed.communicate("\n")
    whole = time.monotonic() - began
    finished = 0
    for step in range(60):
        (tmp_path / "dev" / "0").unlink(missing_ok=True)  # damaged: this build has to replace it
        process = publisher(tmp_path, "dev", "ab"[step % 2])
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(step / 60 * 2 * whole)
        process.kill()
        out, _ = process.communicate()
        finished += "published" in out
        assert tree(tmp_path / "1.0.0") == kept
        assert (tmp_path / "latest").resolve().parent == tmp_path.resolve()
    assert 0 < finished < 60, "the kills came too early or too late to mean anything"

    store.publish(tmp_path, "dev", FILES)
    assert store.is_intact(tmp_path, "dev")
    assert entries(tmp_path) == ["1.0.0", "dev", "latest"]


plain = st.text("abc.-", min_size=1, max_size=6).filter(lambda name: name.strip("."))
names = st.builds(str.__add__, st.sampled_from(["", "site/", "site/x/"]), plain)


@given(st.lists(st.dictionaries(names, st.binary(max_size=30), min_size=1), min_size=1, max_size=5))
def test_what_was_published_last_is_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, builds: list[dict[str, bytes]]
) -> None:
    output = tmp_path_factory.mktemp("output")
    for build in builds:
        expected = tree(output / "dev") if (output / "dev").exists() else {}
        outcome = store.publish(output, "dev", build)
        published = tree(output / "dev")
        assert {name: data for name, data in published.items() if name != "SHA256SUMS"} == build
        assert (outcome is store.Outcome.UNCHANGED) == (published == expected)
        assert store.is_intact(output, "dev")
