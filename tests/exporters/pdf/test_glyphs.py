"""The right glyph for each character. A font cut into slices prints wrong ones over right text,
so the text layer proves nothing: the printed picture is held against the font file itself.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageStat

from deckpress.model import Section
from exporters.pdf import export
from exporters.theme import FONTS
from tests.exporters.pdf_reading import HANDBOOK, Glyph, glyphs
from tests.exporters.samples import VERSION, card, deck

# Among them the characters that such a slice once printed in place of others.
SANS = "面试速查系说我Docker与虚拟机0123，。"
MONO = "-> != __init__ <= >= ==="
FILES = {
    "Noto-Sans-SC": "NotoSansSC-Regular.ttf",
    "Noto-Sans-SC-Bold": "NotoSansSC-Bold.ttf",
    "JetBrains-Mono": "JetBrainsMono-Regular.ttf",
}
DPI = 300
ALIKE = 0.85
SHIFTS = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]  # a glyph's origin is between pixels

pytestmark = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Glyph], Image.Image]:
    """The glyphs of the tested lines, and a picture of the page on which they stand."""
    shown = MONO.replace("<", "&lt;").replace(">", "&gt;")
    tested = card("a", SANS, f"<p>{SANS}</p><p><code>{shown}</code></p>")
    (artifact,) = export(deck(Section("s", "节", (), (tested,))), VERSION, HANDBOOK)
    folder: Path = tmp_path_factory.mktemp("glyphs")
    (folder / "page.pdf").write_bytes(artifact.data)
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-singlefile", "page.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    with Image.open(folder / "page.pgm") as picture:
        picture.load()
    found = [glyph for glyph in glyphs(artifact.data) if glyph.text.strip()]
    return found, picture


@pytest.mark.parametrize(
    ("font", "line"),
    [("Noto-Sans-SC-Bold", SANS), ("Noto-Sans-SC", SANS), ("JetBrains-Mono", MONO)],
    ids=["bold", "regular", "code"],
)
def test_the_printed_glyphs_are_the_fonts_own(
    page: tuple[list[Glyph], Image.Image], font: str, line: str
) -> None:
    found, picture = page
    wanted = [character for character in line if character.strip()]
    run = _run([g for g in found if g.font.partition("+")[2] == font], wanted)
    for glyph, character in zip(run, wanted, strict=True):
        printed = _printed(picture, glyph)
        likeness = partial(_likeness, printed, glyph, character, font)
        shift = max(SHIFTS, key=likeness)
        scores = {other: _likeness(printed, glyph, other, font, shift) for other in set(wanted)}
        best = max(scores, key=lambda other: scores[other])
        assert best == character, (character, scores)
        assert scores[character] > ALIKE, (character, scores[character])


def _run(found: list[Glyph], wanted: list[str]) -> list[Glyph]:
    """The last place where these characters stand in a row."""
    text = "".join(glyph.text for glyph in found)
    start = text.rindex("".join(wanted))
    return found[start : start + len(wanted)]


def _cell(glyph: Glyph) -> tuple[int, int, int]:
    """The pixels of a glyph's cell: its width, and how far it reaches above and below the line."""
    em = glyph.size * DPI / 72
    return round((glyph.box[2] - glyph.box[0]) * DPI / 72), round(em), round(em * 0.3)


def _printed(picture: Image.Image, glyph: Glyph) -> Image.Image:
    width, above, below = _cell(glyph)
    x = round(glyph.x * DPI / 72)
    y = picture.height - round(glyph.y * DPI / 72)
    return ImageChops.invert(picture.crop((x, y - above, x + width, y + below)))


def _likeness(
    printed: Image.Image, glyph: Glyph, character: str, font: str, shift: tuple[int, int]
) -> float:
    """The correlation of the printed cell with the font's glyph, moved by `shift` pixels."""
    width, above, below = _cell(glyph)
    drawn = Image.new("L", (width, above + below))
    face = _face(font, round(glyph.size * DPI / 72))
    ImageDraw.Draw(drawn).text((0, above), character, 255, font=face, anchor="ls")
    return _correlation(printed, ImageChops.offset(drawn, *shift))


def _correlation(one: Image.Image, other: Image.Image) -> float:
    # A stroke of two pixels that is drawn half a pixel away would be another one without a blur.
    one, other = (image.filter(ImageFilter.BoxBlur(1)) for image in (one, other))
    a, b = ImageStat.Stat(one), ImageStat.Stat(other)
    if not a.stddev[0] or not b.stddev[0]:
        return 0.0
    product = ImageStat.Stat(ImageChops.multiply(one, other)).mean[0] * 255
    return (product - a.mean[0] * b.mean[0]) / (a.stddev[0] * b.stddev[0])


@cache
def _face(font: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / FILES[font]), size)
