"""The script that an author might write instead: from a Markdown file to an .apkg, nothing else."""

import re
import sys
from pathlib import Path

import genanki
import markdown

model = genanki.Model(
    1607392319,
    "Plain",
    fields=[{"name": "Question"}, {"name": "Answer"}],
    templates=[{"name": "Card", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr>{{Answer}}"}],
)
deck = genanki.Deck(2059400110, "Plain")
text = Path(sys.argv[1]).read_text("utf-8")
engine = markdown.Markdown(extensions=["tables", "fenced_code", "codehilite"])
for block in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
    question, _, answer = block.partition("\n")
    deck.add_note(genanki.Note(model, [question.split(" {#")[0], engine.reset().convert(answer)]))
genanki.Package(deck).write_to_file(sys.argv[2])
