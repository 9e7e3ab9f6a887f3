"""A web server for static files as GitHub Pages is one, which can go away and come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript",
    "webmanifest": "application/manifest+json",
    "png": "image/png",
    "svg": "image/svg+xml",
}


@dataclass
class Host:
    """Offers `files` by their paths, such as ``/decks/index.html``.

    It keeps the paths that were asked for, and of those the ones whose files were sent.

    Browsers may keep what they got for ten minutes without asking again.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    port: int = 0
    _server: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, home: str, files: Mapping[str, bytes]) -> None:
        """Publish files below the path `home`, such as ``/decks/``, in the place of what is there.

        What stands in folders below it stays.
        """
        for path in [*self.files]:
            if path.startswith(home) and "/" not in path.removeprefix(home):
                del self.files[path]
        self.files |= {home + name: data for name, data in files.items()}

    def start(self) -> None:
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                host.asked.append(path)
                data = host.files.get(path + "index.html" if path.endswith("/") else path)
                tag = f'"{sha256(data or b"").hexdigest()}"'
                known = data is not None and self.headers.get("If-None-Match") == tag
                self.send_response(404 if data is None else 304 if known else 200)
                self.send_header("ETag", tag)
                self.send_header("Cache-Control", "max-age=600")
                self.send_header("Vary", "Accept-Encoding")
                self.send_header(
                    "Content-Type", _TYPES.get(path.rpartition(".")[2], _TYPES["html"])
                )
                body = b"" if data is None or known else data
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")  # so that it is away when it has stopped
                self.end_headers()
                self.wfile.write(body)
                if body:
                    host.sent.append(path)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def hosting() -> Iterator[Host]:
    host = Host()
    host.start()
    try:
        yield host
    finally:
        host.stop()
