"""What a site asks of nginx beside balancing: TLS, uploads, WebSocket, caches, logs, limits."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import re
import resource
import socket
import ssl
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from releases.proving import Example
from tests.examples.loopback import free_port, wait_for
from tests.examples.nginx_server import Backend, Nginx, backends, check, nginx, whole
from tests.examples.programs import program
from tests.examples.test_uwsgi import running
from tests.shipped import SOURCE

SITE = "nginx/site.conf"
STYLE = "a { color: red }\n" * 200


class Site(NamedTuple):
    """A running nginx with all of the example, and the two backends that it passes requests to."""

    server: Nginx
    app: Backend
    canary: Backend


def certify(folder: Path) -> None:
    """A certificate that nobody has signed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=shop.example"
    subprocess.run(
        [program("openssl"), *command.split(), "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder,
        capture_output=True,
        check=True,
    )


def _switch(port: int, stop: threading.Event) -> None:
    """A backend that changes to another protocol if it is asked to, and then says what it hears."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        listening.settimeout(0.2)
        while not stop.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(4096)
                asked = head.lower()
                if b"upgrade: websocket" in asked and b"connection: upgrade" in asked:
                    lines = b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade"
                    connection.sendall(b"\r\n".join((*lines, b"Upgrade: websocket", b"", b"")))
                    connection.sendall(connection.recv(100).upper())
                else:
                    connection.sendall(
                        b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"
                    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    prefix = tmp_path_factory.mktemp("site")
    certify(prefix)
    (prefix / "site" / "assets").mkdir(parents=True)
    (prefix / "site" / "assets" / "a.3f9c.css").write_text(STYLE, "utf-8")
    (prefix / "site" / "assets" / "a.png").write_text(STYLE, "utf-8")
    (prefix / "site" / "index.html").write_text("<p>hello</p>", "utf-8")
    text = (SOURCE.parent / "examples" / SITE).read_text("utf-8")
    switching, stop = free_port(), threading.Event()
    thread = threading.Thread(target=_switch, args=(switching, stop), daemon=True)
    thread.start()
    with backends("app", "canary") as (app, canary):
        upstream = {9001: app.port, 9002: switching, 9003: canary.port, 5353: free_port()}
        with nginx(prefix, text, upstream) as server:
            yield Site(server, app, canary)
    stop.set()
    thread.join(10)


class Response(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(
    server: Nginx,
    port: int,
    uri: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Response:
    connection = http.client.HTTPConnection("127.0.0.1", server.ports[port], timeout=20)
    try:
        connection.request(method, uri, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())
    finally:
        connection.close()


@pytest.mark.proves("nginx-https", by=["nginx"])
def test_http_is_sent_to_https_and_the_backend_is_told(example: Example, site: Site) -> None:
    example(SITE, part="https")
    moved = ask(site.server, 8480, "/a?b=c", headers={"Host": "shop.example"})
    assert (moved.status, moved.headers["Location"]) == (301, "https://shop.example/a?b=c")
    trust = ssl.create_default_context(cafile=site.server.prefix / "cert.pem")
    trust.check_hostname = False
    connection = http.client.HTTPSConnection(
        "127.0.0.1", site.server.ports[8443], context=trust, timeout=20
    )
    connection.request("GET", "/echo")
    assert isinstance(connection.sock, ssl.SSLSocket)
    assert connection.sock.version() == "TLSv1.3"
    told = json.loads(connection.getresponse().read())["headers"]
    connection.close()
    assert told["X-Forwarded-Proto"] == "https"
    # HTTP on the port of HTTPS is the error that the card names.
    plain = ask(site.server, 8443, "/")
    assert plain.status == 400
    assert b"The plain HTTP request was sent to HTTPS port" in plain.body


@pytest.mark.proves("nginx-413", by=["nginx"])
def test_a_body_over_the_limit_is_413(example: Example, site: Site, tmp_path: Path) -> None:
    example(SITE, part="body")
    three = b"x" * 3_000_000
    assert ask(site.server, 8481, "/video", method="POST", body=three).status == 204
    assert ask(site.server, 8481, "/avatar", method="POST", body=three[:2_000_000]).status == 204
    # Nginx answers before it has read all, so only what is announced is sent here.
    announced = {"Content-Length": "3000000"}
    assert ask(site.server, 8481, "/avatar", method="POST", headers=announced).status == 413
    assert "client intended to send too large body: 3000000 bytes" in site.server.errors()
    default = whole("server { listen 127.0.0.1:8481; location / { return 204; } }")
    with nginx(tmp_path, default, {}) as server:
        for size, status in ((1024 * 1024, 204), (1024 * 1024 + 1, 413)):
            sent = {"Content-Length": str(size)}
            body = b"x" * size if status == 204 else None
            assert ask(server, 8481, "/", method="POST", headers=sent, body=body).status == status


@pytest.mark.proves("nginx-websocket", by=["nginx"])
def test_an_upgrade_reaches_the_backend(example: Example, site: Site, tmp_path: Path) -> None:
    example(SITE, part="websocket")
    asked = (
        b"GET /ws/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n\r\n"
    )

    def first(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port), 20) as connection:
            connection.sendall(asked)
            head = connection.recv(4096)
            if b" 101 " in head:
                connection.sendall(b"hello")
                head = connection.recv(100)
            return head

    assert first(site.server.ports[8482]) == b"HELLO"
    # Without the two headers the backend is not asked to change.
    bare = "location / { proxy_pass http://127.0.0.1:9002; proxy_http_version 1.1; }"
    conf = whole(f"server {{ listen 127.0.0.1:8482; {bare} }}")
    with nginx(tmp_path, conf, {9002: site.server.ports[9002]}) as server:
        assert b" 426 " in first(server.ports[8482])


@pytest.mark.proves("nginx-rewrite-return", by=["nginx"])
def test_last_chooses_again_and_break_stays(example: Example, site: Site) -> None:
    example(SITE, part="rewrite")
    moved = ask(site.server, 8483, "/old")
    assert moved.status == 301
    assert moved.headers["Location"].endswith("/new/")
    assert ask(site.server, 8483, "/v1/x").body == b"new /new/x\n"
    assert ask(site.server, 8483, "/app/x?y=1").body == b"app /x?y=1"


@pytest.mark.proves("nginx-server-name", by=["nginx"])
def test_an_unknown_name_is_for_the_default_server(
    example: Example, site: Site, tmp_path: Path
) -> None:
    example(SITE, part="default")
    for name in ("shop.example", "a.shop.example"):
        assert ask(site.server, 8484, "/", headers={"Host": name}).body == b"shop\n"
    with pytest.raises(http.client.RemoteDisconnected):
        ask(site.server, 8484, "/", headers={"Host": "other.example"})
    one, two = (
        f'server {{ listen 127.0.0.1:8484; server_name {n}.example; return 200 "{n}"; }}'
        for n in ("one", "two")
    )
    with nginx(tmp_path, whole(one, two), {}) as server:
        assert ask(server, 8484, "/", headers={"Host": "two.example"}).body == b"two"
        assert ask(server, 8484, "/", headers={"Host": "127.0.0.1"}).body == b"one"


@pytest.mark.proves("nginx-proxy-cache", by=["nginx"])
def test_a_page_is_asked_for_once(example: Example, site: Site) -> None:
    example(SITE, part="cache")
    before = len(site.app.peers)
    said = [ask(site.server, 8485, "/page?x=1").headers["X-Cache"] for _ in range(3)]
    assert said == ["MISS", "HIT", "HIT"]
    assert len(site.app.peers) == before + 1
    private = {"Authorization": "Bearer x"}
    mine = [ask(site.server, 8485, "/page?x=1", headers=private) for _ in range(2)]
    assert [response.headers["X-Cache"] for response in mine] == ["BYPASS", "BYPASS"]
    threads = [
        threading.Thread(target=ask, args=(site.server, 8485, "/slow?sleep=0.4")) for _ in range(5)
    ]
    before = len(site.app.peers)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(site.app.peers) == before + 1  # proxy_cache_lock


@pytest.mark.proves("nginx-expires-gzip", by=["nginx"])
def test_assets_are_kept_and_pages_are_asked_for_again(example: Example, site: Site) -> None:
    example(SITE, part="static")
    packed = {"Accept-Encoding": "gzip"}
    style = ask(site.server, 8486, "/assets/a.3f9c.css", headers=packed)
    assert style.headers["Cache-Control"] == "max-age=31536000"
    assert style.headers["Content-Encoding"] == "gzip"
    assert style.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(style.body).decode() == STYLE
    plain = ask(site.server, 8486, "/assets/a.3f9c.css")
    assert "Content-Encoding" not in plain.headers
    picture = ask(site.server, 8486, "/assets/a.png", headers=packed)
    assert "Content-Encoding" not in picture.headers
    page = ask(site.server, 8486, "/index.html", headers=packed)
    assert page.headers["Cache-Control"] == "no-cache"
    assert "Content-Encoding" not in page.headers  # shorter than gzip_min_length
    again = ask(site.server, 8486, "/index.html", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


@contextmanager
def names(port: int, addresses: Iterator[str]) -> Iterator[None]:
    """A name server that gives each question for an address the next of `addresses`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", port))
        listening.settimeout(0.2)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    question, client = listening.recvfrom(512)
                except TimeoutError:
                    continue
                end = question.index(b"\0", 12) + 5
                is_a = question[end - 4 : end - 2] == b"\0\1"
                head = question[:2] + b"\x81\x80\0\1" + bytes((0, int(is_a))) + b"\0\0\0\0"
                answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(next(addresses))
                body = question[12:end] + (answer if is_a else b"")
                listening.sendto(head + body, client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)


@pytest.mark.slow
@pytest.mark.proves("nginx-upstream-dns", by=["nginx"])
def test_a_name_in_a_variable_is_looked_up_again(example: Example, tmp_path: Path) -> None:
    now = ["127.0.0.1"]
    text = example(SITE, part="resolver").replace("valid=10s", "valid=1s")
    with backends("here") as (here,):
        text = text.replace(":9001", f":{here.port}")
        port = free_port()
        with (
            names(port, iter(lambda: now[0], "")),
            nginx(tmp_path, whole(text), {5353: port}) as server,
        ):
            assert server.get("/", 8487) == (200, "here /")
            now[0] = "127.0.0.2"  # where nobody listens
            wait_for(lambda: server.get("/", 8487).status == 502, "look-up of the new address")
            assert f"http://127.0.0.2:{here.port}/" in server.errors()
    # A name that is written out is looked up once, at the start; unknown, nginx does not start.
    fixed = "location / { proxy_pass http://app.invalid:9001; }"
    said = check(tmp_path / "fixed", whole(f"server {{ listen 127.0.0.1:8487; {fixed} }}"))
    assert said.returncode == 1
    assert 'host not found in upstream "app.invalid"' in said.stderr


@pytest.mark.proves("nginx-log-timing", by=["nginx"])
def test_the_log_tells_the_backend_s_time(example: Example, site: Site) -> None:
    example(SITE, part="timing")
    ask(site.server, 8488, "/?sleep=0.3")
    log = site.server.prefix / "access.log"
    line = wait_for(lambda: log.read_text("utf-8"), "line in the log").splitlines()[-1]
    found = re.search(r"total=([\d.]+) upstream=([\d.]+) from=127\.0\.0\.1:(\d+)$", line)
    assert found is not None, line
    # nginx takes the two times at two moments of a clock that ticks in milliseconds.
    assert float(found[1]) + 0.005 >= float(found[2]) >= 0.29
    assert int(found[3]) == site.app.port


@pytest.mark.slow
@pytest.mark.proves("nginx-log-rotate", by=["nginx"])
def test_a_log_goes_on_in_its_old_file_until_it_is_reopened(
    example: Example, tmp_path: Path
) -> None:
    text = example(SITE, part="timing")
    with backends("app") as (app,), nginx(tmp_path, whole(text), {9001: app.port}) as server:

        def lines(name: str) -> int:
            path = tmp_path / name
            return len(path.read_text("utf-8").splitlines()) if path.exists() else 0

        ask(server, 8488, "/1")
        wait_for(lambda: lines("access.log") == 1, "first line")
        (tmp_path / "access.log").rename(tmp_path / "moved")
        ask(server, 8488, "/2")
        wait_for(lambda: lines("moved") == 2, "line in the file that was moved")
        assert not (tmp_path / "access.log").exists()
        (tmp_path / "moved").rename(tmp_path / "access.log")
        script = example("nginx/rotate.sh", part="rotate")
        subprocess.run(["sh", "-euc", script], cwd=tmp_path, check=True, timeout=30)
        ask(server, 8488, "/3")
        wait_for(lambda: lines("access.log") == 1, "line in the new file")
        assert len(gzip.decompress((tmp_path / "access.log.1.gz").read_bytes()).splitlines()) == 2


@pytest.mark.proves("nginx-split-clients", by=["nginx"])
def test_one_in_ten_goes_to_the_new_version_and_stays_there(example: Example, site: Site) -> None:
    example(SITE, part="split")

    def pools() -> list[bytes]:
        ids = random.Random(1)
        cookies = [{"Cookie": f"uid={ids.getrandbits(64):x}"} for _ in range(400)]
        return [ask(site.server, 8489, "/", headers=c).body.split()[0] for c in cookies]

    first = pools()
    assert Counter(first) == {b"app": 372, b"canary": 28}  # as the card says
    assert pools() == first


@pytest.mark.proves("nginx-thundering-herd", by=["nginx"])
def test_with_reuseport_each_worker_has_a_queue_of_its_own(example: Example, site: Site) -> None:
    example(SITE, part="reuseport")

    def sockets(port: int) -> int:
        end = f"0100007F:{site.server.ports[port]:04X}"
        table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        return sum(row[1] == end and row[3] == "0A" for row in table)

    children = [Path(f"/proc/{pid}/cmdline").read_text() for pid in site.server.workers()]
    assert sum("worker process" in name for name in children) == 2  # there is a cache manager too
    assert sockets(8490) == 2
    assert sockets(8488) == 1


@pytest.mark.proves("nginx-tuning", by=["nginx"])
def test_a_worker_may_open_as_many_files_as_it_says(example: Example, tmp_path: Path) -> None:
    text = example.file("nginx/tuning.conf").read_text("utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 20000:
        pytest.skip(f"no process here may open more than {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))  # as most systems start a service
    try:
        with nginx(tmp_path, text, {}) as server:
            assert ask(server, 8491, "/").status == 204
            limits = Path(f"/proc/{server.workers()[0]}/limits").read_text()
            assert re.findall(r"Max open files\s+(\d+)", limits) == ["20000"]
            assert "open file resource limit" not in _said(tmp_path)
        tight = re.sub("worker_rlimit_nofile.*", "", text)
        with nginx(tmp_path / "tight", tight, {}):
            warning = "10000 worker_connections exceed open file resource limit: 1024"
            assert warning in _said(tmp_path / "tight")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _said(prefix: Path) -> str:
    return "".join((prefix / name).read_text("utf-8") for name in ("output", "error.log"))


SLEEPER = """\
import signal, time
def application(environ, start_response):
    if environ["PATH_INFO"] == "/stuck":  # as code in C is, which lets no handler run
        signal.signal(signal.SIGABRT, signal.SIG_IGN)
    time.sleep(60 if environ["PATH_INFO"] != "/" else 0)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


@pytest.mark.slow
@pytest.mark.proves("nginx-gunicorn-workers", by=["Gunicorn", "nginx"])
def test_a_slow_request_costs_a_sync_worker_its_life(example: Example, tmp_path: Path) -> None:
    config = example.file("uwsgi/gunicorn.conf.py")
    (tmp_path / "app.py").write_text(SLEEPER, "utf-8")
    printed = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--print-config", "-c", str(config), "app"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    said = dict(re.findall(r"^(\w+)\s+= (\S+)", printed, re.M))
    assert (said["workers"], said["threads"], said["timeout"]) == ("3", "4", "30")
    port = free_port()
    log = tmp_path / "log"
    command = [sys.executable, "-m", "gunicorn", "app", "--bind", f"127.0.0.1:{port}"]
    command += ["--timeout", "1", "--no-control-socket"]
    front = "server { listen 127.0.0.1:8482; location / { proxy_pass http://127.0.0.1:9001; } }"
    with (
        running(command, tmp_path, log),
        nginx(tmp_path / "nginx", whole(front), {9001: port}) as server,
    ):
        wait_for(lambda: "Booting worker" in log.read_text(), "worker")
        assert server.get("/", 8482).status == 200
        assert server.get("/slow", 8482).status == 500  # not 504: the worker is gone
        assert "WORKER TIMEOUT" in log.read_text()
        wait_for(lambda: server.get("/", 8482).status == 200, "another worker")
        assert server.get("/stuck", 8482).status == 502
        wait_for(lambda: "was sent SIGKILL" in log.read_text(), "line in the log")
        wait_for(lambda: server.get("/", 8482).status == 200, "a third worker")
