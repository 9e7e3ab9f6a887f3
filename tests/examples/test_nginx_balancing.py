"""How nginx chooses a backend."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.loopback import wait_for
from tests.examples.nginx_server import Backend, Nginx, backends, check, dead_port, nginx, whole
from tests.examples.programs import version

LB = "nginx/lb.conf"


def _ports(*running: Backend) -> dict[int, int]:
    return {9001 + index: backend.port for index, backend in enumerate(running)}


@pytest.mark.proves("nginx-lb-round-robin", "nginx-lb-minimal", by=["nginx"])
def test_without_a_method_the_backends_take_turns(example: Example, tmp_path: Path) -> None:
    conf = whole(example(LB, part="minimal"))
    with backends("a", "b", "c") as running, nginx(tmp_path, conf, _ports(*running)) as server:
        answers = [server.who("/", 8080) for _ in range(300)]
        status, body = server.get("/echo", 8080)
    assert Counter(answers) == {"a": 100, "b": 100, "c": 100}
    assert answers[:6] == ["a", "b", "c", "a", "b", "c"]
    assert '"Host": "app"' in body
    assert status == 200


@pytest.mark.slow
@pytest.mark.proves("nginx-lb-weight", by=["nginx"])
def test_weights_are_spread_smoothly(example: Example, tmp_path: Path) -> None:
    conf = whole(
        example(LB, part="weight"),
        "server { listen 127.0.0.1:8082; location / { proxy_pass http://weighted; } }",
    )
    with backends("a", "b", "c") as running, nginx(tmp_path, conf, _ports(*running)) as server:
        answers = [server.who("/", 8082) for _ in range(700)]
    assert " ".join(answers[:7]) == "a a b a c a a"
    assert Counter(answers) == {"a": 500, "b": 100, "c": 100}


@pytest.mark.slow
@pytest.mark.proves("nginx-lb-least-conn", by=["nginx"])
def test_least_conn_spares_the_slow_backend(example: Example, tmp_path: Path) -> None:
    part = example(LB, part="least-conn")
    asked = "server { listen 127.0.0.1:8082; location / { proxy_pass http://least; } }"

    def run(prefix: Path, text: str) -> tuple[Counter[str], float]:
        ports = {9001: fast.port, 9004: slow.port}
        with nginx(prefix, whole(text, asked), ports) as server, ThreadPoolExecutor(4) as clients:
            start = time.monotonic()
            answers = Counter(clients.map(lambda _: server.who("/", 8082), range(40)))
            return answers, time.monotonic() - start

    with backends("fast", "slow") as (fast, slow):
        slow.delay = 0.5
        turns, long = run(tmp_path / "turns", part.replace("least_conn;", ""))
        least, short = run(tmp_path / "least", part)
    assert turns == {"fast": 20, "slow": 20}
    assert long >= 2.5
    assert least["slow"] <= 4
    assert least["fast"] >= 36
    assert 0.5 <= short < long / 1.5


@pytest.mark.proves("nginx-lb-ip-hash", by=["nginx"])
def test_ip_hash_looks_at_three_octets_and_down_keeps_the_others(
    example: Example, tmp_path: Path
) -> None:
    part = example(LB, part="ip-hash")
    asked = "server { listen 127.0.0.1:8082; location / { proxy_pass http://sticky_by_ip; } }"
    networks = [f"127.0.{n}.1" for n in range(1, 61)]

    def nodes(server: Nginx, sources: list[str]) -> list[str]:
        return [server.who("/", 8082, source=source) for source in sources]

    with backends("a", "b", "c") as running:
        ports = _ports(*running)
        with nginx(tmp_path / "all", whole(part.replace(" down", ""), asked), ports) as server:
            same = nodes(server, [f"127.0.0.{n}" for n in range(1, 31)])
            before = nodes(server, networks)
        with nginx(tmp_path / "down", whole(part, asked), ports) as server:
            after = nodes(server, networks)
    assert len(set(same)) == 1
    assert Counter(before) == {"a": 20, "b": 20, "c": 20}
    assert "c" not in after
    assert all(x == y for x, y in zip(before, after, strict=True) if x != "c")


@pytest.mark.slow
@pytest.mark.proves("nginx-lb-consistent-hash", by=["nginx"])
def test_only_a_consistent_hash_leaves_other_keys_alone(example: Example, tmp_path: Path) -> None:
    part = example(LB, part="hash")
    asked = """server {
        listen 127.0.0.1:8082;
        location /modulo/ { proxy_pass http://by_modulo; }
        location /ring/   { proxy_pass http://by_ring; }
    }"""

    def nodes(prefix: Path, text: str) -> dict[str, list[str]]:
        with nginx(prefix, whole(text, asked), ports) as server:
            return {
                way: [server.who(f"/{way}/?k=key{n}", 8082) for n in range(300)]
                for way in ("modulo", "ring")
            }

    with backends("a", "b", "c") as running:
        ports = _ports(*running)
        three = nodes(tmp_path / "three", part)
        two = nodes(tmp_path / "two", part.replace("server 127.0.0.1:9003;", ""))

    def moved(way: str) -> tuple[int, int]:
        kept = [(x, y) for x, y in zip(three[way], two[way], strict=True) if x != "c"]
        return sum(x != y for x, y in kept), len(kept)

    assert moved("modulo") == (98, 202)
    count, kept = moved("ring")
    # Where the ring is cut depends on the ports, so the number of keys differs from run to run.
    assert count == 0
    assert 100 < kept < 280


@pytest.mark.proves("nginx-lb-other", by=["nginx"])
def test_random_two_runs_and_old_versions_know_no_sticky(example: Example, tmp_path: Path) -> None:
    conf = whole(
        example(LB, part="random"),
        "server { listen 127.0.0.1:8082; location / { proxy_pass http://two_choices; } }",
    )
    with backends("a", "b", "c") as running:
        ports = _ports(*running)
        with nginx(tmp_path / "random", conf, ports) as server:
            answers = Counter(server.who("/", 8082) for _ in range(300))
    assert set(answers) == {"a", "b", "c"}
    assert min(answers.values()) > 50
    number = tuple(int(n) for n in version("nginx").split("."))
    for directive, since in (("sticky cookie id", (1, 29, 6)), ("least_time header", (1, 31, 0))):
        text = whole(f"upstream x {{ zone x 64k; {directive}; server 127.0.0.1:9001; }}")
        said = check(tmp_path / "check", text)
        assert (said.returncode == 0) == (number >= since)
        assert number >= since or "unknown directive" in said.stderr


@pytest.mark.proves("nginx-lb-definition", by=["nginx"])
def test_a_dead_backend_is_left_out_unnoticed(example: Example, tmp_path: Path) -> None:
    conf = whole(example(LB, part="minimal"))
    with backends("a", "b") as (a, b), dead_port() as dead:
        ports = {9001: a.port, 9002: b.port, 9003: dead}
        with nginx(tmp_path, conf, ports) as server:
            statuses = Counter(server.get("/", 8080).status for _ in range(20))
            errors = server.errors()
    assert statuses == {200: 20}
    # One refused connection was enough: the refusal, and that the server is disabled for now.
    assert errors.count("Connection refused") == 1
    assert errors.count("upstream server temporarily disabled") == 1


@pytest.mark.proves("nginx-passive-health", by=["nginx"])
def test_three_failures_take_a_backend_out_and_the_spare_comes_last(
    example: Example, tmp_path: Path
) -> None:
    conf = whole(
        example(LB, part="passive"),
        "server { listen 127.0.0.1:8081; location / { proxy_pass http://guarded; } }",
    )
    with backends("a", "b", "spare") as (a, b, spare):
        ports = {9001: a.port, 9002: b.port, 9005: spare.port}
        with nginx(tmp_path, conf, ports) as server:
            assert Counter(server.who("/", 8081) for _ in range(10)) == {"a": 5, "b": 5}
            a.stop()
            assert {server.who("/", 8081) for _ in range(20)} == {"b"}
            assert server.errors().count("Connection refused") == 3
            b.stop()
            assert {server.who("/", 8081) for _ in range(20)} == {"spare"}


@pytest.mark.slow
@pytest.mark.proves("nginx-passive-health", by=["nginx"])
def test_a_backend_is_tried_again_after_fail_timeout(example: Example, tmp_path: Path) -> None:
    part = example(LB, part="passive").replace("fail_timeout=10s", "fail_timeout=1s")
    conf = whole(
        part, "server { listen 127.0.0.1:8081; location / { proxy_pass http://guarded; } }"
    )
    with backends("a", "b", "spare") as (a, b, spare):
        ports = {9001: a.port, 9002: b.port, 9005: spare.port}
        with nginx(tmp_path, conf, ports) as server:
            a.stop()
            assert {server.who("/", 8081) for _ in range(20)} == {"b"}
            a.start()
            wait_for(lambda: server.who("/", 8081) == "a", "return of a backend that came back")


@pytest.mark.proves("nginx-backup-down", by=["nginx"])
def test_a_spare_takes_over_and_what_is_down_gets_nothing(example: Example, tmp_path: Path) -> None:
    part = example(LB, part="backup")
    conf = whole(part, "server { listen 127.0.0.1:8082; location / { proxy_pass http://spare; } }")
    with backends("main", "down", "backup") as (main, down, spare):
        ports = {9001: main.port, 9002: down.port, 9005: spare.port}
        with nginx(tmp_path / "run", conf, ports) as server:
            assert {server.who("/", 8082) for _ in range(10)} == {"main"}
            main.stop()
            assert {server.who("/", 8082) for _ in range(10)} == {"backup"}
            assert not down.peers


@pytest.mark.proves("nginx-backup-hash", by=["nginx"])
@pytest.mark.parametrize("method", ["ip_hash", "hash $arg_k", "random"])
def test_some_methods_refuse_a_spare(example: Example, tmp_path: Path, method: str) -> None:
    text = whole(example(LB, part="backup").replace("{", f"{{ {method};", 1))
    said = check(tmp_path / "check", text)
    assert said.returncode == 1
    assert 'balancing method does not support parameter "backup"' in said.stderr
