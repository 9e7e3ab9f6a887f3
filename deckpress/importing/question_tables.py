"""Tables in Markdown whose rows are a question and its answer each."""

from __future__ import annotations

from collections.abc import Iterator

from deckpress.importing.anki.field_map import target_of
from deckpress.importing.markup.html_tree import Element

_NUMBERS = ("", "#", "no", "no.", "nr", "nr.", "number", "序号", "编号")


def question_rows(table: Element) -> list[tuple[Element, Element, Element]] | None:
    """Each row with the cells of its question and its answer, or None if the table is another one.

    It has two columns, whose heads say what they are, and maybe one of numbers before them.
    """
    rows = [(row, [*_cells(row)]) for row in table.walk() if row.name == "tr"]
    heads = [" ".join(cell.text().split()) for cell in rows[0][1]] if rows else []
    first = int(len(heads) == 3 and heads[0].casefold() in _NUMBERS)
    if [_target(head) for head in heads[first:]] != ["question", "short"]:
        return None
    return [
        (row, cells[first], cells[first + 1]) for row, cells in rows[1:] if len(cells) > first + 1
    ]


def _cells(row: Element) -> Iterator[Element]:
    return (cell for cell in row.elements() if cell.name in ("td", "th"))


def _target(head: str) -> str:
    return target_of(head) or target_of(head.removesuffix("s"))
