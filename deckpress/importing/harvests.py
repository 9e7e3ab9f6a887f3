"""Puts what was read from several inputs together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from deckpress.importing.note import Harvest, Remark, Weight


def joined(harvests: Sequence[Harvest]) -> Harvest:
    """All inputs as one. Notes that two of them have, by their origin, are refused."""
    if len(harvests) == 1:
        return harvests[0]
    counts = Counter(note.origin for harvest in harvests for note in harvest.notes)
    twice = {origin for origin, count in counts.items() if count > 1}
    notes = [note for harvest in harvests for note in harvest.notes]
    remarks = [remark for harvest in harvests for remark in harvest.remarks]
    remarks += [
        Remark(Weight.REFUSED, "guid-twice", note.place, note.origin)
        for note in notes
        if note.origin in twice
    ]
    first = next((harvest for harvest in harvests if harvest.title), Harvest())
    return replace(
        first,
        notes=[note for note in notes if note.origin not in twice],
        remarks=remarks,
        pictures={path: data for h in harvests for path, data in h.pictures.items()},
        attachments={path: data for h in harvests for path, data in h.attachments.items()},
        introductions={name: text for h in harvests for name, text in h.introductions.items()},
    )
