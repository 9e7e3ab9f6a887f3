"""What stands beside the page on a web server, so that a phone can keep it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from markupsafe import Markup

from deckpress.model import Artifact, Deck, Version
from deckpress.output.manifest import SITE
from exporters.job import Memo
from exporters.theme import color
from exporters.web.assembly import integrity, scripts, templates
from exporters.web.icons import ICONS, picture

# The names that the page and the worker know.
_INDEX = "index.html"
_MANIFEST = "manifest.webmanifest"
_WORKER = "sw.js"


def site(deck: Deck, version: Version, page: bytes, memo: Memo) -> Iterator[Artifact]:
    """The files of a folder that a web server can offer as it is, at any address.

    `page` is the document that registers the worker. `memo` spares drawing the icons.
    """
    files = {_INDEX: page, _MANIFEST: _manifest(deck, version)}
    files |= {icon.name: picture(icon, version.name, memo) for icon in ICONS}
    files[_WORKER] = _worker(deck, version, files)
    for name, data in files.items():
        yield Artifact(f"{SITE}/{name}", data)


def _manifest(deck: Deck, version: Version) -> bytes:
    """https://www.w3.org/TR/appmanifest/, and the version, which it does not know."""
    paper = color("paper")
    stated = {
        "name": deck.meta.title,
        "short_name": deck.meta.title,
        "description": deck.meta.description,
        "lang": deck.meta.lang,
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": paper,
        "theme_color": paper,
        "icons": [
            {
                "src": icon.name,
                "sizes": f"{icon.side}x{icon.side}",
                "type": "image/png",
                "purpose": "maskable" if icon.cut else "any",
            }
            for icon in ICONS
        ],
        "version": version.name,
    }
    told = {name: value for name, value in stated.items() if value}
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _worker(deck: Deck, version: Version, files: Mapping[str, bytes]) -> bytes:
    """The service worker for these files; another one as soon as a byte of them is another."""
    hashes = {"./" if name == _INDEX else name: integrity(data) for name, data in files.items()}
    stated = {
        "key": deck.meta.key,
        "version": version.name,
        "hash": sha256(repr(sorted(hashes.items())).encode()).hexdigest()[:10],
        "files": hashes,
    }
    script = Markup(scripts("worker"))
    return templates().get_template("sw.js.jinja").render(site=stated, script=script).encode()
