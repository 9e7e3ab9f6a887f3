"""A stand-in for Anki with the add-on AnkiConnect: its protocol, version 6, on a real collection.

What the add-on does with Anki's main window is done here with the `anki` library: an import is an
import, a search a search. Cross-origin requests are left out; only browsers make them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.scheduler.v3 import Scheduler

if TYPE_CHECKING:
    from anki.cards import CardId  # which cannot be imported before anki.collection


def options() -> ImportAnkiPackageOptions:
    """With what Anki serves the add-on's importPackage: not with the options of its own dialog."""
    return ImportAnkiPackageOptions(
        merge_notetypes=True, with_scheduling=True, with_deck_configs=True
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP; without a status, the connection is closed with none."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answering = Callable[[bytes], Reply]


@contextmanager
def server(answering: Answering) -> Iterator[str]:
    """Something that answers every POST so; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = answering(self.rfile.read(int(self.headers["Content-Length"])))
            if reply.status:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                with suppress(ConnectionError):  # nobody waits for it any more
                    self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
            thread.join()


def enveloped(result: object = None, error: object = None) -> bytes:
    return json.dumps({"result": result, "error": error}).encode()


class AnkiConnect:
    """The add-on's actions, with the collection of the open profile (None: no profile is open)."""

    def __init__(self, collection: Collection | None, key: str | None = None) -> None:
        self.collection = collection
        self.key = key
        self.asked: list[dict[str, Any]] = []

    def __call__(self, body: bytes) -> Reply:
        request = json.loads(body)
        self.asked.append(request)
        try:
            return Reply(enveloped(self._done(request)))
        except Exception as error:  # as the add-on does
            return Reply(enveloped(error=str(error)))

    @property
    def actions(self) -> list[str]:
        return [request["action"] for request in self.asked]

    def _done(self, request: dict[str, Any]) -> object:
        if request.get("key") != self.key:
            raise PermissionError("valid api key must be provided")
        actions: dict[str, Callable[..., object]] = {
            "version": lambda: 6,
            "importPackage": self._import,
            "findCards": lambda query: list(self._open().find_cards(query)),
            "suspend": self._suspend,
            "modelNamesAndIds": lambda: {
                model.name: model.id for model in self._open().models.all_names_and_ids()
            },
            "modelFieldNames": self._fields,
        }
        if request["action"] not in actions:
            raise LookupError("unsupported action")
        return actions[request["action"]](**request.get("params", {}))

    def _open(self) -> Collection:
        if self.collection is None:
            raise LookupError("collection is not available")
        return self.collection

    def _import(self, path: str) -> bool:
        collection = self._open()
        # Anki's current folder is that of the media.
        request = ImportAnkiPackageRequest(
            package_path=str(Path(collection.media.dir()) / path),
            options=options(),
        )
        collection.import_anki_package(request)
        collection.models._clear_cache()
        return True

    def _fields(self, modelName: str) -> list[str]:  # noqa: N803, the protocol's name
        model = self._open().models.by_name(modelName)
        if model is None:
            raise LookupError(f"model was not found: {modelName}")
        return [field["name"] for field in model["flds"]]

    def _suspend(self, cards: list[CardId]) -> bool:
        collection = self._open()
        assert isinstance(collection.sched, Scheduler)
        return collection.sched.suspend_cards(cards).count > 0
