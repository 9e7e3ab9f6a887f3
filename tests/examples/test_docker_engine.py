"""What the Docker cards say of containers, asked of a real engine."""

from __future__ import annotations

import json
import os
import re
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.cards import card
from tests.examples.docker_engine import Engine
from tests.examples.loopback import free_port
from tests.examples.programs import DOCKER_HOST, program
from tests.examples.shop import COMMANDS, IDLE, folder_of

pytestmark = pytest.mark.docker


@pytest.mark.proves(
    "docker-what-is", "docker-package-unit", by=["Docker"], stand_ins=["python:3.13-slim"]
)
def test_a_source_becomes_an_image_and_the_image_a_container(
    engine: Engine, example: Example, tmp_path: Path
) -> None:
    port = free_port()
    text = example(COMMANDS, part="build-run")
    engine.run(text.replace("8000:8000", f"127.0.0.1:{port}:8000"), folder_of(example, tmp_path))
    assert engine.out("docker ps --format '{{.Image}}'") == "shop:1.0"
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/app.py", timeout=5) as answer:
                assert b"WSGI" in answer.read()
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


@pytest.mark.proves("docker-os-virtualization", "docker-image-contents", by=["Docker"])
def test_a_container_has_no_kernel_of_its_own(engine: Engine) -> None:
    assert engine.out("docker run --rm busybox uname -r") == os.uname().release
    size = int(engine.out("docker image inspect -f '{{.Size}}' busybox"))
    assert 1_000_000 < size < 2_500_000
    assert engine.out("docker run --rm busybox find / -xdev -name 'vmlinu*'") == ""
    assert len(engine.out("docker run --rm busybox ps").splitlines()) == 2


@pytest.mark.proves("docker-namespaces", by=["Docker"])
def test_exec_enters_the_view_of_a_container(engine: Engine) -> None:
    engine.run("docker run -d --name web --hostname inside busybox sleep 60")
    assert engine.out("docker exec web hostname") == "inside"
    for kind in ("pid", "net", "mnt", "uts"):
        inside = engine.out(f"docker exec web readlink /proc/1/ns/{kind}")
        assert inside.startswith(f"{kind}:[")
        assert inside != str(Path(f"/proc/self/ns/{kind}").readlink())


@pytest.mark.proves("docker-cgroups", "docker-vs-vm-density", by=["Docker"])
def test_more_memory_than_the_limit_is_death_by_137(engine: Engine, example: Example) -> None:
    printed = engine.run(example(COMMANDS, part="oom"), check=False).stdout
    assert printed == "true 137\n"
    assert "```text output\ntrue 137\n```" in card("docker-cgroups")


@pytest.mark.proves("docker-cgroups", by=["Docker"])
def test_a_worker_that_is_killed_leaves_its_container_running(engine: Engine) -> None:
    worker = "dd if=/dev/zero of=/dev/null bs=256M count=1; echo worker $?; exec sleep 300"
    limits = "--init --memory 64m --memory-swap 64m"
    engine.run(f"docker run -d --name api {limits} busybox sh -c '{worker}'")
    engine.until("docker logs api 2> /dev/null", "worker 137")
    assert engine.out("docker inspect -f '{{.State.Running}}' api") == "true"


@pytest.mark.proves("docker-cgroups", by=["Docker"], stand_ins=["shop:1.0"])
def test_the_limits_are_what_the_options_say(engine: Engine, example: Example) -> None:
    engine.build("shop:1.0", IDLE)
    engine.run(example(COMMANDS, part="limits"))
    limits = "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}"
    half = 512 << 20
    assert engine.out(f"docker inspect -f '{limits}' api") == f"1500000000 {half} {half}"
    engine.run("docker run -d --name plain --memory 64m busybox sleep 300")
    swap = engine.out("docker inspect -f '{{.HostConfig.MemorySwap}}' plain")
    assert int(swap) == 2 * (64 << 20)  # as the card says of the default


@pytest.mark.proves("docker-cgroups", by=["Docker"])
def test_a_program_sees_the_memory_of_the_whole_machine(engine: Engine) -> None:
    inside = engine.out("docker run --rm --memory 64m busybox grep MemTotal /proc/meminfo")
    assert inside in Path("/proc/meminfo").read_text()


@pytest.mark.proves("docker-isolation-myth", by=["Docker"])
def test_a_mount_of_the_host_is_the_host(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "of-the-host").write_text("secret")
    host = "docker run --rm -v /:/host busybox chroot /host /bin/cat"
    assert engine.out(f"{host} {tmp_path / 'of-the-host'}") == "secret"
    assert engine.out(f"{host} /etc/shadow") == Path("/etc/shadow").read_text().strip()


