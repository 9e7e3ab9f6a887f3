"""What nginx's master does and what its workers do."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.loopback import wait_for
from tests.examples.nginx_server import backends, nginx, whole

LB = "nginx/lb.conf"
HELLO = 'server { listen 127.0.0.1:8080; location / { return 200 "hello"; } }'


def _sockets(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except FileNotFoundError:
            continue
    return {link for link in found if link.startswith("socket:")}


def _accepted(port: int) -> set[str]:
    """The server's ends of the open connections to a port."""
    rows = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    fields = [row.split() for row in rows]
    return {
        f"socket:[{row[9]}]"
        for row in fields
        if int(row[1].split(":")[1], 16) == port and row[3] == "01"
    }


def _uid(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("Uid:"))
    return int(line.split()[1])


@pytest.mark.proves("nginx-who-accepts", "nginx-epoll", by=["nginx"])
def test_a_single_thread_of_the_worker_holds_the_connections(tmp_path: Path) -> None:
    conf = whole(HELLO).replace("worker_connections 128", "worker_connections 1024")
    with nginx(tmp_path, conf, {}) as server, ExitStack() as stack:
        port = server.ports[8080]
        for _ in range(300):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        wait_for(server.workers, "worker")
        (worker,) = server.workers()
        wait_for(lambda: len(_accepted(port) & _sockets(worker)) >= 300, "accepted connections")
        assert not _accepted(port) & _sockets(server.master)
        assert len(list(Path(f"/proc/{worker}/task").iterdir())) == 1
        start = time.monotonic()
        assert server.get("/", 8080) == (200, "hello")
        assert time.monotonic() - start < 2


@pytest.mark.proves("nginx-master-worker", by=["nginx"])
def test_the_master_replaces_a_worker_that_died(tmp_path: Path) -> None:
    with nginx(tmp_path, whole(HELLO), {}, user="daemon") as server:
        wait_for(server.workers, "worker")
        (old,) = server.workers()
        if os.geteuid() == 0:
            assert _uid(server.master) == 0
            wait_for(lambda: _uid(old) != 0, "worker without root's rights")
        os.kill(old, signal.SIGKILL)
        start = time.monotonic()
        wait_for(lambda: set(server.workers()) - {old}, "new worker", seconds=5)
        assert server.get("/", 8080) == (200, "hello")
        assert time.monotonic() - start < 1


@pytest.mark.slow
@pytest.mark.proves("nginx-reload", by=["nginx"])
def test_a_reload_breaks_no_request(example: Example, tmp_path: Path) -> None:
    conf = whole(example(LB, part="minimal"))
    with backends("a", "b", "c") as running, ThreadPoolExecutor(1) as client:
        ports = {9001 + index: backend.port for index, backend in enumerate(running)}
        with nginx(tmp_path, conf, ports) as server:
            (old,) = server.workers()
            long = client.submit(server.get, "/?sleep=1.5", 8080)
            wait_for(lambda: any(b.peers for b in running), "start of the long request")
            assert server.reload().returncode == 0
            wait_for(lambda: len(server.workers()) == 2, "new worker beside the old one")
            assert old in server.workers()
            assert not long.done()
            statuses = Counter(server.get("/", 8080).status for _ in range(200))
            assert statuses == {200: 200}
            assert long.result().status == 200
            wait_for(lambda: old not in server.workers(), "end of the old worker")
            kept = server.workers()
            server.configure(conf.replace("proxy_pass", "proxy_pas"))
            refused = server.reload()
            assert refused.returncode != 0
            assert "unknown directive" in refused.stderr
            assert server.workers() == kept
            assert server.get("/", 8080).status == 200
