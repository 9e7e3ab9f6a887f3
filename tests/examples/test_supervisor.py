"""What the cards on Supervisor say, from a supervisord that runs."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from supervisor.process import Subprocess  # type: ignore[import-untyped]

from releases.proving import Example
from tests.examples.cards import card
from tests.examples.loopback import accepts, free_port
from tests.examples.programs import program
from tests.examples.supervisord_server import (
    FRAME,
    Supervisord,
    alive,
    children,
    supervised,
    waited,
)

proves = pytest.mark.proves
BY = ["Supervisor"]


@pytest.mark.slow
@proves("supervisor-autorestart", by=BY)
def test_a_task_that_succeeds_stops_in_exited(example: Example) -> None:
    with supervised(FRAME + example("supervisor/supervisord.conf", "once")) as server:
        server.reaches("once", "RUNNING")
        server.reaches("once", "EXITED")
        time.sleep(1.5)
        assert server.state("once") == "EXITED"


# What the table of the card says: which ends bring a program back, by its autorestart.
COMES_BACK = {"false": (), "unexpected": ("3", "kill"), "true": ("0", "3", "kill")}


@pytest.mark.slow
@proves("supervisor-autorestart", "supervisor-two-features", by=BY)
def test_who_comes_back() -> None:
    ends = {"0": "sleep 1.3; exit 0", "3": "sleep 1.3; exit 3", "kill": "exec sleep 60"}
    programs = {f"{way}-{end}": (way, end) for way in COMES_BACK for end in ends}
    config = "".join(
        f'[program:{name}]\ncommand=sh -c "{ends[end]}"\nautorestart={way}\n'
        for name, (way, end) in programs.items()
    )
    with supervised(FRAME + config) as server:
        for name, (_, end) in programs.items():
            if end == "kill":
                os.kill(server.reaches(name, "RUNNING")["pid"], signal.SIGKILL)
        for name, (way, end) in programs.items():
            if end in COMES_BACK[way]:
                waited(lambda spawned=f"spawned: '{name}'": _count(server, spawned) > 1)  # type: ignore[misc]
            else:
                server.reaches(name, "EXITED")
        time.sleep(1)
        for name, (way, end) in programs.items():
            if end not in COMES_BACK[way]:
                assert server.state(name) == "EXITED"
                assert _count(server, f"spawned: '{name}'") == 1


def _count(server: Supervisord, words: str) -> int:
    return server.log("supervisord.log").count(words)


@pytest.mark.slow
@proves("supervisor-startsecs", by=BY)
def test_what_dies_at_once_goes_through_backoff_to_fatal(example: Example) -> None:
    with supervised(FRAME + example("supervisor/supervisord.conf", "crash")) as server:
        waited(lambda: server.state("crash") == "BACKOFF")
        server.reaches("crash", "FATAL")
        log = server.log("supervisord.log")
        assert log.count("spawned: 'crash'") == 3  # once, and startretries more
        time.sleep(1.5)
        assert server.state("crash") == "FATAL"


@pytest.mark.slow
@proves("supervisor-daemon-program", by=BY)
def test_a_program_that_goes_to_the_background_is_lost(example: Example) -> None:
    with supervised(FRAME + example("supervisor/supervisord.conf", "daemon")) as server:
        server.reaches("daemon", "FATAL")
        listed = subprocess.run(
            ["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        sleeping = [line.split() for line in listed.splitlines() if line.endswith(" sleep 60")]
        mine = [
            words
            for words in sleeping
            if str(server.folder).encode() in Path(f"/proc/{words[0]}/environ").read_bytes()
        ]
        assert len(mine) == 2  # one of each try, and both go on
        assert server.process.pid not in {int(words[1]) for words in mine}
        server.control("stop", "daemon")
        assert all(alive(int(words[0])) for words in mine)


@pytest.mark.slow
@proves("supervisor-stopasgroup", by=BY)
def test_without_stopasgroup_a_grandchild_stays(example: Example) -> None:
    shown = example("supervisor/supervisord.conf", "tree")
    assert "stopasgroup=true" in shown
    alone = shown.replace("[program:tree]", "[program:alone]").replace("stopasgroup=true", "")
    with supervised(FRAME + shown + alone) as server:
        left = {}
        for name in ("tree", "alone"):
            shell = server.reaches(name, "RUNNING")["pid"]
            (grandchild,) = waited(lambda shell=shell: children(shell))  # type: ignore[misc]
            server.control("stop", name)
            server.reaches(name, "STOPPED")
            assert not alive(shell)
            time.sleep(0.3)
            left[name] = alive(grandchild)
        assert left == {"tree": False, "alone": True}


@pytest.mark.slow
@proves("supervisor-stopasgroup", by=BY)
def test_the_last_signal_goes_to_the_group_too_if_it_is_told_so() -> None:
    settings = {"alone": "", "killed": "killasgroup=true\n", "stopped": "stopasgroup=true\n"}
    deaf = "trap '' TERM; sleep 300; true"
    config = "".join(
        f'[program:{name}]\ncommand=sh -c "{deaf}"\nstopwaitsecs=1\n{setting}'
        for name, setting in settings.items()
    )
    with supervised(FRAME + config) as server:
        left = {}
        for name in settings:
            shell = server.reaches(name, "RUNNING")["pid"]
            (left[name],) = waited(lambda shell=shell: children(shell))  # type: ignore[misc]
        server.control("stop", "all")
        for name in settings:
            server.reaches(name, "STOPPED")
        for name in ("killed", "stopped"):
            waited(lambda name=name: not alive(left[name]))  # type: ignore[misc]
        assert alive(left["alone"])


@pytest.mark.slow
@proves("supervisor-stop-sequence", by=BY)
def test_who_ignores_term_is_killed_after_stopwaitsecs() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)"
    config = f'[program:deaf]\ncommand={sys.executable} -c "{deaf}"\nstopwaitsecs=2\nstartsecs=1\n'
    with supervised(FRAME + config) as server:
        server.reaches("deaf", "RUNNING")
        began = time.monotonic()
        server.control("stop", "deaf")
        took = time.monotonic() - began
        assert server.state("deaf") == "STOPPED"
        assert 2 <= took < 6
        assert "terminated by SIGKILL" in server.log("supervisord.log")


def test_the_state_changes_before_the_signal_is_sent() -> None:
    """Both come in one turn of Supervisor's loop, so nobody outside sees which is first."""
    sends = inspect.getsource(Subprocess.kill)
    assert 0 < sends.index("change_state(ProcessStates.STOPPING)") < sends.index("options.kill(")
    steps = re.findall(r"^\d\. (.+)$", card("supervisor-stop-sequence"), re.MULTILINE)
    assert "STOPPING" in steps[0]
    assert "`stopsignal`" in steps[1]


