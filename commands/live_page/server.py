"""The web server of the preview, which answers for this machine alone.

It knows three paths and no file of the disk. Other sites that are open in the same browser can
reach the loopback address too, and by a name of their own that they point at it (DNS rebinding). So
only requests that name this server's own host are answered.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from commands.live_page.assembly import live_page, page_name
from commands.live_page.screen import Screen, Shown

LOOPBACK = "127.0.0.1"
SHEET = "/cheat-sheet.pdf"

_HTML = "text/html; charset=utf-8"
_BREATH = 10.0  # seconds after which a silent connection is tried, whether somebody is still there


@contextmanager
def serving(screen: Screen, port: int) -> Iterator[str]:
    """Serve what is on the screen at this port (0: one that is free). Gives the page's address.

    Raises:
        OSError: the port is taken.
    """

    class Handler(_Handler):
        pass

    Handler.screen = screen
    with _Server((LOOPBACK, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}/"
        finally:
            screen.change(closed=True)
            server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Elsewhere than on Windows, where two servers could have one port then.
    allow_reuse_address = os.name != "nt"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a browser may go away at any time."""


class _Handler(BaseHTTPRequestHandler):
    screen: Screen
    timeout = 30  # seconds for a request to arrive

    def do_GET(self) -> None:
        if not self._is_for_this_server():
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        shown = self.screen.shown
        path = self.path.partition("?")[0]
        if path == "/":
            self._send(live_page(shown.page, shown.panel).encode(), _HTML)
        elif path == "/events":
            self._tell()
        elif path == SHEET and shown.sheet:
            self._send(shown.sheet, "application/pdf")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _is_for_this_server(self) -> bool:
        port = self.connection.getsockname()[1]
        hosts = self.headers.get_all("Host", [])
        return len(hosts) == 1 and hosts[0] in (f"{LOOPBACK}:{port}", f"localhost:{port}")

    def _send(self, data: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _tell(self) -> None:
        """Tell what is shown, and each change of it, until the browser or this server leaves.

        https://html.spec.whatwg.org/multipage/server-sent-events.html
        """
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        told: Shown | None = None
        shown = self.screen.shown
        with contextlib.suppress(OSError):
            while not shown.closed:
                self.wfile.write(b": \n\n" if shown is told else _event(shown))
                self.wfile.flush()
                told = shown
                shown = self.screen.wait(told, _BREATH)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code == HTTPStatus.NOT_IMPLEMENTED:  # another method than GET
            code, message = HTTPStatus.METHOD_NOT_ALLOWED, None
        super().send_error(code, message, explain)

    def version_string(self) -> str:
        return "deckpress"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is for findings."""


def _event(shown: Shown) -> bytes:
    told = {"page": page_name(shown.page), "card": shown.card, "panel": shown.panel}
    return f"data: {json.dumps(told)}\n\n".encode()
