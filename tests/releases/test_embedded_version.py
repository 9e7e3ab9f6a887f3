"""Each file of a release says which version it is, read back with other tools than made it."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deckpress.history import ledger, versions
from deckpress.model import Artifact
from deckpress.output.archive import source_archive
from deckpress.render.renderer import render
from exporters import EXPORTERS, load
from exporters.web.icons import ICONS
from releases.embedded_version import without_version
from tests.exporters.learner import learner
from tests.history import Folder


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Artifact]:
    """The files of version 3.14.15 by what stands behind the version in their names."""
    folder = Folder(tmp_path_factory.mktemp("deck"))
    release = folder.release("3.14.15")
    raw = folder.read()
    deck, _ = render(raw)
    version = versions.released_version(release)
    made = [artifact for name in EXPORTERS for artifact in load(name)(deck, version)]
    history = {"3.14.15.json": ledger.serialise(release)}
    made.append(Artifact("deck-3.14.15-source.zip", source_archive(raw, history)))
    return {artifact.name.removeprefix("deck-3.14.15"): artifact for artifact in made}


def test_every_file_is_looked_at(released: dict[str, Artifact]) -> None:
    printed = {".pdf", "-handbook.pdf", "-selftest.pdf", "-cards.pdf"}
    site = {"index.html", "manifest.webmanifest", "sw.js", *(icon.name for icon in ICONS)}
    served = {f"site/{name}" for name in site}
    assert set(released) == {".apkg", "-update.txt", ".html", "-source.zip", *printed, *served}
    files = {artifact.name: artifact.data for artifact in released.values()}
    assert without_version(files, "3.14.15") == []
    for other in ("3.14.1", "3.14.16", "14.15", "3.14.15-dev+0"):
        assert without_version(files, other) == list(files)


def test_anki_says_it_of_the_deck(released: dict[str, Artifact], tmp_path: Path) -> None:
    with learner(tmp_path) as reader:
        reader.take(released[".apkg"])
        decks = reader.collection.decks
        said = [decks.get(deck.id)["desc"] for deck in decks.all_names_and_ids()]  # type: ignore[index,arg-type]
    assert any("3.14.15" in text for text in said)


def test_the_update_file_says_it_in_its_head(released: dict[str, Artifact], tmp_path: Path) -> None:
    """And Anki takes that line for no note."""
    text = released["-update.txt"].data.decode()
    assert "#version:3.14.15" in text.splitlines()
    with learner(tmp_path) as reader:
        reader.take(released[".apkg"])
        before = reader.collection.note_count()
        path = tmp_path / "update.txt"
        path.write_text(text, "utf-8")
        data = reader.collection.get_csv_metadata(path=str(path), delimiter=None)
        from anki.import_export_pb2 import ImportCsvRequest

        reader.collection.import_csv(ImportCsvRequest(path=str(path), metadata=data))
        assert reader.collection.note_count() == before == 3


@pytest.mark.parametrize("sheet", ["", "-handbook", "-selftest", "-cards"])
def test_a_sheet_says_it(released: dict[str, Artifact], tmp_path: Path, sheet: str) -> None:
    """In its facts, and on paper: below the text, and below the cards that are cut out."""
    path = tmp_path / "sheet.pdf"
    path.write_bytes(released[f"{sheet}.pdf"].data)
    read = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True)
    facts = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True)
    assert "3.14.15" in read.stdout
    assert "3.14.15" in facts.stdout


def test_the_page_shows_it(
    released: dict[str, Artifact], tmp_path: Path, chromium: Browser
) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(released[".html"].data)
    page = chromium.new_page()
    page.goto(path.as_uri())
    assert "3.14.15" in page.locator("footer").last.inner_text()
    page.close()


def test_the_source_builds_it(released: dict[str, Artifact], tmp_path: Path) -> None:
    path = tmp_path / "source.zip"
    path.write_bytes(released["-source.zip"].data)
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path)
    stated = json.loads((tmp_path / "releases" / "3.14.15.json").read_text())
    assert stated["version"] == "3.14.15"
    assert {p.name for p in tmp_path.rglob("*") if p.is_file()} >= {"deck.md", "open.sh"}
