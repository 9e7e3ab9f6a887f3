"""The text in bytes whose encoding nobody tells: UTF-8, UTF-16 or GBK."""

from __future__ import annotations

import codecs

from deckpress.importing.note import Remark, Weight, refusal

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, name: str) -> tuple[str, list[Remark]]:
    """The text with ``\\n`` as line ends, and a remark if it is not UTF-8.

    Raises:
        RefusedError: it is no text.
    """
    for encoding in _candidates(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            continue
        told = encoding not in ("utf-8", "utf-8-sig")
        remarks = [Remark(Weight.CHANGED, "encoding", name, encoding.upper())] if told else []
        return text.replace("\r\n", "\n").replace("\r", "\n"), remarks
    raise refusal("not-text", name)


def _candidates(data: bytes) -> list[str]:
    marked = [encoding for mark, encoding in _MARKS if data.startswith(mark)]
    if marked:
        return marked
    head = data[:4096]
    if b"\0" in head:
        # In UTF-16, the half of each Latin letter that is zero tells which half comes first.
        return ["utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"]
    return ["utf-8", "gb18030"]
