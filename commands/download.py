"""Fetches the pictures that a source shows by address, for ``check --fix --download``.

The author asks for it, so any host that the author's machine reaches is allowed, one in the own
network too. No other command of the program, and no build, fetches what a source names.
"""

from __future__ import annotations

import time
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from markdown_it.common.normalize_url import normalizeLink

from commands.terminal.console import progress
from deckpress.diagnostics import Diagnostic
from deckpress.fixes.web_pictures import figure_for, unfetched, web_pictures, with_local_pictures
from deckpress.output.store import create_file
from deckpress.reading.disk import files
from deckpress.reading.reader import read
from deckpress.render.time_limit import TimeUp, time_limit
from releases.messages import message

_LARGEST = files.LARGEST_FILE * 1_000_000
_SILENCE = 15  # seconds in which a server must say something
_LONGEST = 60  # seconds for one picture
_MOST_REDIRECTS = 5
_PIECE = 65536


class FetchError(Exception):
    """A picture that cannot be fetched: the key of a sentence that says why, and its values."""

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


def download_pictures(path: Path) -> tuple[int, list[Diagnostic]]:
    """Fetch the pictures that the source at `path` shows by address, and show the copies instead.

    They go to ``figures/`` beside it. Gives how many places of the source have changed, and a
    finding for each place whose picture could not be fetched; that one stays as it was.

    Raises:
        SourceError: the source cannot be read or written.
        StoreError: a picture cannot be written.
    """
    deck, _ = read(files.load(path))
    addresses = list(dict.fromkeys(picture.address for picture in web_pictures(deck)))
    paths: dict[str, str] = {}
    failed: dict[str, FetchError] = {}
    with progress() as step:
        for number, address in enumerate(addresses, 1):
            step(message("downloading", number=number, count=len(addresses)))
            try:
                paths[address] = _take(address, path.parent)
            except FetchError as error:
                failed[address] = error
    if not addresses:
        return 0, []

    def change(text: str) -> tuple[str, int]:
        return with_local_pictures(text, web_pictures(deck), paths)

    count = files.rewrite(path, change)
    left = web_pictures(read(files.load(path))[0])
    return count, [
        unfetched(each, failed[each.address].reason, failed[each.address].values)
        for each in left
        if each.address in failed
    ]


def _take(address: str, folder: Path) -> str:
    data = fetch(address)
    name, reason = figure_for(address, data)
    if reason:
        raise FetchError(reason)
    target = folder / name
    if not (target.is_file() and target.read_bytes() == data):
        create_file(target, data)
    return name


def fetch(address: str) -> bytes:
    """The bytes at an address of the web.

    Raises:
        FetchError: they cannot be had, are too many, or take too long.
    """
    try:
        with time_limit(_LONGEST):
            return _read(normalizeLink(address))
    except TimeUp:
        raise FetchError("reason-late", limit=str(_LONGEST)) from None
    except HTTPError as error:
        raise FetchError("reason-status", status=str(error.code)) from error
    except TimeoutError:
        raise FetchError("reason-late", limit=str(_SILENCE)) from None
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise FetchError("reason-late", limit=str(_SILENCE)) from error
        raise FetchError("reason-network", detail=str(error.reason)) from error
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError("reason-network", detail=str(error) or type(error).__name__) from error


def _read(address: str) -> bytes:
    if "@" in urlsplit(address).netloc:
        raise FetchError("reason-password")
    end = time.monotonic() + _LONGEST
    request = Request(address, headers={"User-Agent": "deckpress", "Accept": "image/*"})
    with _opener().open(request, timeout=_SILENCE) as answer:
        data = b""
        while piece := answer.read(_PIECE):
            data += piece
            if len(data) > _LARGEST:
                raise FetchError("reason-large", limit=str(files.LARGEST_FILE))
            if time.monotonic() > end:
                raise FetchError("reason-late", limit=str(_LONGEST))
        return data


class _Redirects(HTTPRedirectHandler):
    """Follows a few redirects, and none that leaves the web or gives up encryption."""

    max_redirections = _MOST_REDIRECTS

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        scheme = urlsplit(newurl).scheme.lower()
        if scheme not in ("http", "https") or (req.type == "https" and scheme == "http"):
            raise FetchError("reason-redirect", address=newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    """What opens addresses of the web, and nothing else: no files, no FTP, no ``data:``."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener
