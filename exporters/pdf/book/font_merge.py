"""One set of fonts for the parts of a book: each font once, with the glyphs of all parts.

WeasyPrint keeps the numbers of the glyphs as they are in the font's file. So a subset of that
file for the glyphs of all parts fits the text of each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import uharfbuzz
from pikepdf import Array, Pdf

from exporters.pdf.book.text_overlay import Glyph
from exporters.theme import FONTS

_LINE = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
_DROPPED = (b"BASE", b"DSIG", b"GPOS", b"GSUB", b"JSTF", b"LTSH", b"PCLT")
_AT_ONCE = 100  # entries in a block of a character map


def merge_fonts(pdf: Pdf, sets: Sequence[Any], extra: Mapping[Path, Mapping[int, Glyph]]) -> None:
    """Puts one font in the place of those that have the same name in these dictionaries of
    fonts, with the glyphs that are used besides, and into those that lack it.

    One whose file is not among the bundled ones is left alone.
    """
    for name, same in sorted(_by_name(sets).items()):
        path = file_of(same[0])
        if path is not None:
            merged = _merged(pdf, same, path, extra.get(path, {}))
            for fonts in sets:
                fonts[name] = merged


def names_of_files(sets: Sequence[Any]) -> dict[Path, str]:
    """The names that the bundled fonts have in these dictionaries of fonts, by file."""
    found = {file_of(same[0]): name for name, same in sorted(_by_name(sets).items())}
    return {path: name for path, name in found.items() if path is not None}


def file_of(font: Any) -> Path | None:
    """The bundled file of a font, which is called ``/ABCDEF+Noto-Sans-SC-Bold`` or the like."""
    return _files().get(_key(str(font.BaseFont).partition("+")[2]))


def _by_name(sets: Sequence[Any]) -> dict[str, list[Any]]:
    named: dict[str, list[Any]] = {}
    for fonts in sets:
        for name in fonts:
            named.setdefault(name, []).append(fonts[name])
    return named


def _merged(pdf: Pdf, fonts: Sequence[Any], path: Path, extra: Mapping[int, Glyph]) -> Any:
    widths: dict[int, Any] = {number: glyph.width for number, glyph in extra.items()}
    texts = {
        number: glyph.text.encode("utf-16-be").hex().encode() for number, glyph in extra.items()
    }
    # Of two texts for one glyph, the first in the document stands, as when it is printed whole.
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
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.drop_table_tag_set.update(int.from_bytes(tag) for tag in _DROPPED)
    flags = uharfbuzz.SubsetFlags
    wanted.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NOTDEF_OUTLINE
    subset = uharfbuzz.subset(uharfbuzz.Face(path.read_bytes()), wanted)
    return bytes(subset.blob.data)


@cache
def _files() -> Mapping[str, Path]:
    return {_key(path.stem.removesuffix("-Regular")): path for path in FONTS.glob("*.ttf")}


def _key(name: str) -> str:
    return name.replace("-", "").lower()


def _widths(runs: Any) -> dict[int, Any]:
    """The glyphs and their widths in a /W array of WeasyPrint's: first glyph, list, and so on."""
    flat = list(runs)
    return {
        int(first) + step: width
        for first, some in zip(flat[::2], flat[1::2], strict=True)
        for step, width in enumerate(some)
    }


def _width_runs(widths: Mapping[int, Any]) -> Iterator[Any]:
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
    return {int(glyph, 16): text for glyph, text in _LINE.findall(character_map)}


def _character_map(texts: Mapping[int, bytes]) -> bytes:
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
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        lines.append(b"%d beginbfchar" % len(some))
        lines += (b"<%04x> <%s>" % item for item in some)
        lines.append(b"endbfchar")
    lines += (b"endcmap", b"CMapName currentdict /CMap defineresource pop", b"end", b"end")
    return b"\n".join(lines)
