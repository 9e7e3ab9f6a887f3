"""What an import took, changed and lost, as text: short for the terminal, in full for a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from commands.terminal.words import say
from deckpress.importing.note import Remark, Weight

if TYPE_CHECKING:
    from deckpress.importing.deck_writer import Imported

_SHOWN = 5  # places of one kind on the terminal

_HEADINGS = {
    Weight.CHANGED: "import-changed",
    Weight.LOST: "import-lost",
    Weight.KEPT: "import-kept",
    Weight.REFUSED: "import-left-out",
}
_COUNTS = {
    "new": "import-count-new",
    "updated": "import-count-updated",
    "same": "import-count-same",
    "conflict": "import-count-conflict",
    "removed": "import-count-removed",
    "gone": "import-count-gone",
}
# The sentence for each kind of remark.
_SENTENCES = {
    "as-plain": "import-as-plain",
    "attached": "import-attached",
    "audio": "import-audio",
    "bare-database": "import-bare-database",
    "column-unused": "import-column-unused",
    "conflict": "import-conflict",
    "damaged": "import-damaged",
    "dropped": "import-dropped",
    "empty": "import-empty",
    "encoding": "import-encoding",
    "encrypted": "import-encrypted",
    "exists": "import-exists",
    "formula": "import-formula",
    "gap-around-formula": "import-gap-around-formula",
    "gap-long": "import-gap-long",
    "gaps-in-formula": "import-gaps-in-formula",
    "gaps-nested": "import-gaps-nested",
    "gone": "import-gone",
    "guid-twice": "import-guid-twice",
    "latex-document": "import-latex-document",
    "latex-source": "import-latex-source",
    "leads-out": "import-leads-out",
    "learner-flagged": "import-flagged",
    "learner-studied": "import-studied",
    "learner-suspended": "import-suspended",
    "link": "import-link",
    "map-needed": "import-map-needed",
    "map-no-field": "import-map-no-field",
    "map-no-type": "import-map-no-type",
    "no-answer": "import-no-answer",
    "no-collection": "import-no-collection",
    "no-crowdanki": "import-no-crowdanki",
    "no-gap": "import-no-gap",
    "no-header": "import-no-header",
    "no-json": "import-no-json",
    "no-package": "import-no-package",
    "no-question": "import-no-question",
    "not-text": "import-not-text",
    "note-large": "import-note-large",
    "nothing": "import-nothing",
    "occlusion": "import-occlusion",
    "other-database": "import-other-database",
    "outside": "import-outside",
    "picture-elsewhere": "import-picture-elsewhere",
    "picture-large": "import-picture-large",
    "picture-missing": "import-picture-missing",
    "picture-unusable": "import-picture-unusable",
    "prompt": "import-prompt",
    "removed": "import-removed",
    "row-uneven": "import-row-uneven",
    "schedule": "import-schedule",
    "script": "import-script",
    "sound-missing": "import-sound-missing",
    "style": "import-style",
    "templates": "import-templates",
    "template-script": "import-template-script",
    "too-large": "import-too-large",
    "unknown-format": "import-unknown-format",
    "unreadable": "import-unreadable",
}


def summary(made: Imported, output: Path, *, dry_run: bool) -> str:
    """What an import did, with a few places of each kind."""
    key = "import-would" if dry_run else "import-done"
    counts = [
        say(sentence, count=made.counts[k]) for k, sentence in _COUNTS.items() if made.counts[k]
    ]
    lines = [say(key, output=output, counts=say("comma").join(counts))]
    lines += grouped(made.remarks, tuple(_HEADINGS), _SHOWN)
    if not dry_run:
        lines.append(say("import-next", output=output))
    return "\n".join(lines)


def report_text(made: Imported) -> str:
    """All that there is to say about an import, card by card."""
    counts = [say(sentence, count=made.counts[key]) for key, sentence in _COUNTS.items()]
    return "\n".join([*counts, *grouped(made.remarks, tuple(_HEADINGS)), ""])


def grouped(
    remarks: Iterable[Remark], weights: tuple[Weight, ...], most: int | None = None
) -> list[str]:
    """The remarks of these weights as lines: a sentence for each kind, then its places.

    Of each kind at most `most` places are named.
    """
    kinds: dict[tuple[Weight, str], list[Remark]] = {}
    for remark in remarks:
        kinds.setdefault((remark.weight, remark.key), []).append(remark)
    lines = []
    for weight in weights:
        of_weight = [(key, found) for (w, key), found in kinds.items() if w is weight]
        if of_weight and len(weights) > 1:
            lines.append(say(_HEADINGS[weight]))
        for key, found in of_weight:
            count = sum(remark.count for remark in found)
            lines.append(f"  {say(_SENTENCES[key], count=count)}")
            lines += [f"    {_place(remark)}" for remark in found[:most]]
            if most is not None and len(found) > most:
                lines.append(f"    {say('import-more', count=len(found) - most)}")
    return lines


def _place(remark: Remark) -> str:
    place = say("import-place", place=remark.place, detail=remark.detail)
    return (place if remark.detail else place.rpartition(" — ")[0]).replace("\n", " ")
