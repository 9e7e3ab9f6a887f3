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
from collections.abc import Mapping, Sequence
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
_UNKNOWN_ACTION = "unsupported action"
# Seconds to wait for an answer, by action. An import of a large deck takes long.
_TIMEOUTS = {"importPackage": 300, "exportPackage": 300, "multi": 60, "notesInfo": 60}
_SHORT_TIMEOUT = 10
_LONGEST_ANSWER = 16_000_000  # bytes
_LONGEST_REASON = 300  # characters
_BATCH = 100  # notes or actions in one request


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
        self.url = url
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

    def export_package(self, deck: str, path: Path) -> None:
        """Let Anki write a deck, with its scheduling and its figures, as an `.apkg`."""
        done = self._result("exportPackage", deck=deck, path=str(path.resolve()), includeSched=True)
        if done is not True:
            raise Failed(say("anki-refused", action="exportPackage", reason=deck))

    def known_actions(self, names: Sequence[str]) -> list[str]:
        """Those of these actions that the add-on knows; none if it is too old to say so."""
        try:
            answer = self._call("apiReflect", scopes=["actions"], actions=names)
        except _RefusedError:
            return []
        known = answer.get("actions") if isinstance(answer, dict) else None
        return [name for name in names if name in known] if isinstance(known, list) else []

    def deck_names(self) -> list[str]:
        """The names of all decks."""
        names = self._result("deckNames")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._not_ankiconnect("deckNames")
        return names

    def delete_notes(self, search: str) -> None:
        """Delete the notes that a search finds."""
        if notes := self.find_notes(search):
            self._result("deleteNotes", notes=notes)

    def note_type_names(self) -> dict[str, int]:
        """The ids of all note types, by name."""
        known = self._result("modelNamesAndIds")
        if not isinstance(known, dict) or not all(isinstance(id, int) for id in known.values()):
            raise self._not_ankiconnect("modelNamesAndIds")
        return known

    def fields_and_templates(
        self, names: Sequence[str]
    ) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """The names of the fields and of the templates of these note types, in their order."""
        actions = ("modelFieldNames", "modelTemplates")
        asked = [(action, {"modelName": name}) for name in names for action in actions]
        answers = self.multi(asked)
        for (action, _), answer in zip(asked, answers, strict=True):
            if not isinstance(answer, list | dict):
                raise self._not_ankiconnect(action)
        pairs = zip(answers[::2], answers[1::2], strict=True)
        parts = [(tuple(fields), tuple(templates)) for fields, templates in pairs]
        return dict(zip(names, parts, strict=True))

    def note_type_description(self, id: int) -> dict[str, Any] | None:
        """All that Anki knows of a note type; None if the add-on is too old to say it."""
        try:
            answer = self._call("findModelsById", modelIds=[id])
        except _RefusedError as error:
            if _UNKNOWN_ACTION in str(error).lower():
                return None
            raise Failed(say("anki-refused", action="findModelsById", reason=error)) from error
        if not isinstance(answer, list) or len(answer) != 1 or not isinstance(answer[0], dict):
            raise self._not_ankiconnect("findModelsById")
        return answer[0]

    def find_notes(self, search: str) -> list[int]:
        """The ids of the notes that a search finds."""
        found = self._result("findNotes", query=search)
        if not isinstance(found, list):
            raise self._not_ankiconnect("findNotes")
        return found

    def notes_info(self, notes: Sequence[int]) -> list[dict[str, Any]]:
        """What the add-on tells of these notes; those that are gone are left out."""
        told: list[dict[str, Any]] = []
        for start in range(0, len(notes), _BATCH):
            some = self._result("notesInfo", notes=notes[start : start + _BATCH])
            if not isinstance(some, list) or not all(info == {} or _is_note(info) for info in some):
                raise self._not_ankiconnect("notesInfo")
            told.extend(info for info in some if info)
        return told

    def multi(self, actions: Sequence[tuple[str, Mapping[str, object]]]) -> list[Any]:
        """The results of several actions, with as few requests as can be.

        All actions of a request are done, and an error among them is told afterwards.
        """
        results: list[Any] = []
        for start in range(0, len(actions), _BATCH):
            some = actions[start : start + _BATCH]
            requests = [self._request(action, params) for action, params in some]
            answers = self._result("multi", actions=requests)
            if not isinstance(answers, list) or len(answers) != len(some):
                raise self._not_ankiconnect("multi")
            for (action, _), answer in zip(some, answers, strict=True):
                try:
                    results.append(self._opened(action, answer))
                except _RefusedError as error:
                    raise Failed(say("anki-refused", action=action, reason=error)) from error
        return results

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
        return self._opened(action, self._answer(action, params))

    def _opened(self, action: str, answer: Any) -> Any:
        """The result in an answer to an action.

        Raises:
            _RefusedError: it holds an error of the add-on.
        """
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

    def _request(self, action: str, params: Mapping[str, object]) -> dict[str, object]:
        # Each action inside a `multi` is held against the key too, and has a version of its own.
        request = {"action": action, "version": VERSION, "params": params}
        return {**request, "key": self._key} if self._key else request

    def _answer(self, action: str, params: dict[str, object]) -> Any:
        """The JSON that comes back for an action."""
        request = self._request(action, params)
        seconds = _TIMEOUTS.get(action, _SHORT_TIMEOUT)
        try:
            status, data = self._post(json.dumps(request).encode(), seconds)
        except TimeoutError as error:
            raise Failed(say("anki-slow", seconds=seconds)) from error
        except ConnectionRefusedError as error:
            raise Failed(say("anki-silent", url=self.url)) from error
        except ConnectionError as error:
            raise Failed(say("anki-broke-off", url=self.url)) from error
        except (HTTPException, ssl.SSLError) as error:
            raise self._not_ankiconnect(_in_one_line(str(error) or type(error).__name__)) from error
        except OSError as error:
            raise Failed(say("anki-silent", url=self.url)) from error
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
        return Failed(say("anki-other", url=self.url, detail=detail))


def escape_search(text: str) -> str:
    """`text` for a quoted term of an Anki search, in which some characters are patterns."""
    return "".join(f"\\{char}" if char in '\\"*_:' else char for char in text)


def _is_note(info: object) -> bool:
    """Whether this is what the add-on tells of a note."""
    match info:
        case {"noteId": int(), "modelName": str(), "tags": list(), "fields": dict(fields)}:
            return bool(fields) and all(
                isinstance(field, dict) and {"value", "order"} <= field.keys()
                for field in fields.values()
            )
    return False


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_one_line(text: str) -> str:
    """A text of another program, made safe and short enough for one line of a terminal."""
    line = " ".join(text.split())[:_LONGEST_REASON]
    return "".join(char for char in line if char.isprintable())
