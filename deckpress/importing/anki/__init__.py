"""What Anki and its add-ons write in, notes of a deck out."""