@pytest.mark.slow
@proves("supervisor-reread-update", "supervisor-ctl", by=BY)
def test_restart_keeps_the_old_configuration_and_update_takes_the_new(example: Example) -> None:
    web = (
        "[program:web]\ncommand=sleep 60\nprocess_name=%(program_name)s_%(process_num)02d\n"
        "numprocs=2\n"
    )
    with supervised(FRAME + web) as server:

        def count() -> int:
            return server.control("status").count("RUNNING")

        waited(lambda: count() == 2)
        config = server.folder / "supervisord.conf"
        config.write_text(config.read_text().replace("numprocs=2", "numprocs=3"))
        server.control("restart", "web:*")
        waited(lambda: count() == 2)
        said = _script(server.folder, example("supervisor/ctl.sh", "apply"))
        assert said.splitlines()[-3:] == [
            "web: changed",
            "web: stopped",
            "web: updated process group",
        ]
        waited(lambda: count() == 3)
        server.control("stop", "web:web_00")
        said = _script(
            server.folder, example("supervisor/ctl.sh", "look").replace(" web\n", " web:web_01\n")
        )
        assert "web:web_00" in said
        assert "STOPPED" in said
        assert "web:web_00: started" in said


def _script(folder: Path, text: str) -> str:
    """What a shell script prints that runs beside ``supervisord.conf``."""
    path = f"{Path(program('supervisorctl')).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", text],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.slow
@proves("supervisor-components", by=[*BY, "Python"])
def test_a_few_lines_of_python_ask_the_same(example: Example) -> None:
    shown = example("supervisor/supervisord.conf", "crash")
    with supervised(FRAME + shown.replace("startretries=2", "startretries=0")) as server:
        server.reaches("crash", "FATAL")
        script = server.folder / "rpc.py"
        script.write_text("import sys\n" + example("supervisor/rpc.py", "rpc"))
        said = subprocess.run(
            [sys.executable, script, server.socket], capture_output=True, text=True, check=True
        ).stdout
        assert said == "crash FATAL Exited too quickly (process log may have details)\n"


@pytest.mark.slow
@proves("supervisor-eventlistener", by=[*BY, "Python"])
def test_a_listener_hears_who_has_exited(example: Example) -> None:
    shown = example("supervisor/supervisord.conf", "listener")
    shown = shown.replace("command=python3 ", f"command={sys.executable} ")
    once = '[program:once]\ncommand=sh -c "sleep 1.3; exit 0"\n'
    with supervised(FRAME) as server:
        loop = example("supervisor/listener.py", "loop")
        whole = example.file("supervisor/listener.py")
        assert loop in whole.read_text("utf-8")
        shutil.copy(whole, server.folder / "listener.py")
        crash = "[program:crash]\ncommand=false\nstartretries=0\n"
        (server.folder / "supervisord.conf").write_text(FRAME + shown + once + crash)
        server.control("update")
        heard = waited(lambda: _lines(server.folder / "run" / "listener.log", 2))
        assert sorted(heard) == ["PROCESS_STATE_EXITED once", "PROCESS_STATE_FATAL crash"]


def _lines(path: Path, count: int) -> list[str]:
    """The lines of a file that are written to their end, once there are so many."""
    whole, _, _ = path.read_text().rpartition("\n") if path.exists() else ("", "", "")
    lines = whole.splitlines()
    return lines if len(lines) >= count else []


