"""nginx before uWSGI and Gunicorn: who speaks which protocol, and what a mix-up looks like."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.cards import card
from tests.examples.loopback import free_port, wait_for
from tests.examples.nginx_server import nginx, on_ports, whole
from tests.examples.programs import program, version
from tests.examples.supervisord_server import children

# `check` finds a proof whose example has changed since; the servers themselves start in `--all`.
pytestmark = pytest.mark.slow

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
    conf = example.file("nginx/uwsgi.conf").read_text("utf-8")
    assert all(line.strip() in conf for line in shown.splitlines())
    ini = example.file("uwsgi/uwsgi.ini").read_text("utf-8")
    with (
        uwsgi(example, tmp_path, ini) as (ports, log, master),
        nginx(tmp_path / "nginx", conf, ports) as front,
    ):
        workers = set()
        for location in ("/uwsgi/a", "/http/b"):
            status, body = front.get(location, FRONT)
            pid, path = body.split()
            assert (status, path) == (200, location)
            workers.add(int(pid))
        assert workers <= set(children(master.pid))  # the worker itself calls the application
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


def uwsgi_to_http(example: Example) -> str:
    """The example's configuration, but `uwsgi_pass` to the port that speaks HTTP."""
    conf = example.file("nginx/uwsgi.conf").read_text("utf-8")
    right = f"uwsgi_pass 127.0.0.1:{UWSGI};"
    assert right in conf
    return conf.replace(right, f"uwsgi_pass 127.0.0.1:{HTTP}; uwsgi_read_timeout 2s;")


@contextmanager
def gunicorn(
    example: Example, log: Path, *options: str, module: str = "app:application"
) -> Iterator[dict[int, int]]:
    """A Gunicorn in the place of both of uWSGI's ports."""
    port = free_port()
    bind = ["--bind", f"127.0.0.1:{port}", "--no-control-socket"]  # that lies in the home folder
    folder = example.file("uwsgi/app.py").parent
    command = [program("gunicorn"), module, *bind, *options]
    with running(command, folder, log):
        wait_for(lambda: "Booting worker" in log.read_text(), "worker")
        yield {UWSGI: port, HTTP: port}


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", by=["nginx", "uWSGI"])
def test_uwsgi_gives_up_on_what_is_not_http(example: Example, tmp_path: Path) -> None:
    ini = example.file("uwsgi/uwsgi.ini").read_text("utf-8") + "socket-timeout = 1\n"
    with (
        uwsgi(example, tmp_path, ini) as (ports, _, _),
        nginx(tmp_path / "nginx", uwsgi_to_http(example), ports) as front,
    ):
        assert front.get("/uwsgi/a", FRONT).status == 502
        assert front.get("/http/b", FRONT).status == 200


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", by=["nginx", "Gunicorn"])
def test_gunicorn_waits_for_the_rest_of_what_is_not_http(example: Example, tmp_path: Path) -> None:
    with (
        gunicorn(example, tmp_path / "log") as ports,
        nginx(tmp_path / "nginx", uwsgi_to_http(example), ports) as front,
    ):
        assert front.get("/http/a", FRONT).status == 200
        assert front.get("/uwsgi/b", FRONT).status == 504


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", by=["nginx", "Gunicorn"])
def test_gunicorn_speaks_uwsgi_if_it_is_told_so(example: Example, tmp_path: Path) -> None:
    conf = example.file("nginx/uwsgi.conf").read_text("utf-8")
    with (
        gunicorn(example, tmp_path / "log", "--protocol", "uwsgi") as ports,
        nginx(tmp_path / "nginx", conf, ports) as front,
    ):
        status, body = front.get("/uwsgi/hello", FRONT)
        assert (status, body.split()[1]) == (200, "/uwsgi/hello")


BARE = """\
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, ", b"world"]
"""


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", by=["nginx", "Gunicorn"])
def test_a_body_without_a_length_comes_through_whole(example: Example, tmp_path: Path) -> None:
    """Before 27.0.0 the sizes of HTTP's chunks stood in it, which the uwsgi protocol has not."""
    (tmp_path / "bare.py").write_text(BARE)
    conf = example.file("nginx/uwsgi.conf").read_text("utf-8")
    options = ["--protocol", "uwsgi", "--chdir", str(tmp_path)]
    with (
        gunicorn(example, tmp_path / "log", *options, module="bare:application") as ports,
        nginx(tmp_path / "nginx", conf, ports) as front,
    ):
        assert front.get("/uwsgi/hello", FRONT) == (200, "Hello, world")
    (least,) = re.findall(r"Gunicorn ≥ ([\d.]+)", card("nginx-uwsgi-vs-proxy-pass"))
    assert least == "27.0.0"
    assert [int(n) for n in version("Gunicorn").split(".")] >= [27, 0, 0]


SEES = """\
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]
"""


@pytest.mark.proves("nginx-proxy-headers", by=["nginx", "Gunicorn"])
@pytest.mark.parametrize(("trusted", "scheme"), [("127.0.0.1", "https"), ("192.0.2.1", "http")])
def test_gunicorn_takes_the_scheme_but_not_the_address(
    example: Example, tmp_path: Path, trusted: str, scheme: str
) -> None:
    """It hears of the scheme from a trusted proxy only; the address stays the proxy's."""
    (tmp_path / "sees.py").write_text(SEES)
    log = tmp_path / "log"
    options = ["--chdir", str(tmp_path), "--forwarded-allow-ips", trusted]
    conf = whole("upstream guarded { server 127.0.0.1:9102; }", example("nginx/lb.conf", "headers"))
    with (
        gunicorn(example, log, *options, module="sees:application") as ports,
        nginx(tmp_path / "nginx", conf, ports) as front,
    ):
        wait_for(lambda: front.get("/", 8081).status == 200, "answer")
        assert front.get("/", 8081, source="127.0.0.9").body == "127.0.0.1 http"
        asked = http.client.HTTPConnection("127.0.0.1", ports[HTTP], timeout=20)
        headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
        asked.request("GET", "/", headers=headers)
        assert asked.getresponse().read().decode() == f"127.0.0.1 {scheme}"
        asked.close()


@pytest.mark.proves("nginx-uwsgi-vs-proxy-pass", "nginx-uwsgi-stack", by=["nginx", "Gunicorn"])
def test_gunicorn_speaks_http(example: Example, tmp_path: Path) -> None:
    conf = example.file("nginx/uwsgi.conf").read_text("utf-8")
    with (
        gunicorn(example, tmp_path / "log") as ports,
        nginx(tmp_path / "nginx", conf, ports) as front,
    ):
        status, body = front.get("/http/hello", FRONT)
        assert (status, body.split()[1]) == (200, "/http/hello")