@pytest.mark.proves("docker-isolation-myth", by=["Docker"])
def test_containers_of_a_network_and_of_a_volume_meet(engine: Engine) -> None:
    made = engine.run("docker network create lab", check=False)
    if made.returncode:
        pytest.skip(f"no bridge network can be made here: {made.stderr.strip()}")
    started = engine.run(
        "docker run -d --name db --network lab -v shared:/data busybox"
        " sh -c 'echo hello > /data/f; sleep 60'",
        check=False,
    )
    if started.returncode:
        pytest.skip(f"no container can join a network here: {started.stderr.strip()}")
    address = engine.out("docker inspect -f '{{.NetworkSettings.Networks.lab.IPAddress}}' db")
    said = engine.out("docker run --rm --network lab busybox nslookup db")
    assert "127.0.0.11" in said
    assert f"Address: {address}" in said
    engine.until("docker run --rm -v shared:/data busybox cat /data/f", "hello")


@pytest.mark.proves("docker-root-in-container", by=["Docker"], stand_ins=["python:3.13-slim"])
def test_root_inside_is_root_outside_with_less_power(
    engine: Engine, example: Example, tmp_path: Path
) -> None:
    run = f"docker run --rm -v {tmp_path}:/data"
    engine.run(f"{run} busybox touch /data/by-root")
    assert (tmp_path / "by-root").stat().st_uid == 0
    ours = str(Path("/proc/self/ns/user").readlink())
    assert engine.out("docker run --rm busybox readlink /proc/self/ns/user") == ours
    powers = engine.out("docker run --rm busybox grep CapEff /proc/self/status").split()[1]
    (outside,) = re.findall(r"CapEff:\s*(\w+)", Path("/proc/self/status").read_text())
    assert 0 < int(powers, 16) < int(outside, 16)
    user = example("docker/Dockerfile", part="user")
    engine.build("lab-user", f"FROM python:3.13-slim\n{user}")
    assert engine.out("docker run --rm lab-user id -u") == "10001"
    assert engine.run(f"{run} lab-user touch /data/refused", check=False).returncode != 0


@pytest.mark.proves("docker-vs-vm-startup", "docker-pid1-signals", by=["Docker"])
@pytest.mark.parametrize(
    ("options", "command", "least", "most", "code"),
    [
        ("", '["sleep", "300"]', 4.0, 8.0, "137"),
        ("--init", '["sleep", "300"]', 0.0, 3.0, "143"),
        ("", '["sh", "-c", "trap \\"exit 0\\" TERM; while :; do sleep 0.2; done"]', 0, 3.0, "0"),
        ("", "sleep 300; echo done", 4.0, 8.0, "137"),
    ],
    ids=["exec form", "init", "trap", "shell form"],
)
def test_a_stop_takes_as_long_as_the_first_process_lets_it(
    engine: Engine, options: str, command: str, least: float, most: float, code: str
) -> None:
    engine.build("lab-stop", f"FROM busybox\nCMD {command}\n")
    before = time.monotonic()
    engine.run(f"docker run -d {options} --name web lab-stop")
    assert time.monotonic() - before < 5
    time.sleep(0.5)  # until the shell has set its trap
    before = time.monotonic()
    engine.run("docker stop -t 4 web")
    assert least <= time.monotonic() - before <= most
    assert engine.out("docker inspect -f '{{.State.ExitCode}}' web") == code


@pytest.mark.proves("docker-pid1-signals", by=["Docker"])
def test_a_shell_becomes_its_only_command(engine: Engine) -> None:
    engine.build("lab-shell", "FROM busybox\nCMD sleep 300\n")
    engine.run("docker run -d --name one lab-shell")
    engine.until("docker exec one cat /proc/1/comm", "sleep")
    engine.build("lab-shell", "FROM busybox\nCMD sleep 300; echo done\n")
    engine.run("docker run -d --name two lab-shell")
    assert engine.out("docker exec two cat /proc/1/comm") == "sh"


@pytest.mark.proves("docker-pid1-signals", by=["Docker"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("docker run --no-such-option busybox", 125),
        ("docker run busybox /etc/passwd", 126),
        ("docker run busybox no-such-program", 127),
        ("docker run busybox sh -c 'exit 3'", 3),
        ("docker run --init busybox sh -c 'kill -9 $$'", 137),
    ],
)
def test_an_exit_code_says_who_failed(engine: Engine, command: str, code: int) -> None:
    assert engine.run(command, check=False).returncode == code


