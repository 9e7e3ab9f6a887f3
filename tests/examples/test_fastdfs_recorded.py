"""FastDFS 6.16.1 is in no package: what it did when it was run is kept in ``recorded/fastdfs``.

There are the configurations that it ran with, and transcripts of what it printed. Held against
them: the configurations that the cards show, the ids they take apart, and what they say.
"""

from __future__ import annotations

import base64
import re
import struct
import subprocess
import sys
import zlib
from collections import defaultdict
from csv import DictReader
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deckpress.history.proofs import card_texts
from deckpress.model import RawCard
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from releases.proving import Example
from tests.examples.fastdfs_tracker import file_name
from tests.shipped import SOURCE

RECORDED = Path(__file__).parent / "recorded" / "fastdfs"
ON: dict[str, Any] = {"recorded": {"FastDFS": "6.16.1"}, "on": "2026-11"}

# What a transcript shows, and how a card says it: two patterns.
with (RECORDED / "observed.csv").open(encoding="utf-8", newline="") as _file:
    OBSERVED = [(row["card"], row["run"], row["seen"], row["says"]) for row in DictReader(_file)]


@cache
def cards() -> dict[str, RawCard]:
    deck, _ = read(load(SOURCE))
    return {card.id: card for card in deck.cards()}


def said(id: str) -> str:
    return "\n".join(text.source for text in card_texts(cards()[id]))


def settings(text: str) -> dict[str, list[str]]:
    """A FastDFS configuration: a key may occur more than once."""
    found = defaultdict(list)
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[key.strip()].append(value.strip())
    return found


def recorded(*names: str) -> dict[str, list[str]]:
    """What the configurations that FastDFS ran with say, together."""
    together: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        for key, values in settings((RECORDED / name).read_text("utf-8")).items():
            together[key] += values
    return together


def transcript(number: str) -> str:
    """What was run and printed, as it was recorded."""
    (path,) = RECORDED.glob(f"{number}-*.txt")
    return path.read_text("utf-8")


@pytest.mark.parametrize(
    ("card", "run", "seen", "says"),
    [
        pytest.param(
            *row, marks=pytest.mark.proves(row[0], **ON), id="-".join((row[0], row[1], row[3]))
        )
        for row in OBSERVED
    ],
)
def test_a_card_says_what_was_seen(card: str, run: str, seen: str, says: str) -> None:
    assert re.search(seen, transcript(run))
    assert re.search(says, said(card)), said(card)


def test_every_transcript_is_read() -> None:
    assert {path.name.partition("-")[0] for path in RECORDED.glob("[0-9]*.txt")} <= {
        *(run for _, run, _, _ in OBSERVED),
        "15",
    }


@pytest.mark.proves("fastdfs-storage", **ON)
def test_the_stack_of_a_thread_is_large_enough(example: Example) -> None:
    (shown,) = settings(example("fastdfs/storage.conf", part="storage"))["thread_stack_size"]
    (least,) = set(re.findall(r"262144 is invalid, which < (\d+)", transcript("11")))
    assert shown.endswith("KB")
    assert int(shown.removesuffix("KB")) * 1024 >= int(least)
    assert f"thread_stack_size = {shown}: listens" in transcript("11")


@pytest.mark.parametrize("number", ["02", "15"])
@pytest.mark.proves("fastdfs-file-id", by=["Python"], **ON)
def test_the_size_of_a_recorded_id_is_what_fastdfs_says(example: Example, number: str) -> None:
    """Also above 4 GiB; that of an appender file is not in its id."""
    program = example.file("fastdfs/file_id.py")
    asked = re.compile(
        r"^(group1/M00/\S+)\n(?:(?!^c\$ fdfs_upload)[^\n]*\n)*?file size: (\d+)", re.M
    )
    seen = [match.groups() for match in asked.finditer(transcript(number))]
    assert seen
    for id, size in seen:
        printed = subprocess.run(
            [sys.executable, program, id], capture_output=True, text=True, check=True, timeout=30
        ).stdout
        appender = f"{id}\nGET FROM SERVER: true\n\nfile type: appender" in transcript(number)
        assert f"size       {None if appender else size}\n" in printed, id


@pytest.mark.proves("fastdfs-tracker", "fastdfs-deploy", "fastdfs-python-address-size", **ON)
def test_the_tracker_ran_with_these_settings(example: Example) -> None:
    shown = settings(example.file("fastdfs/tracker.conf").read_text("utf-8"))
    ran = recorded("tracker.conf")
    assert set(shown) <= set(ran)
    differ = {key for key in shown if shown[key] != ran[key]}
    assert differ == {"bind_addr", "reserved_storage_space"}


@pytest.mark.proves("fastdfs-tracker", **ON)
def test_its_choice_of_a_group(example: Example) -> None:
    text = example("fastdfs/tracker.conf", part="store")
    chosen = settings(text)["store_lookup"][0]
    assert chosen == recorded("tracker.conf")["store_lookup"][0] == "2"
    meanings = dict(re.findall(r"(\d) (.+?)(?:；|$)", text.splitlines()[0]))
    assert meanings[chosen] == "选剩余空间最大的组"


