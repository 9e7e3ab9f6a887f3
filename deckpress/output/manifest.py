"""What a version is made of: ``manifest.json``. No clock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from deckpress.model import Artifact, Deck, Version

SCHEMA = 1
MANIFEST = "manifest.json"
SITE = "site"  # the folder of a version that a web server can offer as it is


def asset(name: str, version: str) -> str:
    """The name under which a release offers an artefact for download: the same in each release."""
    return name.replace(f"-{version}", "", 1)


def site_asset(source: str) -> str:
    """The name of the archive in which a release of that source file offers its site's files."""
    return f"{source.removesuffix('.md')}-{SITE}.zip"


def manifest(
    deck: Deck, version: Version, artifacts: Sequence[Artifact], tools: Mapping[str, str]
) -> bytes:
    """What was built from what by what: sizes in bytes, hashes as hexadecimal SHA-256.

    A card's hash is taken of its source fields, so that a new renderer is not an edit.
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
    return written(content)


def written(content: Mapping[str, object]) -> bytes:
    """A manifest as it stands in its file."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