@pytest.mark.slow
@proves("supervisor-semicolon", by=BY)
def test_a_space_and_a_semicolon_begin_a_comment(example: Example) -> None:
    wrong = example("supervisor/semicolon.conf", "wrong")
    right = example("supervisor/semicolon.conf", "right")
    with supervised(FRAME + wrong + "startretries=0\n" + right) as server:
        server.reaches("right", "RUNNING")
        info = server.reaches("wrong", "FATAL")
        assert "No closing quotation" in info["spawnerr"]


@proves("supervisor-self", by=[*BY, "systemd"])
def test_the_unit_that_minds_supervisord_is_valid(example: Example, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze on this machine")
    unit = tmp_path / "supervisord.service"
    shown = example("supervisor/supervisord.service", "service")
    assert shown in example.file("supervisor/supervisord.service").read_text("utf-8")
    here = program("supervisord")
    unit.write_text("[Unit]\nDescription=S\n" + shown.replace("/usr/bin/supervisord", here))
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    about = [line for line in done.stderr.splitlines() if unit.name in line]
    assert about == []  # a wrong value is a line here, and no failure
    unit.write_text(unit.read_text().replace("on-failure", "on-fire"))
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    assert "on-fire" in done.stderr


@pytest.mark.slow
@proves("supervisor-self", by=BY)
def test_nobody_starts_supervisord_again(example: Example) -> None:
    example("supervisor/supervisord.service", "service")
    with supervised(FRAME + "[program:it]\ncommand=sleep 60\n") as server:
        child = server.reaches("it", "RUNNING")["pid"]
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(10)
        time.sleep(1)
        assert alive(child)
        parent = subprocess.run(
            ["ps", "-o", "ppid=", "-p", str(child)], capture_output=True, text=True, check=True
        ).stdout
        assert int(parent) != server.process.pid


@pytest.mark.slow
@proves("supervisor-self", by=BY)
def test_a_new_supervisord_meets_the_orphans_of_the_old_one() -> None:
    number = free_port()
    config = (
        f"[program:web]\ncommand={sys.executable} -m http.server {number} --bind 127.0.0.1\n"
        "startretries=0\nredirect_stderr=true\nstdout_logfile=%(here)s/run/web.log\n"
    )
    with supervised(FRAME + config) as old:
        old.reaches("web", "RUNNING")
        waited(lambda: accepts(number))
        old.process.send_signal(signal.SIGKILL)
        old.process.wait(10)
        with supervised(FRAME + config) as new:
            new.reaches("web", "FATAL")
            assert "Address already in use" in new.log("web.log")


@pytest.mark.slow
@proves("supervisor-self", "supervisor-why-not-shell", by=BY)
def test_a_terminated_supervisord_stops_its_children_first() -> None:
    with supervised(FRAME + "[program:it]\ncommand=sleep 60\n") as server:
        child = server.reaches("it", "RUNNING")["pid"]
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
        assert not alive(child)


@proves("supervisor-config-minimal", by=[*BY, "Gunicorn"])
def test_the_smallest_program_serves(example: Example) -> None:
    """As the card has it, but for the folder; `VENV` and such are not set."""
    shown = example("supervisor/supervisord.conf", "web")
    assert "%(" not in shown
    quiet = "--no-control-socket"  # it lies in the home folder
    with tempfile.TemporaryDirectory(prefix="shop", dir="/tmp") as folder:  # a short name
        shop = Path(folder)
        (shop / "log").mkdir()
        (shop / "venv").symlink_to(Path(program("gunicorn")).parent.parent)
        shutil.copy(example.file("uwsgi/app.py"), shop)
        config = FRAME + shown.replace("/srv/shop", folder)
        with supervised(config, GUNICORN_CMD_ARGS=quiet) as server:
            server.reaches("web", "RUNNING")

            def answered() -> bytes:
                try:
                    with socket.socket(socket.AF_UNIX) as connection:
                        connection.connect(f"{folder}/web.sock")
                        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                        return connection.recv(15)
                except OSError:
                    return b""

            assert waited(answered).endswith(b" 200 OK")
            assert "Listening at" in (shop / "log" / "web.log").read_text()  # redirect_stderr


@proves("supervisor-config-minimal", by=BY)
def test_an_unset_variable_keeps_supervisord_from_starting(tmp_path: Path) -> None:
    config = tmp_path / "supervisord.conf"
    config.write_text(f"{FRAME}[program:web]\ncommand=%(ENV_NO_SUCH)s/bin/gunicorn\n")
    (tmp_path / "run").mkdir()
    done = subprocess.run(
        [program("supervisord"), "-n", "-c", config], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "ENV_NO_SUCH" in done.stderr


@pytest.mark.slow
@proves("supervisor-what", by=BY)
def test_it_is_the_parent_and_knows_the_exit_code() -> None:
    config = '[program:it]\ncommand=sh -c "sleep 1.3; exit 7"\nautorestart=false\n'
    with supervised(FRAME + config) as server:
        child = server.reaches("it", "RUNNING")["pid"]
        assert child in children(server.process.pid)
        assert server.reaches("it", "EXITED")["exitstatus"] == 7