@pytest.mark.proves("fastdfs-storage", "fastdfs-dedup", **ON)
def test_the_storage_ran_with_these_settings(example: Example) -> None:
    shown = settings(example.file("fastdfs/storage.conf").read_text("utf-8"))
    ran = recorded("storage1.conf")
    assert set(shown) <= set(ran)
    differ = {key for key in shown if shown[key] != ran[key]}
    assert differ == {"base_path", "store_path0", "tracker_server"}
    assert len(shown["tracker_server"]) == 2


@pytest.mark.proves("fastdfs-storage", **ON)
def test_what_is_stored_lies_apart_from_logs_and_binlogs(example: Example) -> None:
    shown = settings(example("fastdfs/storage.conf", part="storage"))
    assert shown["store_path_count"] == ["1"]
    assert shown["store_path0"] != shown["base_path"]
    assert all(not server.startswith("127.") for server in shown["tracker_server"])


@pytest.mark.proves("fastdfs-dedup", **ON)
def test_duplicates_are_kept_by_default(example: Example) -> None:
    shown = settings(example("fastdfs/storage.conf", part="dedup"))
    ran = recorded("storage1.conf", "storage2.conf")["check_file_duplicate"]
    assert shown == {"check_file_duplicate": ["0"]}
    assert set(ran) == {"0"}


@pytest.mark.proves("fastdfs-deploy", **ON)
def test_two_storages_on_one_host_are_told_apart_by_their_ports(example: Example) -> None:
    def servers(text: str) -> list[list[str]]:
        return [line.split() for line in text.splitlines() if not line.startswith("#")]

    shown = servers(example("fastdfs/storage_ids.conf"))
    ran = servers((RECORDED / "storage_ids.conf").read_text("utf-8"))
    assert [row[:2] for row in shown] == [row[:2] for row in ran]
    hosts, ports = zip(*(row[2].split(":") for row in shown), strict=True)
    assert len(set(hosts)) == 1
    assert list(ports) == recorded("storage1.conf", "storage2.conf")["port"]
    assert settings(example("fastdfs/tracker.conf", part="ids")) == {
        "use_storage_id": ["true"],
        "storage_ids_filename": ["storage_ids.conf"],
        "id_type_in_filename": ["id"],
    }


@pytest.mark.proves("fastdfs-python-client", **ON)
def test_the_client_ran_with_these_settings(example: Example) -> None:
    shown = settings(example("fastdfs/client.conf"))
    ran = recorded("client.conf")
    assert set(shown) == set(ran)
    assert {key for key in shown if shown[key] != ran[key]} == {"tracker_server"}


@pytest.mark.proves("fastdfs-file-id", by=["Python"], **ON)
def test_an_id_says_where_it_came_from_and_what_is_in_it(example: Example) -> None:
    """The card shows what the program prints for the id of `hello`; so does the figure."""
    example("fastdfs/file_id.py", part="parse")
    program = example.file("fastdfs/file_id.py")
    id = f"group1/{file_name(b'hello', 'txt')}"
    printed = subprocess.run(
        [sys.executable, program, id], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    assert f"crc32      {zlib.crc32(b'hello'):08x}\n" in printed
    text = said("fastdfs-file-id")
    assert f"`{id}`" in text
    assert f"```text output\n{printed}```" in text
    figure = (SOURCE.parent / "figures" / "fastdfs-file-id.svg").read_text("utf-8")
    pieces = (id.split("/")[-1][:27], "417", ".txt", "编号100001", "2026-11-02", "5", "3610a686")
    assert [piece for piece in pieces if f">{piece}<" not in figure] == []


@pytest.mark.parametrize(
    ("source", "read_as"),
    [
        (bytes([10, 0, 0, 11]), "10.0.0.11"),
        ((100_001).to_bytes(4, "little"), "100001"),
        ((0xFF_FFFF).to_bytes(4, "little"), "16777215"),
        (bytes([0, 0, 0, 1]), "0.0.0.1"),
    ],
)
@pytest.mark.proves("fastdfs-file-id", by=["Python"], **ON)
def test_the_source_is_an_address_or_a_number(
    example: Example, source: bytes, read_as: str
) -> None:
    program = example.file("fastdfs/file_id.py")
    id = f"group2/{file_name(b'x' * 3000, 'jpg', source=source)}"
    printed = subprocess.run(
        [sys.executable, program, id], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    assert f"source     {read_as}\n" in printed
    assert "size       3000\n" in printed
    assert "group      group2\n" in printed


@pytest.mark.proves("fastdfs-file-id", **ON)
def test_the_recorded_id_names_the_recorded_storage() -> None:
    """Of the id that was seen, its beginning is on record: `oYYB…`, from the storage 100001."""
    first = (RECORDED / "storage_ids.conf").read_text("utf-8").splitlines()[1].split()[0]
    (number,) = struct.unpack("<I", base64.b64decode("oYYB") + b"\0")
    assert str(number) == first
    assert "/oYYB" in said("fastdfs-file-id")