@pytest.mark.proves("docker-remote-daemon", by=["Docker"], stand_ins=["ssh"])
def test_a_context_goes_through_ssh(engine: Engine, example: Example, tmp_path: Path) -> None:
    """A stand-in for ssh notes where to, and runs the command here."""
    ssh = tmp_path / "ssh"
    ssh.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path / "asked"}\n'
        f'while [ "$1" != docker ]; do shift; done\nDOCKER_HOST={DOCKER_HOST} exec "$@"\n'
    )
    ssh.chmod(0o755)
    engine.run("docker run -d --name web busybox sleep 60")
    path = f"{tmp_path}:{engine.environment['PATH']}"
    config = {"PATH": path, "DOCKER_CONFIG": str(tmp_path / "config"), "DOCKER_HOST": ""}
    done = engine.run(example(COMMANDS, part="remote"), environment=config)
    assert "web" in done.stdout.splitlines()[-1]
    asked = (tmp_path / "asked").read_text()
    assert "-l deploy" in asked
    assert "10.0.0.5" in asked
    assert "docker system dial-stdio" in asked


@pytest.mark.proves("docker-client-server", by=["Docker"])
def test_the_engine_answers_as_rest_on_its_socket(engine: Engine) -> None:
    engine.run("docker run -d --name web busybox sleep 60")
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(DOCKER_HOST.removeprefix("unix://"))
        one.sendall(b"GET /containers/json HTTP/1.0\r\nHost: docker\r\n\r\n")
        answer = b""
        while more := one.recv(65536):
            answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"200"
    assert json.loads(body)[0]["Names"] == ["/web"]


@pytest.mark.proves("docker-run-chain", by=["Docker"])
def test_the_parent_of_the_first_process_is_the_shim(engine: Engine) -> None:
    engine.run("docker run -d --name web busybox sleep 60")
    pid = engine.out("docker inspect -f '{{.State.Pid}}' web")
    parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    assert "containerd-shim" in Path(f"/proc/{parent}/cmdline").read_text()


@pytest.mark.proves("docker-container-lifecycle", "docker-container", by=["Docker"])
def test_the_states_of_a_container(engine: Engine) -> None:
    def state(command: str) -> str:
        engine.run(command)
        return engine.out("docker inspect -f '{{.State.Status}} {{.State.Pid}}' web")

    assert state("docker create --init --name web busybox sleep 300") == "created 0"
    assert state("docker start web").startswith("running ")
    engine.run("docker exec web touch /kept")
    assert state("docker pause web").startswith("paused ")
    assert state("docker unpause web").startswith("running ")
    assert state("docker stop web") == "exited 0"
    assert "/kept" in engine.out("docker diff web")
    assert state("docker start web").startswith("running ")
    assert state("docker kill web") == "exited 0"
    assert engine.out("docker inspect -f '{{.State.ExitCode}}' web") == "137"
    engine.run("docker rm web")
    assert engine.out("docker ps -aq") == ""


@pytest.mark.proves("docker-container-vs-image", by=["Docker"])
def test_a_container_is_more_than_its_files(engine: Engine, example: Example) -> None:
    engine.build("shop:1.0", "FROM busybox\nRUN echo one > /old && echo two > /gone\n")
    engine.run(
        "docker run -d --name web --restart always --memory 64m -v data:/data shop:1.0"
        " sh -c 'echo more >> /old; rm /gone; echo three > /new; sleep 300'"
    )
    diff, _, inspected = engine.out(example(COMMANDS, part="inspect")).partition("[")
    engine.until("docker diff web | sort | grep -v data", "A /new\nC /old\nD /gone")
    assert set(diff.split("\n")) <= {"A /new", "C /old", "D /gone", "A /data", ""}
    (web,) = json.loads("[" + inspected)
    assert web["State"]["Pid"] > 0
    assert web["HostConfig"]["RestartPolicy"]["Name"] == "always"
    assert web["HostConfig"]["Memory"] == 64 << 20
    assert web["Mounts"][0]["Name"] == "data"
    assert web["NetworkSettings"]["Networks"]
    engine.run("docker restart -t 0 web")
    assert "/new" in engine.out("docker diff web")


# The image of Postgres ends at once if it is to make a database and has no password for it.
NEEDS_A_PASSWORD = '[ -n "$POSTGRES_PASSWORD" ] || exit 1; '


