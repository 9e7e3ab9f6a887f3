"""A stand-in for Anki with the add-on AnkiConnect: its protocol, version 6, on a real collection.

What the add-on does with Anki's main window is done here with the `anki` library: an import is an
import, a search a search. Cross-origin requests are left out; only browsers make them.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anki.collection import (
    Collection,
    DeckIdLimit,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from anki.errors import NotFoundError
from anki.scheduler.v3 import Scheduler

if TYPE_CHECKING:
    from anki.cards import CardId  # which cannot be imported before anki.collection
    from anki.models import NotetypeDict, NotetypeId
    from anki.notes import NoteId


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
    """The add-on's actions, with the collection of the open profile (None: no profile is open).

    Of the actions in `lost`, the answer to that one of the next requests never arrives (1 is the
    next), though what was asked for is done. With `without`, the add-on is one that does not know
    these actions yet, or tells nothing of a note's time (``mod``).
    """

    def __init__(self, collection: Collection | None, key: str | None = None) -> None:
        self.collection = collection
        self.key = key
        self.asked: list[dict[str, Any]] = []
        self.lost: dict[str, int] = {}
        self.without: set[str] = set()
        self.known: set[str] = set()

    def __call__(self, body: bytes) -> Reply:
        request = json.loads(body)
        self.asked.append(request)
        answer = json.dumps(self._handled(request)).encode()
        action = request["action"]
        self.lost[action] = self.lost.get(action, 0) - 1
        return Reply(status=0) if self.lost[action] == 0 else Reply(answer)

    @property
    def actions(self) -> list[str]:
        return [request["action"] for request in self.asked]

    def inner(self, action: str) -> list[dict[str, Any]]:
        """The parameters of each action of that name, in or outside of a `multi`."""
        every = [
            one
            for request in self.asked
            for one in request.get("params", {}).get("actions", [request])
        ]
        return [one["params"] for one in every if one["action"] == action]

    def _handled(self, request: dict[str, Any]) -> object:
        """The answer to a request, or to one inside a `multi`: up to version 4 without envelope."""
        try:
            result = self._done(request)
        except Exception as error:  # as the add-on does
            return {"result": None, "error": str(error)}
        if request.get("version", 4) <= 4:
            return result
        return {"result": result, "error": None}

    def _done(self, request: dict[str, Any]) -> object:
        if request.get("key") != self.key:
            raise PermissionError("valid api key must be provided")
        actions: dict[str, Callable[..., object]] = {
            "version": lambda: 6,
            "multi": lambda actions: [self._handled(action) for action in actions],
            "importPackage": self._import,
            "findCards": lambda query: list(self._open().find_cards(query)),
            "findNotes": lambda query: list(self._open().find_notes(query)),
            "notesInfo": self._notes_info,
            "updateNote": self._update_note,
            "storeMediaFile": self._store_media,
            "suspend": self._suspend,
            "apiReflect": self._reflect,
            "deckNames": lambda: [deck.name for deck in self._open().decks.all_names_and_ids()],
            "exportPackage": self._export,
            "deleteNotes": self._delete_notes,
            "updateNoteModel": self._update_note_model,
            "modelNamesAndIds": lambda: {
                model.name: model.id for model in self._open().models.all_names_and_ids()
            },
            "modelFieldNames": self._fields,
            "modelTemplates": self._templates,
            "findModelsById": self._models,
        }
        self.known = actions.keys() - self.without
        if request["action"] not in self.known:
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

    def _notes_info(self, notes: list[NoteId]) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        for number in notes:
            try:
                note = self._open().get_note(number)
            except NotFoundError:
                told.append({})
                continue
            model = note.note_type()
            assert model
            told.append(
                {
                    "noteId": note.id,
                    "profile": "User 1",
                    "tags": note.tags,
                    "fields": {
                        field["name"]: {"value": note.fields[field["ord"]], "order": field["ord"]}
                        for field in model["flds"]
                    },
                    "modelName": model["name"],
                    "mod": note.mod,
                    "cards": list(note.card_ids()),
                }
            )
        return [{k: v for k, v in info.items() if k not in self.without} for info in told]

    def _update_note(self, note: dict[str, Any]) -> None:
        collection = self._open()
        if not note.keys() & {"fields", "tags"}:
            raise ValueError('Must provide a "fields" or "tags" property.')
        there = collection.get_note(note["id"])
        if "fields" in note:
            for name, value in note["fields"].items():
                if name in there:  # the others it leaves out in silence
                    there[name] = value
            collection.update_note(there, skip_undo_entry=True)
        if "tags" in note:
            # One by one, as patterns: a tag also takes those below it away.
            for tag in there.tags:
                collection.tags.bulk_remove([there.id], tag)
            for tag in note["tags"]:
                collection.tags.bulk_add([there.id], tag)

    def _update_note_model(self, note: dict[str, Any]) -> None:
        collection = self._open()
        there = collection.get_note(note["id"])
        model = self._model(note["modelName"])
        if not note["fields"]:
            raise ValueError("Fields must be provided as a dictionary")
        there.mid = model["id"]
        there._fmap = collection.models.field_map(model)
        there.fields = [""] * len(model["flds"])
        for name, value in note["fields"].items():
            if name in there:
                there[name] = value
        there.tags = note.get("tags", [])  # without them, all tags are gone
        collection.update_note(there, skip_undo_entry=True)

    def _delete_notes(self, notes: list[NoteId]) -> None:
        self._open().remove_notes(notes)

    def _export(self, deck: str, path: str, includeSched: bool = False) -> bool:  # noqa: N803
        collection = self._open()
        found = collection.decks.by_name(deck)
        if found is None:
            return False
        collection.export_anki_package(
            out_path=path,
            options=ExportAnkiPackageOptions(
                with_scheduling=includeSched,
                with_deck_configs=includeSched,
                with_media=True,
                legacy=True,
            ),
            limit=DeckIdLimit(deck_id=found["id"]),
        )
        return True

    def _reflect(self, scopes: list[str], actions: list[str]) -> dict[str, list[str]]:
        return {"scopes": scopes, "actions": [name for name in actions if name in self.known]}

    def _store_media(self, filename: str, data: str, deleteExisting: bool = True) -> str:  # noqa: N803
        media = self._open().media
        if deleteExisting:
            media.trash_files([filename])
        return media.write_data(filename, base64.b64decode(data))

    def _fields(self, modelName: str) -> list[str]:  # noqa: N803, the protocol's name
        return [field["name"] for field in self._model(modelName)["flds"]]

    def _templates(self, modelName: str) -> dict[str, dict[str, str]]:  # noqa: N803
        return {
            template["name"]: {"Front": template["qfmt"], "Back": template["afmt"]}
            for template in self._model(modelName)["tmpls"]
        }

    def _model(self, name: str) -> NotetypeDict:
        model = self._open().models.by_name(name)
        if model is None:
            raise LookupError(f"model was not found: {name}")
        return model

    def _models(self, modelIds: list[NotetypeId]) -> list[NotetypeDict | None]:  # noqa: N803
        return [self._open().models.get(id) for id in modelIds]

    def _suspend(self, cards: list[CardId]) -> bool:
        collection = self._open()
        assert isinstance(collection.sched, Scheduler)
        return collection.sched.suspend_cards(cards).count > 0
