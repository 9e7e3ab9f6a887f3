"""Merges the fonts of the parts of a book: each font once, with the glyphs of all parts.

WeasyPrint keeps the glyph numbers of the font file. So one subset of that file, with the glyphs of
all parts, fits the text of each part, and the parts have none (`weasy.press.write_part`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import uharfbuzz
from pikepdf import Array, Pdf

from exporters.pdf.book.text_overlay import Glyph
from exporters.theme import font_file

_MAP_ENTRY = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
_DROPPED_TABLES = (b"BASE", b"DSIG", b"GPOS", b"GSUB", b"JSTF", b"LTSH", b"PCLT")
_ENTRIES_PER_BLOCK = 100  # entries in a block of a character map


def merge_fonts(
    pdf: Pdf, font_dicts: Sequence[Any], extra_glyphs: Mapping[Path, Mapping[int, Glyph]]
) -> None:
    """Replace the fonts of the same name in `font_dicts` by one font in `pdf`.

    It has the glyphs of all of them and the `extra_glyphs` (by font file and glyph number), and is
    also put into dictionaries that lack it. Fonts that are not bundled do not change.
    """
    for name, same in sorted(_by_name(font_dicts).items()):
        path = _file(same[0])
        if path is not None:
            merged = _merged(pdf, same, path, extra_glyphs.get(path, {}))
            for fonts in font_dicts:
                fonts[name] = merged


def font_names(font_dicts: Sequence[Any]) -> dict[Path, str]:
    """The names of the bundled fonts in `font_dicts`, by font file."""
    found = {_file(same[0]): name for name, same in sorted(_by_name(font_dicts).items())}
    return {path: name for path, name in found.items() if path is not None}


def _file(font: Any) -> Path | None:
    return font_file(str(font.BaseFont))


def _by_name(font_dicts: Sequence[Any]) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    for fonts in font_dicts:
        for name in fonts:
            named.setdefault(name, []).append(fonts[name])
    return named


def _merged(pdf: Pdf, fonts: Sequence[Any], path: Path, extra_glyphs: Mapping[int, Glyph]) -> Any:
    widths: dict[int, Any] = {number: glyph.width for number, glyph in extra_glyphs.items()}
    texts = {
        number: glyph.text.encode("utf-16-be").hex().encode()
        for number, glyph in extra_glyphs.items()
    }
    # Of two texts for one glyph, the first in the document counts, as in a document printed in one
    # piece.
    for font in reversed(fonts):
        widths.update(_widths(font.DescendantFonts[0].W))
        texts.update(_texts(font.ToUnicode.read_bytes()))
    font = fonts[0]
    inner = font.DescendantFonts[0]
    data = _subset(path, {*widths, *texts})
    inner.FontDescriptor.FontFile2 = pdf.make_stream(data, Length1=len(data))
    inner.W = Array(list(_width_runs(widths)))
    font.ToUnicode = pdf.make_stream(_character_map(texts))
    return font


def _subset(path: Path, glyphs: Iterable[int]) -> bytes:
    """The font file at `path` with these glyphs only, under their old numbers."""
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.drop_table_tag_set.update(int.from_bytes(tag) for tag in _DROPPED_TABLES)
    flags = uharfbuzz.SubsetFlags
    wanted.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NOTDEF_OUTLINE
    subset = uharfbuzz.subset(uharfbuzz.Face(path.read_bytes()), wanted)
    return bytes(subset.blob.data)


def _widths(runs: Any) -> dict[int, Any]:
    """The widths by glyph of a /W array of WeasyPrint: first glyph, list of widths, and so on."""
    flat = list(runs)
    return {
        int(first) + step: width
        for first, some in zip(flat[::2], flat[1::2], strict=True)
        for step, width in enumerate(some)
    }


def _width_runs(widths: Mapping[int, Any]) -> Iterator[Any]:
    """The entries of a /W array; the inverse of `_widths`."""
    run: list[Any] = []
    first = 0
    for glyph in sorted(widths):
        if run and glyph != first + len(run):
            yield from (first, Array(run))
            run = []
        if not run:
            first = glyph
        run.append(widths[glyph])
    if run:
        yield from (first, Array(run))


def _texts(character_map: bytes) -> dict[int, bytes]:
    """The text of each glyph in a ToUnicode map, as hexadecimal UTF-16."""
    return {int(glyph, 16): text for glyph, text in _MAP_ENTRY.findall(character_map)}


def _character_map(texts: Mapping[int, bytes]) -> bytes:
    """A ToUnicode map; the inverse of `_texts`."""
    lines = [
        b"/CIDInit /ProcSet findresource begin",
        b"12 dict begin",
        b"begincmap",
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        b"/CMapName /Adobe-Identity-UCS def",
        b"/CMapType 2 def",
        b"1 begincodespacerange",
        b"<0000> <ffff>",
        b"endcodespacerange",
    ]
    items = sorted(texts.items())
    for start in range(0, len(items), _ENTRIES_PER_BLOCK):
        some = items[start : start + _ENTRIES_PER_BLOCK]
        lines.append(b"%d beginbfchar" % len(some))
        lines += (b"<%04x> <%s>" % item for item in some)
        lines.append(b"endbfchar")
    lines += (b"endcmap", b"CMapName currentdict /CMap defineresource pop", b"end", b"end")
    return b"\n".join(lines)