@pytest.mark.proves("docker-volume-bind", by=["Docker"], stand_ins=["postgres:17", "nginx"])
def test_data_outlives_its_container(engine: Engine, example: Example, tmp_path: Path) -> None:
    data = "/var/lib/postgresql/data"
    engine.build(
        "postgres:17", f"FROM busybox\nCMD {NEEDS_A_PASSWORD} date > {data}/made; sleep 300\n"
    )
    says = "FROM busybox\nRUN mkdir -p /etc/nginx && echo of-the-image > /etc/nginx/nginx.conf\n"
    engine.build("nginx", says + "CMD cat /etc/nginx/nginx.conf; ! touch /etc/nginx/nginx.conf\n")
    (tmp_path / "nginx.conf").write_text("of-the-host\n")
    engine.run(example(COMMANDS, part="volumes"), tmp_path)
    assert engine.out("docker wait web") == "0"
    assert engine.out("docker logs web 2> /dev/null") == "of-the-host"
    assert engine.out("docker ps --format '{{.Names}}'") == "db"
    engine.until(f"docker exec db test -s {data}/made && echo made", "made")
    first = engine.out(f"docker exec db cat {data}/made")
    engine.run("docker ps -aq | xargs docker rm -f -v")
    assert engine.out("docker run --rm -v pgdata:/data busybox cat /data/made") == first
    assert (tmp_path / "nginx.conf").read_text() == "of-the-host\n"
    # An empty volume takes what the image has there, a folder of the host hides it.
    look = "nginx cat /etc/nginx/nginx.conf"
    assert engine.out(f"docker run --rm -v conf:/etc/nginx {look}") == "of-the-image"
    (tmp_path / "empty").mkdir()
    hidden = engine.run(f"docker run --rm -v {tmp_path}/empty:/etc/nginx {look}", check=False)
    assert hidden.returncode != 0
    # Without a name, a volume goes with its container.
    engine.run("docker run --name one -v /data busybox true")
    before = len(engine.out("docker volume ls -q").split())
    engine.run("docker rm -v one")
    assert len(engine.out("docker volume ls -q").split()) == before - 1


@pytest.mark.proves(
    "docker-compose-depends", by=["Docker Compose", "Docker"], stand_ins=["postgres:17", "web"]
)
def test_compose_waits_until_the_database_is_healthy(
    engine: Engine, example: Example, tmp_path: Path
) -> None:
    # While it makes its database, Postgres answers on its socket, and not on the network.
    ready = 'ENTRYPOINT ["sh", "-c", "sleep 8; touch /tmp/ready; exec sleep 300"]\n'
    probe = {"pg_isready": '#!/bin/sh\n[ "$1" != -h ] || test -f /tmp/ready\n'}
    put = "FROM busybox\nCOPY pg_isready /bin/\nRUN chmod +x /bin/pg_isready\n"
    engine.build("postgres:17", put + ready, probe)
    engine.build("demo-web", IDLE)
    text = example.file("docker/compose.yaml").read_text("utf-8")
    # Quicker than the card, and on a port that is free.
    text = text.replace("interval: 5s", "interval: 2s").replace("8000:", f"{free_port()}:", 1)
    (tmp_path / "compose.yaml").write_text(text, "utf-8")
    compose = f"{program('docker-compose')} --progress quiet"
    secret = {"DB_PASSWORD": "secret"}

    def gap() -> float:
        done = engine.run(f"{compose} up -d --no-build", tmp_path, environment=secret, check=False)
        if "iptables" in done.stderr or "network" in done.stderr.lower():
            pytest.skip(f"no network for Compose here: {done.stderr.strip()}")
        assert done.returncode == 0, done.stderr
        started = "docker inspect -f '{{.State.StartedAt}}' demo-db-1 demo-web-1"
        db, web = (_seconds(at) for at in engine.out(started).split())
        return web - db

    assert gap() >= 8
    assert engine.out("docker inspect -f '{{.State.Health.Status}}' demo-db-1") == "healthy"
    engine.run(f"{compose} down -t 0", tmp_path, environment=secret)
    plain = re.sub(r"    depends_on:\n      db:\n.*\n", "    depends_on: [db]\n", text)
    assert plain != text
    (tmp_path / "compose.yaml").write_text(plain, "utf-8")
    assert 0 <= gap() < 8


def _seconds(at: str) -> float:
    """The second of a day, in a time as Docker writes it."""
    hours, minutes, seconds = at.partition("T")[2].rstrip("Z").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
