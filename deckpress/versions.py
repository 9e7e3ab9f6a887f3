"""What a build is called before it is released.

A development build is named by what went into it: the same source and the same tools give the same
name on any machine, at any time, in a clone or in an unpacked archive.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from deckpress.model import RawDeck, Version
from deckpress.selection import Selection

# The release that an unreleased deck is on its way to, and the time that its notes carry until then
# (2020-01-01 UTC): earlier than that of any release, so a release always updates them.
FIRST = "1.0.0"
BEFORE_FIRST = 1_577_836_800


def development(
    deck: RawDeck, toolchain: str, selection: Selection, exporters: tuple[str, ...] | None
) -> Version:
    """The version of an unreleased build, such as ``1.0.0-dev+4f1c09aa27``.

    `toolchain` stands for everything besides the source that decides the bytes. `exporters` names
    the outputs if only some are made. A partial build says so: ``…+4f1c09aa27.partial.docker``.
    """
    content = blake2b(digest_size=5)
    for part in (toolchain, deck.name, *sorted(deck.files)):
        content.update(part.encode() + b"\0")
    for data in (deck.source, *(deck.files[path] for path in sorted(deck.files))):
        content.update(len(data).to_bytes(8, "big") + data)
    name = f"{FIRST}-dev+{content.hexdigest()}"
    if selection:
        name += f".partial.{_label(selection)}"
    if exporters is not None:
        name += f".only.{'-'.join(exporters)}"
    return Version(name=name, modified={}, time=BEFORE_FIRST, partial=bool(selection))


def _label(selection: Selection) -> str:
    """A selection as one identifier of a version's build metadata (SemVer 2.0.0, item 10)."""
    words = "-".join(
        (
            *selection.sections,
            *selection.tags,
            *(f"level{number}" for number in selection.levels),
            *selection.tiers,
        )
    )
    if re.fullmatch(r"[0-9A-Za-z-]{1,40}", words):
        return words
    return blake2b(repr(selection).encode(), digest_size=4).hexdigest()
