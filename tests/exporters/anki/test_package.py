"""The file of the Anki deck: its name, its bytes, its figures, and the numbers in it."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import exporters.anki
from deckpress.model import Asset, Picture, Section
from tests.exporters import samples
from tests.exporters.anki.decks import small, take
from tests.exporters.learner import Learner, package
from tests.history import Folder

HERE = Path(exporters.anki.__file__).parent


def test_a_file_name_that_anki_would_take_for_a_backup() -> None:
    deck = replace(small(samples.card("one", "Q", "<p>A</p>")), name="backup-restore")
    assert package(deck, samples.RELEASE).name == "deck-backup-restore-1.2.3.apkg"
    assert package(samples.sample(), samples.RELEASE).name == "sample-1.2.3.apkg"


def test_the_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    """Nor on the clock, the folder, the hash seed; and no file is left anywhere."""
    program = (
        "import hashlib\nfrom tests.exporters import samples\nfrom exporters.anki import export\n"
        "made, _ = export(samples.sample(), samples.VERSION)\n"
        "print(hashlib.sha256(made.data).hexdigest())"
    )
    root = HERE.parents[1]
    digests = set()
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(folder),
            "TZ": f"UTC-{seed}",
        }
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(run.stdout)
        assert not list(folder.iterdir())
    assert len(digests) == 1


def test_the_file_has_no_clock_and_no_version_of_its_writer() -> None:
    with zipfile.ZipFile(io.BytesIO(package(samples.sample(), samples.VERSION).data)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        names = json.loads(archive.read("media"))
        assert list(names.values()) == sorted(names.values())
        header = archive.read("collection.anki2")[:100]
        entry = archive.getinfo("collection.anki2")
        assert entry.compress_type == zipfile.ZIP_DEFLATED
        assert entry.compress_size < entry.file_size / 3
    assert int.from_bytes(header[96:100], "big") == 3_040_001
    assert header[24:28] == header[92:96]


@pytest.mark.slow
def test_three_thousand_figures_and_a_huge_answer(anki: Learner) -> None:
    assets = {
        f"f-{number:04}.svg": Asset(f"f-{number:04}.svg", "image/svg+xml", b"<svg/>")
        for number in range(3000)
    }
    cards = [
        samples.card(f"c-{number:04}", "Q", (Picture(name, "alt"),))
        for number, name in enumerate(assets)
    ]
    cards.append(samples.card("huge", "Q", f"<p>{'很长的答案' * 40_000}</p>"))
    deck = replace(samples.deck(Section("docker", "Docker", (), tuple(cards))), assets=assets)
    assert take(anki, deck) == {"new": 3001}
    check = anki.collection.media.check()
    assert (list(check.missing), list(check.unused)) == ([], [])


def test_notes_and_cards_keep_their_numbers_from_release_to_release(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    old = numbers(folder.released())
    opening = "# Opening {#opening}\n"
    folder.edit(opening, f"{opening}\n## SYN? {{#syn .reverse}}\n\nA flag.\n")
    folder.edit("## Who opens?", "## Who of the two opens?")
    new = numbers(folder.released())
    first, second = ({row[:3] for row in rows} for rows in (old, new))
    assert first < second
    assert len(second - first) == 2  # both cards of the new note
    dues = [due for _, _, _, due in sorted(new, key=lambda row: row[3])]
    assert (min(dues), max(dues), len(set(dues))) == (1, 4, 4)


def numbers(path: Path) -> list[tuple[int, int, int, int]]:
    """Of every card in a package: its note's number, its own, its position and its place."""
    with zipfile.ZipFile(path) as archive, closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(archive.read("collection.anki2"))
        return database.execute("SELECT nid, id, ord, due FROM cards").fetchall()
