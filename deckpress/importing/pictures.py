"""The files that notes show: pictures under names of their content, sounds as attachments."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import unquote

from deckpress.checks.pictures.images import image_problem
from deckpress.importing.note import Remark, Weight
from deckpress.reading.disk.files import LARGEST_FILE

_DATA = re.compile(r"data:image/[\w.+-]+;base64,(?P<data>[A-Za-z0-9+/=\s]+)$", re.IGNORECASE)
_ENDINGS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"RIFF", "webp"),
)

# What finds a file by its name in the input: its bytes, or None. It may raise `RefusedError`.
Find = Callable[[str], "bytes | None"]


class ShownFiles:
    """Collects the files that notes show. A picture is in `pictures` once, whatever it is called.

    `remarks` has what could not be taken, with the place that was set last.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._names: dict[str, str | None] = {}
        self.place = ""
        self.pictures: dict[str, bytes] = {}
        self.attachments: dict[str, bytes] = {}
        self.remarks: list[Remark] = []

    def picture(self, source: str) -> str | None:
        """The path of a picture in the deck, or None if it cannot be shown: that is remarked."""
        if source not in self._names:
            self._names[source] = self._take(source)
        elif self._names[source] is None:
            self._refuse("picture-missing", source)
        return self._names[source]

    def sound(self, name: str) -> str | None:
        """The path of an attachment, or None if there is no such file: that is remarked."""
        data = self._find(name)
        if data is None:
            self._refuse("sound-missing", name)
            return None
        return self._add(name, data)

    def attachment(self, target: str) -> str | None:
        """The path of a file that a text links to, or None if it is not there."""
        name = unquote(target.partition("#")[0])
        data = self._find(name) if name else None
        return None if data is None else self._add(name, data)

    def _add(self, name: str, data: bytes) -> str:
        plain = re.sub(r"[^\w.-]+", "-", name.rpartition("/")[2]).lstrip(".-") or "file"
        stem, dot, ending = plain.rpartition(".")
        path = f"attachments/{stem or ending}-{sha256(data).hexdigest()[:8]}{dot}{ending}"
        self.attachments[path] = data
        return path

    def _take(self, source: str) -> str | None:
        data = self._data(source)
        if data is None:
            return None
        ending = next((e for start, e in _ENDINGS if data.startswith(start)), "svg")
        path = f"figures/{sha256(data).hexdigest()[:16]}.{ending}"
        if len(data) > LARGEST_FILE * 1_000_000:
            self._refuse("picture-large", source)
            return None
        if image_problem(path, data):
            self._refuse("picture-unusable", source)
            return None
        self.pictures[path] = data
        return path

    def _data(self, source: str) -> bytes | None:
        if match := _DATA.match(source):
            try:
                return base64.b64decode(re.sub(r"\s", "", match["data"]), validate=True)
            except binascii.Error:
                self._refuse("picture-unusable", source[:40])
                return None
        data = self._find(source)
        if data is None and "%" in source:
            data = self._find(unquote(source))
        if data is None:
            self._refuse("picture-missing", source)
        return data

    def _refuse(self, key: str, source: str) -> None:
        self.remarks.append(Remark(Weight.REFUSED, key, self.place, source[:80]))
