"""The manifest of a version, ``manifest.json``: what it is made of. It contains no times."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from deckpress.model import Artifact, Deck, Version

SCHEMA = 1
MANIFEST = "manifest.json"
CHANGES = "CHANGES.md"  # what is new in a version
SITE = "site"  # the folder of a version that is ready for a web server
FIGURES = "figures"  # the site's folder with the deck's pictures, each named by its content


def asset_name(name: str, version: str) -> str:
    """The name of an artefact as a download: without the version, the same in each release."""
    return name.replace(f"-{version}", "", 1)


def site_archive_name(source: str) -> str:
    """The name of the archive with the site, for the source file of that name."""
    return f"{source.removesuffix('.md')}-{SITE}.zip"


def manifest(
    deck: Deck, version: Version, artifacts: Sequence[Artifact], tools: Mapping[str, str]
) -> bytes:
    """The bytes of a manifest: what was built, from which source, with which tools.

    Sizes are in bytes, hashes are hexadecimal SHA-256. The digest of a card depends only on its
    source, because a new renderer is not an edit.
    """
    content = {
        "schema": SCHEMA,
        "deck": {"key": deck.meta.key, "title": deck.meta.title, "lang": deck.meta.lang},
        "version": version.name,
        "release": version.release,
        "partial": version.partial,
        "source": {"name": f"{deck.name}.md", "sha256": sha256(deck.source).hexdigest()},
        "tools": dict(sorted(tools.items())),
        "artifacts": [
            {"name": a.name, "size": len(a.data), "sha256": sha256(a.data).hexdigest()}
            for a in artifacts
        ],
        "cards": {card.id: card.digest for card in deck.cards()},
    }
    return serialise(content)


def serialise(content: Mapping[str, object]) -> bytes:
    """The bytes of a manifest file with this content."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
