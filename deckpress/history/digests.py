"""Hashes the content of cards, part by part: what their author wrote, and the files they show.

The HTML is not hashed, because a new renderer or template is not an edit.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from hashlib import blake2b

from deckpress.history.proofs import proofs
from deckpress.model import PartName, Proof, RawCard, RawDeck, RawSection, Text
from deckpress.reading.references import Folder, Reference, resolve

_SIZE = 6  # bytes of a part's digest
# The deck that was asked for last, and its digests: a build asks several times.
_last: tuple[RawDeck, dict[str, dict[str, str]]] | None = None


def digests(deck: RawDeck) -> dict[str, dict[str, str]]:
    """The digests of the parts of all cards, by the card's id and the part's name.

    A digest has 12 hexadecimal digits. A part is a text (``question``, ``why``), an attribute
    (``tags``, ``level``) or what every note of the deck contains (``deck``). Empty parts are left
    out.
    """
    global _last
    if _last is None or _last[0] is not deck:
        _last = deck, _digests(deck)
    return _last[1]


def _digests(deck: RawDeck) -> dict[str, dict[str, str]]:
    proven = {id: recorded.proof for id, recorded in proofs(deck).items()}
    return {
        card.id: {
            name: blake2b(value, digest_size=_SIZE).hexdigest()
            for name, value in _parts(card, section, deck, proven.get(card.id))
            if value
        }
        for section in deck.sections
        for card in section.cards
    }


def source_fingerprint(deck: RawDeck) -> str:
    """A hash of the bytes of a source and the files that it shows, in 32 hexadecimal digits."""
    digest = blake2b(digest_size=16)
    for name, data in (("", deck.source), *sorted(deck.files.items())):
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def card_digest(parts: Mapping[str, str]) -> str:
    """One hash for a card, in 32 hexadecimal digits, from the digests of its parts."""
    return blake2b(repr(sorted(parts.items())).encode(), digest_size=16).hexdigest()


def _parts(
    card: RawCard, section: RawSection, deck: RawDeck, proof: Proof | None
) -> Iterator[tuple[str, bytes]]:
    def text(*texts: Text) -> bytes:
        return _text(texts, deck)

    yield "question", text(card.question)
    yield "lead", text(card.lead)
    rights = "".join("x" if item.right else "." for item in card.items)
    order = b"order=source\0" if card.source_order else b""
    yield "items", order + rights.encode() + text(*(item.text for item in card.items))
    yield "short", text(card.short)
    reason = b""
    for part in card.parts:
        if card.retired and part.name is PartName.RETIRED:
            reason += text(part.text)
        else:
            yield part.name.value, text(part.text)
    yield "tags", "\0".join(deck.meta.tags.get(tag, tag) for tag in card.tags).encode()
    yield "level", str(card.level or "").encode()
    yield "tier", (card.tier or "").encode()
    yield "section", f"{section.id}\0{section.title.source}".encode()
    if card.retired:
        yield "retired", b"retired" + reason
    yield "proof", repr(proof).encode() if proof else b""
    yield "deck", f"{deck.meta.lang}\0{deck.meta.homepage}\0{deck.meta.tags_home}".encode()


def _text(texts: tuple[Text, ...], deck: RawDeck) -> bytes:
    """Texts, with the files that they show and where their links lead.

    A link definition counts for the texts that use it, wherever it stands, and for no other.
    """
    pieces: list[bytes] = []
    for text in texts:
        shown = resolve(text.source, deck.definitions)
        if not shown.source:
            continue
        pieces.append(unicodedata.normalize("NFC", shown.source).encode())
        pieces += [f"{link.target}\0{link.title}".encode() for link in shown.named]
        pieces += [blake2b(_shown(each, deck.files)).digest() for each in shown.references]
    return b"\0".join(pieces)


def _shown(reference: Reference, files: Mapping[str, bytes]) -> bytes:
    """The bytes of a file that a text shows; in code, the kind of line ends does not count."""
    data = files.get(reference.path, b"")
    return data.replace(b"\r\n", b"\n") if reference.folder is Folder.EXAMPLES else data
