"""A client for AnkiConnect, the add-on through which other programs talk to a running Anki.

Each action is one POST of ``{"action", "version", "params", "key"}``. The answer is
``{"result", "error"}``, always with status 200; an add-on older than version 5 answers with the
bare result. Anki itself does the work, in its main thread, and finishes an action even if nobody
waits for the answer any more.

This does not use urllib: a proxy from the environment must not come between this machine and
itself, and a redirect must not take the key elsewhere.
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
# Seconds to wait for an answer, by action. An import of a large deck takes long.
_TIMEOUTS = {"importPackage": 300}
_SHORT_TIMEOUT = 10
_LONGEST_ANSWER = 16_000_000  # bytes
_LONGEST_REASON = 300  # characters


class _RefusedError(Exception):
    """The add-on answered with an error; the message is its own."""


class AnkiConnect:
    """The Anki that answers at an address of this machine.

    Every method raises `Failed`, with one sentence for the author, if Anki does not answer or does
    not do what it is asked for.
    """

    def __init__(self, url: str, key: str | None = None) -> None:
        """Take the address of AnkiConnect, and its API key if it has one.

        Raises:
            click.UsageError: `url` is not an http or https address of this machine.
        """
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
        if not _is_this_machine(self._host):
            raise click.UsageError(say("anki-elsewhere", url=url))

    def require_ready(self) -> None:
        """Check that AnkiConnect answers, that it is new enough, and that it takes the key.

        It answers this even if Anki has no profile open.
        """
        version = self._result("version")
        if isinstance(version, bool) or not isinstance(version, int):
            raise self._not_ankiconnect(say("anki-no-version"))
        if version < VERSION:
            raise Failed(say("anki-old", version=version, least=VERSION))

    def import_package(self, path: Path) -> None:
        """Import an `.apkg`, which Anki reads from disk itself.

        Anki gets an absolute path, because it takes others as relative to its media folder.
        """
        try:
            done = self._call("importPackage", path=str(path.resolve()))
        except _RefusedError as error:
            raise Failed(say("push-refused", name=path.name, reason=error)) from error
        if done is not True:
            raise Failed(say("push-refused", name=path.name, reason=say("push-no-reason")))

    def fields(self, note_type_ids: Collection[int]) -> dict[str, list[str]]:
        """The field names of those of these note types that Anki has, by note type name."""
        known = self._result("modelNamesAndIds")
        if not isinstance(known, dict):
            raise self._not_ankiconnect("modelNamesAndIds")
        found = {}
        for name in sorted(name for name, id in known.items() if id in note_type_ids):
            found[name] = self._result("modelFieldNames", modelName=name)
            if not isinstance(found[name], list):
                raise self._not_ankiconnect("modelFieldNames")
        return found

    def suspend(self, search: str) -> int:
        """Suspend the cards that a search finds, and return how many were not suspended yet."""
        # The add-on fails on a list that has suspended cards in it, so they are left out.
        cards = self._result("findCards", query=f"{search} -is:suspended")
        if not isinstance(cards, list):
            raise self._not_ankiconnect("findCards")
        if cards:
            self._result("suspend", cards=cards)
        return len(cards)

    def _result(self, action: str, **params: object) -> Any:
        """The result of an action; an error of the add-on becomes a sentence for the author."""
        try:
            return self._call(action, **params)
        except _RefusedError as error:
            raise Failed(say("anki-refused", action=action, reason=error)) from error

    def _call(self, action: str, **params: object) -> Any:
        """The result of an action.

        Raises:
            _RefusedError: the add-on answered with an error.
        """
        answer = self._answer(action, params)
        if action == "version" and type(answer) is int and answer < VERSION:
            return answer
        if not isinstance(answer, dict) or answer.keys() != {"result", "error"}:
            raise self._not_ankiconnect(say("anki-no-envelope"))
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
        """The JSON that comes back for an action."""
        request = {"action": action, "version": VERSION, "params": params}
        if self._key:
            request["key"] = self._key
        seconds = _TIMEOUTS.get(action, _SHORT_TIMEOUT)
        try:
            status, data = self._post(json.dumps(request).encode(), seconds)
        except TimeoutError as error:
            raise Failed(say("anki-slow", seconds=seconds)) from error
        except ConnectionRefusedError as error:
            raise Failed(say("anki-silent", url=self._url)) from error
        except ConnectionError as error:
            raise Failed(say("anki-broke-off", url=self._url)) from error
        except (HTTPException, ssl.SSLError) as error:
            raise self._not_ankiconnect(_in_one_line(str(error) or type(error).__name__)) from error
        except OSError as error:
            raise Failed(say("anki-silent", url=self._url)) from error
        if status != 200:
            raise self._not_ankiconnect(f"HTTP {status}")
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._not_ankiconnect(say("anki-no-json")) from error

    def _post(self, body: bytes, seconds: int) -> tuple[int, bytes]:
        """The status and the body of the response; `seconds` limits each wait."""
        kind = HTTPSConnection if self._secure else HTTPConnection
        with closing(kind(self._host, self._port, timeout=seconds)) as connection:
            connection.request("POST", self._target, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read(_LONGEST_ANSWER)

    def _not_ankiconnect(self, detail: str) -> Failed:
        return Failed(say("anki-other", url=self._url, detail=detail))


def escape_search(text: str) -> str:
    """`text` for a quoted term of an Anki search, in which some characters are patterns."""
    return "".join(f"\\{char}" if char in '\\"*_:' else char for char in text)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_one_line(text: str) -> str:
    """A text of another program, made safe and short enough for one line of a terminal."""
    line = " ".join(text.split())[:_LONGEST_REASON]
    return "".join(char for char in line if char.isprintable())
