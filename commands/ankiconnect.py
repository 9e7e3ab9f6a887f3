"""AnkiConnect: the add-on that lets another program ask a running Anki for things.

One POST an action: ``{"action", "version", "params", "key"}`` goes there, and what comes back is
``{"result", "error"}``, always with status 200. An add-on older than version 5 answers with the
bare result. Anki itself does the work, in its main thread: an action whose answer nobody waits for
any more is still done as a whole.

It is asked without urllib: no proxy from the environment comes between this machine and itself,
and no redirect takes the key elsewhere.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Collection
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from commands.terminal.console import Failed
from commands.terminal.words import say

URL = "http://127.0.0.1:8765"
VERSION = 6

_KEY_REFUSED = "valid api key must be provided"
_NO_PROFILE = "collection is not available"
# Seconds to wait for an answer. An import takes as long as Anki takes for it.
_PATIENCE = {"importPackage": 300}
_SHORT_PATIENCE = 10
_LONGEST_ANSWER = 16_000_000  # bytes
_LONGEST_REASON = 300  # characters


class _RefusedError(Exception):
    """The add-on answered with an error: its words."""


class AnkiConnect:
    """The Anki that answers at an address of this machine.

    Every method raises `Failed` with one sentence if Anki does not do what it is asked for.
    """

    def __init__(self, url: str, key: str | None = None) -> None:
        """Raises `click.UsageError` if `url` is none, or leads to another machine."""
        self._url = url
        self._key = key
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:
            raise click.UsageError(say("anki-url", url=url)) from None
        self._secure = parts.scheme == "https"
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        wrong = not self._host or parts.username is not None or not url.isascii() or " " in url
        if parts.scheme not in ("http", "https") or wrong:
            raise click.UsageError(say("anki-url", url=url))
        if not _is_here(self._host):
            raise click.UsageError(say("anki-elsewhere", url=url))

    def greet(self) -> None:
        """Make sure that this is AnkiConnect, that it is young enough, and that it takes the key.

        It answers this without an open profile too.
        """
        version = self._result("version")
        if isinstance(version, bool) or not isinstance(version, int):
            raise self._other(say("anki-no-version"))
        if version < VERSION:
            raise Failed(say("anki-old", version=version, least=VERSION))

    def import_package(self, path: Path) -> None:
        """Import an `.apkg`, which Anki reads from its own disk: relative to its media folder."""
        try:
            done = self._asked("importPackage", path=str(path.resolve()))
        except _RefusedError as error:
            raise Failed(say("push-refused", name=path.name, reason=error)) from error
        if done is not True:
            raise Failed(say("push-refused", name=path.name, reason=say("push-no-reason")))

    def fields(self, numbers: Collection[int]) -> dict[str, list[str]]:
        """The fields of those note types of these numbers that Anki knows, by the types' names."""
        known = self._result("modelNamesAndIds")
        if not isinstance(known, dict):
            raise self._other("modelNamesAndIds")
        found = {}
        for name in sorted(name for name, number in known.items() if number in numbers):
            found[name] = self._result("modelFieldNames", modelName=name)
            if not isinstance(found[name], list):
                raise self._other("modelFieldNames")
        return found

    def suspend(self, search: str) -> int:
        """Suspend the cards that a search finds and that are not yet; returns how many."""
        # Suspended cards are left out, for the add-on stumbles over them in a list.
        cards = self._result("findCards", query=f"{search} -is:suspended")
        if not isinstance(cards, list):
            raise self._other("findCards")
        if cards:
            self._result("suspend", cards=cards)
        return len(cards)

    def _result(self, action: str, **params: object) -> Any:
        try:
            return self._asked(action, **params)
        except _RefusedError as error:
            raise Failed(say("anki-refused", action=action, reason=error)) from error

    def _asked(self, action: str, **params: object) -> Any:
        answer = self._answer(action, params)
        if action == "version" and type(answer) is int and answer < VERSION:
            return answer
        if not isinstance(answer, dict) or answer.keys() != {"result", "error"}:
            raise self._other(say("anki-no-envelope"))
        match answer["error"]:
            case None:
                return answer["result"]
            case str(error) if _KEY_REFUSED in error.lower():
                raise Failed(say("anki-key-wrong" if self._key else "anki-key-missing"))
            case str(error) if _NO_PROFILE in error.lower():
                raise Failed(say("anki-closed"))
            case error:
                raise _RefusedError(_in_one_line(str(error)))

    def _answer(self, action: str, params: dict[str, object]) -> Any:
        """What comes back, read as JSON."""
        question = {"action": action, "version": VERSION, "params": params}
        if self._key:
            question["key"] = self._key
        seconds = _PATIENCE.get(action, _SHORT_PATIENCE)
        try:
            status, data = self._posted(json.dumps(question).encode(), seconds)
        except TimeoutError as error:
            raise Failed(say("anki-slow", seconds=seconds)) from error
        except ConnectionRefusedError as error:
            raise Failed(say("anki-silent", url=self._url)) from error
        except ConnectionError as error:
            raise Failed(say("anki-broke-off", url=self._url)) from error
        except (HTTPException, ssl.SSLError) as error:
            raise self._other(_in_one_line(str(error) or type(error).__name__)) from error
        except OSError as error:
            raise Failed(say("anki-silent", url=self._url)) from error
        if status != 200:
            raise self._other(f"HTTP {status}")
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._other(say("anki-no-json")) from error

    def _posted(self, body: bytes, seconds: int) -> tuple[int, bytes]:
        kind = HTTPSConnection if self._secure else HTTPConnection
        with closing(kind(self._host, self._port, timeout=seconds)) as connection:
            connection.request("POST", self._target, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read(_LONGEST_ANSWER)

    def _other(self, detail: str) -> Failed:
        return Failed(say("anki-other", url=self._url, detail=detail))


def quoted(text: str) -> str:
    """`text` as it is in a quoted term of Anki's search, where some characters are patterns."""
    return "".join(f"\\{char}" if char in '\\"*_:' else char for char in text)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_one_line(text: str) -> str:
    """Foreign words, fit for a terminal."""
    line = " ".join(text.split())[:_LONGEST_REASON]
    return "".join(char for char in line if char.isprintable())
