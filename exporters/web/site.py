"""The page as a site that a phone can install: with a web manifest, icons and a service worker."""

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
from exporters.web.icons import ICONS, icon_png

# The template of the page and the service worker contain these names too.
_INDEX = "index.html"
_MANIFEST = "manifest.webmanifest"
_WORKER = "sw.js"


def site_files(
    deck: Deck, version: Version, page: bytes, pictures: Mapping[str, bytes], memo: Memo
) -> Iterator[Artifact]:
    """The files of a folder that a web server can offer unchanged, at any address.

    `page` is the document that registers the service worker, and `pictures` are those that it
    shows, by the names of their files. `memo` keeps the drawn icons.
    """
    files = {_INDEX: page, _MANIFEST: _manifest(deck, version), **pictures}
    files |= {icon.name: icon_png(icon, version.name, memo) for icon in ICONS}
    files[_WORKER] = _worker(deck, version, files)
    for name, data in files.items():
        yield Artifact(f"{SITE}/{name}", data)


def _manifest(deck: Deck, version: Version) -> bytes:
    """The web manifest (https://www.w3.org/TR/appmanifest/). `version` is a member of our own."""
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
                "purpose": "maskable" if icon.maskable else "any",
            }
            for icon in ICONS
        ],
        "version": version.name,
    }
    told = {name: value for name, value in stated.items() if value}
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def _worker(deck: Deck, version: Version, files: Mapping[str, bytes]) -> bytes:
    """The service worker for `files`. It changes if any byte of them changes."""
    hashes = {"./" if name == _INDEX else name: integrity(data) for name, data in files.items()}
    stated = {
        "key": deck.meta.key,
        "version": version.name,
        "hash": sha256(repr(sorted(hashes.items())).encode()).hexdigest()[:10],
        "files": hashes,
    }
    script = Markup(scripts("worker"))
    return templates().get_template("sw.js.jinja").render(site=stated, script=script).encode()
