"""What nginx does with a request: which location, which file, what the backend gets."""

from __future__ import annotations

import json
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.cards import card, short
from tests.examples.loopback import wait_for
from tests.examples.nginx_server import backends, check, dead_port, nginx, whole
from tests.examples.programs import version

LB = "nginx/lb.conf"
LOCATIONS = "nginx/locations.conf"


@pytest.mark.parametrize("path", ["lb.conf", "locations.conf", "uwsgi.conf"])
def test_nginx_accepts_each_example(example: Example, tmp_path: Path, path: str) -> None:
    said = check(tmp_path, example.file(f"nginx/{path}").read_text("utf-8"))
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr


@pytest.mark.proves("nginx-reverse-proxy", by=["nginx"])
@pytest.mark.proves("nginx-proxy-pass-slash", by=["nginx"])
def test_a_slash_cuts_the_prefix_off(example: Example, tmp_path: Path) -> None:
    conf = example.file(LOCATIONS).read_text("utf-8")
    with (
        backends("app", "x") as (app, x),
        nginx(tmp_path / "run", conf, {8000: app.port, 9001: x.port}) as server,
    ):
        assert server.get("/a/b?c=d", 8085).body == "app /a/b?c=d"
        assert server.get("/keep/x", 8085).body == "x /keep/x"
        assert server.get("/cut/x", 8085).body == "x /x"
    location = "location ~ ^/cut/ { proxy_pass http://127.0.0.1:9001/; }"
    said = check(tmp_path / "check", whole(f"server {{ listen 127.0.0.1:8085; {location} }}"))
    assert said.returncode == 1
    assert "cannot have URI part" in said.stderr


@pytest.mark.proves("nginx-location-order", by=["nginx"])
def test_locations_are_chosen_in_order(example: Example, tmp_path: Path) -> None:
    part = example(LOCATIONS, part="order")
    conf = whole(f"server {{ listen 127.0.0.1:8083; {part} }}")
    expected = {"/": "A", "/index.html": "B", "/docs/a.html": "C", "/docs/a.jpg": "E"}
    expected["/img/a.jpg"] = "D"
    with nginx(tmp_path, conf, {}) as server:
        assert {uri: server.get(uri, 8083).body.strip() for uri in expected} == expected


@pytest.mark.proves("nginx-static-try-files", by=["nginx"])
def test_a_file_is_served_and_all_else_is_passed_on(example: Example, tmp_path: Path) -> None:
    part = example(LOCATIONS, part="static")
    conf = whole(f"server {{ listen 127.0.0.1:8084; {part} }}")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "hi.txt").write_text("static", "utf-8")
    with backends("app") as (app,), nginx(tmp_path, conf, {9001: app.port}) as server:
        assert server.get("/hi.txt", 8084) == (200, "static")
        assert not app.peers
        assert server.get("/api", 8084) == (200, "app /api")
        assert server.get("/", 8084) == (200, "app /")
        # As many write it, and what it does: the folder of the site is there, but has no index.
        server.configure(conf.replace("$uri @app", "$uri $uri/ @app"))
        server.reload()
        wait_for(lambda: server.get("/", 8084).status == 403, "refusal of the folder")
        assert server.get("/api", 8084) == (200, "app /api")


