"""nginx before uWSGI and Gunicorn: who speaks which protocol, and what a mix-up looks like."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.examples.nginx_server import free_port, nginx, on_ports, wait_for
from tests.examples.programs import program
from tests.examples.recording import Example

UWSGI, HTTP, FRONT = 9101, 9102, 8090  # the ports that the examples show


@contextmanager
def running(command: Sequence[str], folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server in `folder` that writes to `log`, killed with all its workers at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # uWSGI and Gunicorn stop their workers at once
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def uwsgi(
    example: Example, folder: Path, text: str
) -> Iterator[tuple[dict[int, int], Path, subprocess.Popen[bytes]]]:
    """A uWSGI with this configuration: its real ports by those of the example, log and process."""
    ports = {UWSGI: free_port(), HTTP: free_port()}
    (folder / "app.py").write_bytes(example.file("uwsgi/app.py").read_bytes())
    (folder / "uwsgi.ini").write_text(on_ports(text, ports))
    log = folder / "uwsgi.log"
    with running([program("uwsgi"), "--ini", "uwsgi.ini"], folder, log) as process:
        wait_for(lambda: "spawned uWSGI worker 2" in log.read_text(), "uWSGI worker")
        yield ports, log, process


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", "nginx-uwsgi-stack", by=["nginx", "uWSGI"])
def test_each_location_speaks_its_port_s_protocol(example: Example, tmp_path: Path) -> None:
    shown = example("nginx/uwsgi.conf", "both")
    whole = example.file("nginx/uwsgi.conf").read_text("utf-8")
    assert all(line.strip() in whole for line in shown.splitlines())
    ini = example.file("uwsgi/uwsgi.ini").read_text("utf-8")
    with (
        uwsgi(example, tmp_path, ini) as (ports, log, _),
        nginx(tmp_path / "nginx", whole, ports) as front,
    ):
        workers = set()
        for location in ("/uwsgi/a", "/http/b"):
            status, body = front.get(location, FRONT)
            pid, path = body.split()
            assert (status, path) == (200, location)
            workers.add(int(pid))
        assert workers.isdisjoint({front.master})
        # HTTP on the port of the uwsgi protocol.
        assert "21573" not in log.read_text()
        assert front.get("/wrong/c", FRONT).status == 502
        wait_for(lambda: "invalid request block size: 21573" in log.read_text(), "line in the log")
    assert int.from_bytes(b"ET", "big") == 0x4554  # as the card says, least byte first
    assert int.from_bytes(b"ET", "little") == 21573 == 0x5445


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", by=["uWSGI"])
@pytest.mark.parametrize("dies", [True, False])
def test_term_stops_uwsgi_only_if_it_is_told_so(
    example: Example, tmp_path: Path, dies: bool
) -> None:
    ini = example.file("uwsgi/uwsgi.ini").read_text("utf-8")
    assert "die-on-term = true\n" in ini
    text = ini if dies else ini.replace("die-on-term = true\n", "")
    with uwsgi(example, tmp_path, text) as (_, log, process):
        time.sleep(0.5)  # the master listens to signals a moment after it has started its workers
        process.send_signal(signal.SIGTERM)
        if dies:
            process.wait(15)
        else:
            # It starts its own binary again, which this package of it has inside a Python module.
            wait_for(lambda: "binary reloading uWSGI" in log.read_text(), "reload")


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", "nginx-uwsgi-stack", by=["nginx", "Gunicorn"])
def test_gunicorn_speaks_http(example: Example, tmp_path: Path) -> None:
    ports = {UWSGI: free_port(), HTTP: free_port()}
    app = example.file("uwsgi/app.py").parent
    command = [program("gunicorn"), "app:application", "--bind", f"127.0.0.1:{ports[HTTP]}"]
    log = tmp_path / "gunicorn.log"
    conf = example.file("nginx/uwsgi.conf").read_text("utf-8")
    with (
        running(command, app, log),
        nginx(tmp_path / "nginx", conf, ports) as front,
    ):
        wait_for(lambda: "Booting worker" in log.read_text(), "worker")
        wait_for(lambda: front.get("/http/", FRONT).status == 200, "answer")
        assert front.get("/http/hello", FRONT).body.endswith(" /http/hello\n")
