"""What is asked about a Supervisor that runs: its socket, its limits, its web page, slow stops."""

from __future__ import annotations

import base64
import os
import resource
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.loopback import free_port
from tests.examples.supervisord_server import FRAME, Supervisord, supervised, waited

# `check` finds a proof whose example has changed since; the servers themselves start in `--all`.
pytestmark = pytest.mark.slow

FILE = "supervisor/operation.conf"
BY = ["Supervisor"]


def moved(text: str, root: str) -> str:
    """The example with its folders below another one, and nothing else."""
    return (
        text.replace("/run/supervisor.sock", f"{root}/run/s.sock")
        .replace("/run/supervisord.pid", f"{root}/run/supervisord.pid")
        .replace("/var/log/supervisor", f"{root}/run")
    )


def logged(server: Supervisord, name: str) -> str:
    """What a program has printed, as soon as that is anything."""
    return waited(lambda: server.log(name)).strip()


@pytest.mark.proves("supervisor-sock-missing", by=BY)
def test_the_client_says_whether_the_socket_is_there_and_heard(example: Example) -> None:
    example(FILE, "socket")
    text = moved(example.file(FILE).read_text("utf-8"), "%(here)s").replace(
        "9001", str(free_port())
    )
    with supervised(text) as server:
        path = server.folder / "run" / "s.sock"
        assert path.stat().st_mode & 0o777 == 0o770
        assert "STOPPED" in server.control("status")
        other = server.control("-s", f"unix://{server.folder}/other.sock", "status")
        assert other.strip().endswith("/other.sock no such file")
        path.rename(path.with_suffix(".kept"))
        assert "no such file" in server.control("status")  # though supervisord runs
        path.with_suffix(".kept").rename(path)
        assert "STOPPED" in server.control("status")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(10)
        assert "refused connection" in server.control("status")


@pytest.mark.proves("supervisor-minfds", by=BY)
def test_programs_may_open_as_many_files_as_minfds_says(example: Example) -> None:
    asks = "[program:it]\ncommand=sh -c 'ulimit -n'\nstartsecs=0\nautorestart=false\n"
    asks += "stdout_logfile=%(here)s/run/it.log\n"
    frame = "\n".join(line for line in FRAME.splitlines() if "supervisord]" not in line)
    lines = [line for line in example(FILE, "limits").splitlines() if "file=" not in line]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 10000:
        pytest.skip(f"no process here may open more than {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        for text, expected in ((FRAME, "1024"), ("\n".join((*lines, frame)) + "\n", "10000")):
            with supervised(text + asks) as server:
                server.reaches("it", "EXITED")
                assert logged(server, "it.log") == expected
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.proves("supervisor-inet-http", by=BY)
def test_the_web_page_wants_a_password(example: Example) -> None:
    port = free_port()
    text = example(FILE, "web").replace("9001", str(port))
    name = base64.b64encode(b"admin:change-me").decode()

    def status(url: str, **headers: str) -> int:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    address = f"http://127.0.0.1:{port}/"
    with supervised(FRAME + text) as server:
        assert status(address) == 401
        assert status(f"{address}RPC2") == 401
        assert status(address, Authorization=f"Basic {name}") == 200
        said = server.control("-s", address, "-u", "admin", "-p", "change-me", "version")
        assert said.strip() == version("supervisor")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith(("user", "pass")))
    with supervised(FRAME + bare + "\n"):
        assert status(address) == 200  # anybody who comes this far


TASK = """\
import signal, sys, time
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
print("ready", flush=True)
while not stop:
    time.sleep(0.02)
time.sleep(2)  # the task in hand
print("done", flush=True)
"""


@pytest.mark.proves("supervisor-celery", by=BY, stand_ins=["celery"])
def test_a_worker_ends_its_task_if_it_is_given_the_time(example: Example, tmp_path: Path) -> None:
    """A stand-in for Celery's worker: it ends what it does, and then itself."""
    (tmp_path / "task.py").write_text(TASK, "utf-8")
    text = example(FILE, "celery")
    text = text.replace(
        "/srv/shop/venv/bin/celery -A shop worker", f"{sys.executable} {tmp_path}/task.py"
    )
    text = text.replace("directory=/srv/shop", f"directory={tmp_path}")
    text += "stdout_logfile=%(here)s/run/worker.log\nstartsecs=0\n"
    for config, last in ((text, "done"), (text.replace("=600", "=1"), "ready")):
        with supervised(FRAME + config) as server:
            server.reaches("worker", "RUNNING")
            assert logged(server, "worker.log") == "ready"
            server.control("stop", "worker")
            assert server.state("worker") == "STOPPED"
            assert server.log("worker.log").split()[-1] == last


def test_the_example_s_word_for_the_password_is_the_one_it_names(example: Example) -> None:
    text = example(FILE, "web")
    done = subprocess.run(
        ["sh", "-c", "printf change-me | sha1sum"], capture_output=True, text=True, check=True
    )
    assert f"{{SHA}}{done.stdout.split()[0]}" in text