@pytest.mark.proves("nginx-proxy-headers", by=["nginx"])
def test_the_backend_is_told_who_asked_for_what(example: Example, tmp_path: Path) -> None:
    plain = "server { listen 127.0.0.1:8082; location / { proxy_pass http://guarded; } }"
    conf = whole(example(LB, part="passive"), example(LB, part="headers"), plain)
    asked = {"Host": "shop.example", "X-Forwarded-For": "203.0.113.9"}
    with backends("a", "b", "spare") as (a, b, spare):
        ports = {9001: a.port, 9002: b.port, 9005: spare.port}
        with nginx(tmp_path, conf, ports) as server:
            default = json.loads(server.get("/echo", 8082, headers=asked).body)["headers"]
            told = json.loads(server.get("/echo", 8081, headers=asked).body)["headers"]
            first = json.loads(server.get("/echo", 8081).body)["headers"]
    assert default["Host"] == "guarded"
    assert told["Host"] == "shop.example"
    assert told["X-Real-IP"] == "127.0.0.1"
    assert told["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert told["X-Forwarded-Proto"] == "http"
    assert first["X-Forwarded-For"] == "127.0.0.1"


@pytest.mark.proves("nginx-502-504", by=["nginx"])
def test_a_dead_backend_is_502_and_a_slow_one_504(tmp_path: Path) -> None:
    conf = whole("""server {
        listen 127.0.0.1:8082;
        proxy_read_timeout 400ms;
        location /dead/ { proxy_pass http://127.0.0.1:9001; }
        location /      { proxy_pass http://127.0.0.1:9002; }
    }""")
    with (
        backends("app") as (app,),
        dead_port() as dead,
        nginx(tmp_path, conf, {9001: dead, 9002: app.port}) as server,
    ):
        assert server.get("/dead/", 8082).status == 502
        assert "connect() failed" in server.errors()
        assert server.get("/die", 8082).status == 502
        assert "prematurely closed" in server.errors()
        start = time.monotonic()
        assert server.get("/?sleep=3", 8082).status == 504
        assert 0.4 <= time.monotonic() - start < 2.5
        assert "upstream timed out" in server.errors()


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port whose queue is full, so that the kernel drops the SYN of whoever connects."""
    with ExitStack() as held:
        listening = held.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port: int = listening.getsockname()[1]
        while True:
            caller = held.enter_context(socket.socket())
            caller.settimeout(0.5)
            try:
                caller.connect(("127.0.0.1", port))
            except TimeoutError:
                break
        yield port


@pytest.mark.proves("nginx-502-504", by=["nginx"])
def test_a_connection_that_is_never_answered_is_504(tmp_path: Path) -> None:
    conf = whole("""server {
        listen 127.0.0.1:8082;
        proxy_connect_timeout 400ms;
        location / { proxy_pass http://127.0.0.1:9001; }
    }""")
    with deaf_port() as deaf, nginx(tmp_path, conf, {9001: deaf}) as server:
        assert server.get("/", 8082).status == 504
        assert "upstream timed out" in server.errors()
        assert "while connecting to upstream" in server.errors()
    assert re.search("504是.*建立连接时超时也算", short("nginx-502-504"))


@pytest.mark.proves("nginx-limit-req", by=["nginx"])
@pytest.mark.proves("nginx-waf", by=["nginx"])
def test_ten_at_once_are_four_and_six(example: Example, tmp_path: Path) -> None:
    limit = example(LB, part="limit")
    conf = whole("upstream app { server 127.0.0.1:9001; }", limit)
    with backends("app") as (app,):
        with nginx(tmp_path / "run", conf, {9001: app.port}) as server:
            statuses = [server.get("/", 8084).status for _ in range(10)]
        soft = conf.replace("nodelay;", "nodelay; limit_req_status 429;")
        with nginx(tmp_path / "429", soft, {9001: app.port}) as server:
            assert Counter(server.get("/", 8084).status for _ in range(10)) == {200: 4, 429: 6}
        bare = conf.replace(" burst=3 nodelay", "")
        with nginx(tmp_path / "bare", bare, {9001: app.port}) as server:
            assert [server.get("/", 8084).status for _ in range(2)] == [200, 503]
    assert statuses == [200] * 4 + [503] * 6
    said = check(tmp_path / "check", whole("waf on;"))
    assert said.returncode == 1
    assert 'unknown directive "waf"' in said.stderr


def test_connections_to_the_backend_are_kept(tmp_path: Path) -> None:
    """The card has no badge: half of it is about versions that are not here."""
    plain = """upstream cold { server 127.0.0.1:9001; }
    server { listen 127.0.0.1:8082; location / { proxy_pass http://cold; } }"""
    shown = card("nginx-upstream-keepalive").partition("```nginx sketch\n")[2].partition("```")[0]
    conf = whole(shown, plain)
    with backends("app") as (app,), nginx(tmp_path, conf, {9001: app.port}) as server:
        warm = [json.loads(server.get("/echo", 8083).body) for _ in range(10)]
        connections = len(set(app.peers))
        app.peers.clear()
        cold = [json.loads(server.get("/echo", 8082).body) for _ in range(10)]
        fresh = len(set(app.peers))
    assert connections == 1
    assert all(r["http"] == "HTTP/1.1" and "Connection" not in r["headers"] for r in warm)
    if tuple(int(n) for n in version("nginx").split(".")) < (1, 29, 7):
        assert fresh == 10
        assert all(r["http"] == "HTTP/1.0" for r in cold)
        assert all(r["headers"]["Connection"] == "close" for r in cold)
