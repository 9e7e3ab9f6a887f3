"""A real nginx on loopback, run from an example, and small backends behind it.

The text that a card shows is run as it is but for its ports: see `on_ports`.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.examples.loopback import accepts, free_port, wait_for
from tests.examples.programs import program

_ADDRESS = re.compile(r"(?<![\d.])127\.0\.0\.1:(\d+)")
_LISTEN = re.compile(r"\blisten\s+127\.0\.0\.1:(\d+)")
_DEADLINE = 20.0


class Answer(NamedTuple):
    status: int
    body: str


@contextmanager
def dead_port() -> Iterator[int]:
    """A port that refuses connections, and that nobody else is given meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def on_ports(text: str, ports: Mapping[int, int]) -> str:
    """The text with each ``127.0.0.1:PORT`` of it on the port that `ports` gives; no more."""
    return _ADDRESS.sub(lambda m: f"127.0.0.1:{ports.get(int(m[1]), int(m[1]))}", text)


def whole(*http: str) -> str:
    """A complete configuration around pieces that stand in ``http``, such as parts of a file."""
    temps = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n".join(f"{kind}_temp_path {kind};" for kind in temps)
    body = "\n".join(http)
    return (
        "worker_processes 1;\npid run.pid;\nerror_log error.log warn;\n"
        f"events {{ worker_connections 128; }}\nhttp {{\naccess_log off;\n{paths}\n{body}\n}}\n"
    )


class Backend:
    """Says who it is: ``name uri``. ``?sleep=1`` takes so long, ``/echo`` tells the request's
    version and headers, ``/die`` closes the connection without an answer.
    """

    def __init__(self, name: str, delay: float = 0.0) -> None:
        self.name = name
        self.delay = delay
        # One entry a request: the port that it came from, which tells connections apart.
        self.peers: list[int] = []
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self.start()

    def start(self) -> None:
        """Listen; again on the same port, if it was stopped."""
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                backend.peers.append(self.client_address[1])
                parts = urlsplit(self.path)
                time.sleep(float(parse_qs(parts.query).get("sleep", [str(backend.delay)])[0]))
                if parts.path.startswith("/die"):
                    self.close_connection = True
                    return
                said = f"{backend.name} {self.path}"
                if parts.path.startswith("/echo"):
                    request = {"http": self.request_version, "headers": dict(self.headers)}
                    said = json.dumps(request)
                body = said.encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the output of the tests clean."""

        class Server(ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                """Nginx has stopped waiting; that is what some tests are about."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextmanager
def backends(*names: str) -> Iterator[list[Backend]]:
    running = [Backend(name) for name in names]
    try:
        yield running
    finally:
        for backend in running:
            backend.stop()


class Nginx:
    """A running nginx. Ports are named as the example shows them."""

    def __init__(self, prefix: Path, ports: Mapping[int, int], process: subprocess.Popen[bytes]):
        self.prefix = prefix
        self.ports = ports
        self.master = process.pid

    def get(
        self,
        uri: str,
        port: int,
        *,
        source: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask on a new connection, from one address of 127.0.0.0/8 if `source` names it."""
        connection = http.client.HTTPConnection(
            "127.0.0.1",
            self.ports[port],
            timeout=_DEADLINE,
            source_address=(source, 0) if source else None,
        )
        try:
            connection.request("GET", uri, headers=dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())
        finally:
            connection.close()

    def who(self, uri: str, port: int, *, source: str | None = None) -> str:
        """The name of the backend that answers."""
        status, body = self.get(uri, port, source=source)
        assert status == 200, body
        return body.split()[0]

    def errors(self) -> str:
        return (self.prefix / "error.log").read_text("utf-8")

    def configure(self, text: str) -> None:
        """Write another configuration, for a reload."""
        (self.prefix / "nginx.conf").write_text(on_ports(text, self.ports), "utf-8")

    def reload(self) -> subprocess.CompletedProcess[str]:
        return _run(self.prefix, "-s", "reload")

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.master}/task/{self.master}/children")
        return [int(pid) for pid in children.read_text("ascii").split()]


def _command(prefix: Path, *arguments: str) -> list[str]:
    files = ["-p", f"{prefix}/", "-c", "nginx.conf", "-e", "error.log"]
    return [program("nginx"), *files, *arguments]


def _run(prefix: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(prefix, *arguments), capture_output=True, text=True, timeout=_DEADLINE
    )


def _prepare(prefix: Path, text: str) -> None:
    prefix.mkdir(parents=True, exist_ok=True)
    (prefix / "nginx.conf").write_text(text, "utf-8")


def check(prefix: Path, text: str) -> subprocess.CompletedProcess[str]:
    """What ``nginx -t`` says about a configuration, without its ports being needed."""
    ports = {int(port): free_port() for port in _LISTEN.findall(text)}
    _prepare(prefix, on_ports(text, ports))
    return _run(prefix, "-t")


@contextmanager
def nginx(
    prefix: Path, text: str, upstream: Mapping[int, int], *, user: str = "root"
) -> Iterator[Nginx]:
    """Run nginx below `prefix` from a complete configuration until the block ends.

    `upstream` gives the real port of each backend; the ports on which it listens are found.
    Root's workers run as `user`: as root they can read the test's folder.
    """
    ports = {int(port): free_port() for port in _LISTEN.findall(text)} | dict(upstream)
    listening = [ports[int(port)] for port in _LISTEN.findall(text)]
    _prepare(prefix, on_ports(text, ports))
    directives = "daemon off;" + (f" user {user};" if os.geteuid() == 0 else "")
    with (prefix / "output").open("wb") as output:
        process = subprocess.Popen(
            _command(prefix, "-g", directives),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = Nginx(prefix, ports, process)

    def answers() -> bool:
        assert process.poll() is None, (prefix / "output").read_text("utf-8") + server.errors()
        return all(accepts(port) for port in listening)

    try:
        wait_for(answers, "answer from nginx")
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
