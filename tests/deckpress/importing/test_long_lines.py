"""A line may be very long: it is read all the same, in a time that grows with its length alone."""

from __future__ import annotations

import pytest

from deckpress.importing.formats import Input, InputFormat, read_input, recognise


@pytest.mark.parametrize("piece", ["word ", "= "])
def test_a_line_of_100_kb_is_recognised_and_read(piece: str) -> None:
    long = piece * (100_000 // len(piece))
    data = f"## What is big?\n\nShort.\n\n{long}x\n\n## What is small?\n\nYes.\n".encode()
    source = Input("notes.md", data, lambda _: None)
    assert recognise(source) is InputFormat.QUESTIONS
    assert [note.question for note in read_input(source, {}).notes] == [
        "What is big?",
        "What is small?",
    ]
