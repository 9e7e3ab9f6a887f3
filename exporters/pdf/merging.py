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

from exporters.theme import FONTS

_LINE = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]*)>")
_DROPPED = (b"BASE", b"DSIG", b"GPOS", b"GSUB", b"JSTF", b"LTSH", b"PCLT")
_AT_ONCE = 100  # entries in a block of a character map


def merge_fonts(pdf: Pdf, sets: Sequence[Any]) -> None:
    """Puts one font in the place of those that have the same name in several of these
    dictionaries of fonts. One whose file is not among the bundled ones is left alone.
    """
    by_name: dict[str, list[Any]] = {}
    for fonts in sets:
        for name in fonts:
            by_name.setdefault(name, []).append(fonts[name])
    for name, same in sorted(by_name.items()):
        path = _file(str(same[0].BaseFont))
        if path is None or len(same) < 2:
            continue
        merged = _merged(pdf, same, path)
        for fonts in sets:
            if name in fonts:
                fonts[name] = merged


def _merged(pdf: Pdf, fonts: Sequence[Any], path: Path) -> Any:
    widths: dict[int, Any] = {}
    texts: dict[int, bytes] = {}
    for font in fonts:
        widths = {**_widths(font.DescendantFonts[0].W), **widths}
        texts = {**_texts(font.ToUnicode.read_bytes()), **texts}
    data = _subset(path, {*widths, *texts})
    font = fonts[0]
    inner = font.DescendantFonts[0]
    descriptor = inner.FontDescriptor
    descriptor.FontFile2 = pdf.make_stream(data, Length1=len(data))
    inner.W = Array(list(_width_runs(widths)))
    font.ToUnicode = pdf.make_stream(_character_map(texts))
    return font


def _subset(path: Path, glyphs: Iterable[int]) -> bytes:
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.drop_table_tag_set.update(int.from_bytes(tag) for tag in _DROPPED)
    flags = uharfbuzz.SubsetFlags
    wanted.flags = flags.RETAIN_GIDS | flags.NO_HINTING | flags.NOTDEF_OUTLINE
    subset = uharfbuzz.subset(_face(path), wanted)
    return bytes(subset.blob.data)


@cache
def _face(path: Path) -> uharfbuzz.Face:
    return uharfbuzz.Face(path.read_bytes())


def _file(base_font: str) -> Path | None:
    """The bundled file of a font that is called ``/ABCDEF+Noto-Sans-SC-Bold``."""
    return _files().get(_key(base_font.partition("+")[2]))


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
