"""The shipped deck's pictures: told in words, legible on a phone and in the PDF's column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from deckpress.reading.fences import DIAGRAM, Fence, find_fences
from deckpress.reading.references import links
from deckpress.render.diagrams import draw
from tests.exporters.browser import visit
from tests.shipped import SOURCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIGURES = SOURCE.parent / "figures"
TEXT = SOURCE.read_text("utf-8")
DRAWINGS = sorted(FIGURES.glob("*.svg"))
DIAGRAMS = [fence for fence in find_fences(TEXT) if fence.info.language == DIAGRAM]

WIDEST = 350  # what a phone's page of 390 pixels shows without scrolling; the PDF sets it at 65 mm
SMALLEST = 13  # of the PDF's 0.7: 6.8 points

# Which texts of a drawing stick out of it, and which lie on each other.
_FAULTS = """drawing => {
  const parsed = new DOMParser().parseFromString(drawing, 'image/svg+xml').documentElement;
  const svg = document.importNode(parsed, true), whole = svg.viewBox.baseVal;
  document.body.replaceChildren(svg);
  const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBBox()]);
  const out = texts.filter(([, b]) =>
    b.x < 0 || b.y < 0 || b.x + b.width > whole.width || b.y + b.height > whole.height);
  const touch = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width
    && a.y + 4 < b.y + b.height && b.y + 4 < a.y + a.height;
  const on = texts.filter(([, a], i) => texts.some(([, b], j) => i !== j && touch(a, b)));
  return [out.map(([t]) => t), on.map(([t]) => t)];
}"""


def test_every_picture_is_told_in_chinese() -> None:
    told = [link.alt for link in links(TEXT) if link.image]
    told += [fence.info.alt for fence in DIAGRAMS]
    assert len(told) >= len(DRAWINGS) + len(DIAGRAMS) >= 12
    assert [alt for alt in told if len(re.findall(r"[\u4e00-\u9fff]", alt)) < 15] == []


@pytest.fixture(scope="module")
def sheet(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """An empty page."""
    file = tmp_path_factory.mktemp("sheet") / "sheet.html"
    file.write_text("<!doctype html><body>", "utf-8")
    with visit(chromium, file) as visited:
        yield visited.page


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda path: path.stem)
def test_a_drawing_is_legible(drawing: Path, sheet: Page) -> None:
    root = ElementTree.parse(drawing).getroot()
    assert root.findtext("{*}title")
    assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
    assert int(root.attrib["width"]) <= WIDEST
    sizes = [float(e.attrib["font-size"]) for e in root.iter() if "font-size" in e.attrib]
    assert min(sizes) >= SMALLEST
    assert sheet.evaluate(_FAULTS, drawing.read_text("utf-8")) == [[], []]


@pytest.mark.parametrize("fence", DIAGRAMS, ids=lambda fence: f"line-{fence.line + 1}")
def test_a_diagram_fits_a_phone(fence: Fence) -> None:
    picture, _ = draw("\n".join(fence.body), "")
    assert picture.width is not None
    assert picture.width <= WIDEST


def test_the_file_id_drawn_is_the_one_on_the_card() -> None:
    root = ElementTree.parse(FIGURES / "fastdfs-file-id.svg").getroot()
    texts = root.findall(".//{*}text[@font-family]")
    group, path, directory, *name = [element.text or "" for element in texts]
    assert f"{group}/{path}/{directory}/{''.join(name)}`" in TEXT
