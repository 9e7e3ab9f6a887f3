"""A tracker and a storage that speak FastDFS's protocol, as much of it as a client needs.

FastDFS is in no package, so its clients are run against this. What goes over the wire is FastDFS's:
a header of 10 bytes (length of the body, command, status) and a body of fields of fixed widths.
"""

from __future__ import annotations

import base64
import errno
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Protocol

# An address without its final zero, in the widths that a tracker can be set to.
IPV4 = 15
IPV6 = 45

QUERY_STORE = 101
QUERY_FETCH = 102
QUERY_UPDATE = 103
UPLOAD = 11
DELETE = 12
DOWNLOAD = 14
_RESPONSE = 100

_HEADER = struct.Struct(">QBB")
_GROUP = b"group1"
_CREATED = 1_793_600_000
_STORAGE_ID = 100_001


def file_name(
    content: bytes,
    extension: str,
    *,
    source: bytes = _STORAGE_ID.to_bytes(4, "little"),
    created: int = _CREATED,
    suffix: str = "417",
) -> str:
    """The name that a storage gives to a file: where it came from, when, and what is in it.

    Below 2 GB, the highest bit of the size is set and the others of its upper half are random.
    """
    size = 0x802A_0000 << 32 | len(content)
    raw = struct.pack(">4sIQI", source, created, size, zlib.crc32(content))
    stem = base64.b64encode(raw, altchars=b"-_").decode().rstrip("=")
    return f"M00/00/00/{stem}{suffix}.{extension}"


@dataclass(slots=True)
class Cluster:
    """One tracker and one storage, and what they have seen."""

    address_size: int = IPV4
    tracker: tuple[str, int] = ("", 0)
    storage: tuple[str, int] = ("", 0)
    files: dict[str, bytes] = field(default_factory=dict)
    # (who was asked, the command, the size of what came with it)
    seen: list[tuple[str, int, int]] = field(default_factory=list)

    def configuration(self, text: str) -> str:
        """A client's configuration, with the address of this tracker."""
        lines = [line for line in text.splitlines() if not line.startswith("tracker_server")]
        host, port = self.tracker
        return "\n".join([*lines, f"tracker_server = {host}:{port}", ""])

    def ask_tracker(self, command: int, body: bytes) -> tuple[int, bytes]:
        """Where to go: group, address, port, and for an upload also the number of the path."""
        self.seen.append(("tracker", command, len(body)))
        host, port = self.storage
        answer = struct.pack(f">16s{self.address_size}sQ", _GROUP, host.encode(), port)
        if command == QUERY_STORE:
            return 0, answer + b"\0"
        if command in (QUERY_FETCH, QUERY_UPDATE):
            return 0, answer
        return errno.EINVAL, b""

    def ask_storage(self, command: int, body: bytes) -> tuple[int, bytes]:
        self.seen.append(("storage", command, len(body)))
        if command == UPLOAD:
            _, size, extension = struct.unpack_from(">BQ6s", body)
            content = body[15:]
            if len(content) != size:
                return errno.EINVAL, b""
            name = file_name(content, extension.rstrip(b"\0").decode())
            self.files[name] = content
            return 0, _GROUP.ljust(16, b"\0") + name.encode()
        if command == DOWNLOAD:
            offset, length = struct.unpack_from(">QQ", body)
            stored = self.files.get(body[32:].decode())
            if stored is None:
                return errno.ENOENT, b""
            return 0, stored[offset : offset + length if length else None]
        if command == DELETE:
            known = self.files.pop(body[16:].decode(), None) is not None
            return 0 if known else errno.ENOENT, b""
        return errno.EINVAL, b""


class _Answer(Protocol):
    def __call__(self, command: int, body: bytes) -> tuple[int, bytes]: ...


class _Handler(BaseRequestHandler):
    """Answers one connection's requests until the client hangs up."""

    def __init__(self, answer: _Answer, *arguments: object) -> None:
        self._answer = answer
        super().__init__(*arguments)  # type: ignore[arg-type]

    def handle(self) -> None:
        while header := self._read(_HEADER.size):
            size, command, _ = _HEADER.unpack(header)
            status, body = self._answer(command, self._read(size))
            self.request.sendall(_HEADER.pack(len(body), _RESPONSE, status) + body)

    def _read(self, size: int) -> bytes:
        """So many bytes, or none if the client is gone."""
        read = b""
        while len(read) < size:
            piece: bytes = self.request.recv(size - len(read))
            if not piece:
                return b""
            read += piece
        return read


class _Server(ThreadingTCPServer):
    daemon_threads = True
    # The clients keep their connections in a pool, so their threads do not end by themselves.
    block_on_close = False


@contextmanager
def _served(answer: _Answer) -> Iterator[tuple[str, int]]:
    with _Server(("127.0.0.1", 0), partial(_Handler, answer)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield ("127.0.0.1", server.server_address[1])
        finally:
            server.shutdown()


@contextmanager
def cluster(address_size: int = IPV4) -> Iterator[Cluster]:
    """A tracker and a storage on free ports; the tracker's answers hold addresses so wide."""
    running = Cluster(address_size)
    with (
        _served(running.ask_storage) as running.storage,
        _served(running.ask_tracker) as running.tracker,
    ):
        yield running
