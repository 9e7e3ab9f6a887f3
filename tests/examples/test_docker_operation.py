"""What the cards on running containers say, asked of a real engine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.docker_engine import Engine
from tests.examples.loopback import free_port
from tests.examples.programs import program

pytestmark = pytest.mark.docker

OPERATION = "docker/operation.sh"
IDLE = 'FROM busybox\nCMD ["sleep", "300"]\n'
NETWORK = "docker inspect -f '{{.NetworkSettings.Networks.bridge.Gateway}}' web"


@pytest.fixture
def bridge(engine: Engine) -> str:
    """The host's address in the default network, where a container `web` sleeps."""
    engine.run("docker run -d --name web --init busybox sleep 300")
    gateway = engine.run(NETWORK, check=False).stdout.strip()
    if not re.fullmatch(r"[\d.]+", gateway):
        pytest.skip("the engine has no default bridge")
    return gateway


@pytest.mark.proves("docker-network-modes", by=["Docker", "Linux"])
def test_a_network_mode_says_whose_network_a_container_has(engine: Engine, bridge: str) -> None:
    own = "readlink /proc/self/ns/net"
    host, web = engine.out(own), engine.out(f"docker exec web {own}")
    assert engine.out(f"docker run --rm --network host busybox {own}") == host
    assert engine.out(f"docker run --rm --network container:web busybox {own}") == web != host
    links = engine.out("docker run --rm --network none busybox ls /sys/class/net").split()
    assert "lo" in links
    assert "eth0" not in links
    assert "eth0" in engine.out("docker exec web ls /sys/class/net").split()
    told = engine.run(f"docker run --rm --network host -p {free_port()}:80 busybox true")
    assert "discarded" in told.stderr  # the warning that the card speaks of


@pytest.mark.proves("docker-publish-ports", by=["Docker"], stand_ins=["nginx"])
def test_a_port_is_open_if_it_is_published_and_not_if_exposed(
    engine: Engine, bridge: str, example: Example
) -> None:
    page = "FROM busybox\nEXPOSE 80\nRUN mkdir /www && echo hello > /www/index.html\n"
    engine.build("nginx", page + 'CMD ["httpd", "-f", "-p", "80", "-h", "/www"]\n')
    engine.run("docker run -d --name exposed nginx")
    assert engine.out("docker port exposed") == ""
    everywhere, here = free_port(), free_port()
    text = example(OPERATION, "ports").replace("8080", str(everywhere)).replace("8081", str(here))
    random = engine.out(text).splitlines()[-1]
    number = re.fullmatch(r"80/tcp -> .*:(\d+)", random)
    assert number is not None, random
    assert f"0.0.0.0:{everywhere}" in engine.out("docker port all")
    assert engine.out("docker port local") == f"80/tcp -> 127.0.0.1:{here}"
    for port in (everywhere, here, number[1]):
        engine.until(f"curl -s http://127.0.0.1:{port}/", "hello")
    # Among containers, nothing has to be published.
    address = "docker inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' exposed"
    assert engine.out(f"docker exec web wget -qO- http://$({address})/") == "hello"


@contextmanager
def _second_engine(folder: Path) -> Iterator[str]:
    """An engine that may be restarted; gives the address of its socket."""
    options = [f"--{name}={folder / name}" for name in ("data-root", "exec-root", "pidfile")]
    options += ["--bridge=none", "--iptables=false"]
    host = f"unix://{folder}/socket"
    with (folder / "log").open("ab") as log:
        command = [program("dockerd"), f"--host={host}", *options]
        with subprocess.Popen(command, stdout=log, stderr=log) as process:
            try:
                yield host
            finally:
                process.terminate()


@pytest.mark.slow
@pytest.mark.proves("docker-restart-policies", by=["Docker"])
def test_only_always_brings_back_what_was_stopped_by_hand(engine: Engine) -> None:
    """And `on-failure` what was stopped with another code than 0, whatever its documents say."""
    if os.geteuid() != 0 or shutil.which("dockerd", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("no second engine can be started here")
    # An engine's sockets have names that are to be short.
    folder = Path("/tmp") / f"restart-{os.getpid()}"
    folder.mkdir()
    policies = ("no", "on-failure", "always", "unless-stopped")
    obeys = "sh -c 'trap \"exit 0\" TERM; while :; do sleep 0.1; done'"
    try:
        with _second_engine(folder) as host:
            engine.until(f"docker -H {host} info > /dev/null 2>&1; echo $?", "0")
            engine.run(f"docker save busybox | docker -H {host} load")
            run = f"docker -H {host} run -d --network none"
            for policy in policies:
                for name in (policy, f"{policy}-left"):
                    engine.run(f"{run} --restart {policy} --name {name} busybox {obeys}")
            engine.run(f"{run} --restart on-failure --name killed busybox sleep 300")
            engine.run(f"docker -H {host} stop {' '.join(policies)}")
            engine.run(f"docker -H {host} stop -t 0 killed")
            codes = "inspect -f '{{.State.ExitCode}}' always killed"
            assert engine.out(f"docker -H {host} {codes}").split() == ["0", "137"]
        with _second_engine(folder) as host:
            names = f"docker -H {host} ps --format '{{{{.Names}}}}' | sort | xargs"
            engine.until(names, "always always-left killed unless-stopped-left")
            engine.run(f"docker -H {host} ps -aq | xargs docker -H {host} rm -f")
    finally:
        for mount in (folder / "exec-root" / "netns").glob("*"):
            subprocess.run(["umount", str(mount)], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.proves("docker-start-failed", by=["Docker"], stand_ins=["shop:1.0"])
def test_a_container_that_ends_tells_why(engine: Engine, example: Example) -> None:
    engine.build(
        "shop:1.0",
        'FROM busybox\nENTRYPOINT ["sh", "-c", "echo no settings >&2; exit 3"]\n',
    )
    engine.run("docker run -d --name web --restart on-failure:2 shop:1.0")
    engine.until("docker inspect -f '{{.State.Status}} {{.RestartCount}}' web", "exited 2")
    text = example(OPERATION, "failed").replace(" -it ", " -i ")  # there is no terminal
    done = engine.run(text, data=b"echo typed in a shell\n")
    assert "Exited (3)" in done.stdout
    assert "no settings" in done.stderr
    assert re.search(r"^false +2$", done.stdout, re.M)
    assert done.stdout.endswith("typed in a shell\n")
    inside = engine.run("docker exec web sh", check=False)
    assert inside.returncode != 0
    assert "not running" in inside.stderr
    assert engine.out("docker cp web:/etc/passwd - | tar -xO").startswith("root:")


@pytest.mark.proves("docker-logs", by=["Docker"])
def test_a_log_grows_without_end_unless_it_has_one(engine: Engine) -> None:
    write = "busybox sh -c 'yes 0123456789012345 | head -n 6000'"
    engine.run(f"docker run --name plain {write} > /dev/null")
    limits = "--log-opt max-size=20k --log-opt max-file=3"
    engine.run(f"docker run --name short {limits} {write} > /dev/null")
    kept = {}
    for name in ("plain", "short"):
        path = Path(engine.out(f"docker inspect -f '{{{{.LogPath}}}}' {name}"))
        if not os.access(path.parent, os.R_OK):
            pytest.skip("the engine's files are not to be seen from here")
        kept[name] = [file.stat().st_size for file in path.parent.glob("*-json.log*")]
    assert len(kept["plain"]) == 1
    assert kept["plain"][0] > 6000 * 17  # all of it, and what json adds
    assert len(kept["short"]) == 3
    assert sum(kept["short"]) < 70_000
    config = "docker inspect -f '{{.HostConfig.LogConfig}}' plain"
    assert engine.out(config) == "{json-file map[]}"


@pytest.mark.proves("docker-disk-full", by=["Docker"])
def test_a_prune_leaves_volumes_and_images_with_tags(engine: Engine, example: Example) -> None:
    engine.build("lab-kept", "FROM busybox\nLABEL prune=1\n")
    engine.build("lab-moved", "FROM busybox\nLABEL prune=2\n")
    dangling = engine.out("docker image inspect -f '{{.Id}}' lab-moved")
    engine.build("lab-moved", "FROM busybox\nLABEL prune=3\n")
    engine.run("docker run --name ended -v data:/data busybox sh -c 'echo x > /data/x; echo y'")
    root = engine.out("docker info -f '{{.DockerRootDir}}'")
    text = example(OPERATION, "disk").replace("/var/lib/docker", root)
    if not os.access(Path(root, "containers"), os.R_OK):
        text = re.sub(r"^du .*\n", "", text, flags=re.M)  # its folder is not to be seen from here
    said = engine.run(text, data=b"y\n").stdout
    assert "data" in said
    assert "ended" in said
    # Nothing here is ten days old.
    assert "lab-kept" in engine.out("docker images --format '{{.Repository}}'")
    engine.run("docker system prune -f")
    assert engine.out("docker ps -aq") == ""
    assert engine.run(f"docker image inspect {dangling}", check=False).returncode != 0
    assert {"lab-kept", "lab-moved"} <= set(
        engine.out("docker images --format '{{.Repository}}'").split()
    )
    assert engine.out("docker run --rm -v data:/data busybox cat /data/x") == "x"


@pytest.mark.proves("docker-exec-attach", by=["Docker"])
def test_exec_begins_a_process_and_attach_meets_the_first(engine: Engine, example: Example) -> None:
    loop = "trap 'exit 7' INT; while :; do echo tick; sleep 0.2; done"
    engine.run(f'docker run -d --name web busybox sh -c "{loop}"')
    *enter, attach = example(OPERATION, "exec").splitlines()
    text = "\n".join(enter).replace(" -it ", " -i ")
    said = engine.run(text, data=b"echo $$\nexit 3\n", check=False).stdout
    assert int(said.split()[0]) > 1
    assert "uid=0" in said
    assert engine.out("docker inspect -f '{{.State.Running}}' web") == "true"

    def interrupt(command: str) -> None:
        """What Ctrl-C does to a program in a terminal."""
        with subprocess.Popen(
            ["sh", "-c", f"exec {command}"], env=engine.environment, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"tick\n"
            process.send_signal(signal.SIGINT)
            process.wait(30)

    interrupt(attach.partition("#")[0])
    assert engine.out("docker inspect -f '{{.State.Running}}' web") == "true"
    interrupt("docker attach web")
    assert engine.out("docker wait web") == "7"


@pytest.mark.proves("docker-privileged-caps", by=["Docker"])
def test_root_inside_may_not_mount_unless_it_is_privileged(engine: Engine) -> None:
    mount = "busybox mount -t tmpfs none /tmp"
    assert engine.run(f"docker run --rm {mount}", check=False).returncode != 0
    engine.run(f"docker run --rm --cap-add SYS_ADMIN {mount}")
    privileged = engine.run(f"docker run --rm --privileged {mount}", check=False)
    # An engine that has not all rights itself cannot give them.
    assert privileged.returncode == 0 or "unable to apply caps" in privileged.stderr
    link = "busybox ip link set lo mtu 1000"
    assert engine.run(f"docker run --rm {link}", check=False).returncode != 0
    engine.run(f"docker run --rm --cap-drop ALL --cap-add NET_ADMIN {link}")
    # Port 80 takes no right.
    engine.run("docker run -d --name web -u 1000 --cap-drop ALL busybox httpd -f -p 80")
    time.sleep(0.5)
    assert engine.out("docker inspect -f '{{.State.Running}}' web") == "true"


@pytest.mark.proves("docker-cgroup-v2", by=["Docker", "Linux"])
def test_the_kind_of_file_system_tells_the_version(engine: Engine) -> None:
    kind = engine.out("stat -fc %T /sys/fs/cgroup")
    version = engine.out("docker info -f '{{.CgroupVersion}}'")
    assert (kind == "cgroup2fs") is (version == "2")
    limit = {"1": "memory/memory.limit_in_bytes", "2": "memory.max"}[version]
    read = f"docker run --rm --memory 64m busybox cat /sys/fs/cgroup/{limit}"
    assert engine.out(read) == str(64 << 20)


@pytest.mark.proves("docker-volume-backup", by=["Docker"])
def test_a_volume_comes_back_with_its_owners(
    engine: Engine, example: Example, tmp_path: Path
) -> None:
    make = "echo kept > /data/x; chown 999:998 /data/x; chmod 640 /data/x"
    engine.run(f"docker run --rm -v pgdata:/data busybox sh -c '{make}'")
    engine.run(example(OPERATION, "backup"), tmp_path)
    look = "docker run --rm -v pgdata2:/data busybox"
    assert engine.out(f"{look} cat /data/x") == "kept"
    assert engine.out(f"{look} stat -c '%u:%g %a' /data/x") == "999:998 640"
    # What is exported or committed has no volume in it.
    engine.run("docker create --name web -v pgdata:/data busybox true")
    assert "data/x" not in engine.out("docker export web | tar -t")


@pytest.mark.proves("docker-bind-uid", by=["Docker"], stand_ins=["shop:1.0", "sudo"])
def test_a_folder_of_the_host_belongs_to_a_number(
    engine: Engine, example: Example, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give a folder away")
    engine.build(
        "shop:1.0",
        "FROM busybox\nRUN echo app:x:10001:10001::/:/bin/sh >> /etc/passwd\nUSER app\n"
        'CMD ["touch", "/data/made"]\n',
    )
    (tmp_path / "data").mkdir(mode=0o755)
    run = 'docker run --rm -v "$PWD/data:/data" shop:1.0'
    refused = engine.run(run, tmp_path, check=False)
    assert "Permission denied" in refused.stderr
    text = example(OPERATION, "uid").replace("sudo ", "")
    ask, give, other = text.splitlines()
    assert engine.run(ask, tmp_path).stdout == "10001\n"
    engine.run(f"{give}\n{run}", tmp_path)
    assert (tmp_path / "data" / "made").stat().st_uid == 10001
    (tmp_path / "data" / "made").unlink()
    engine.run(other, tmp_path)
    assert (tmp_path / "data" / "made").stat().st_uid == os.geteuid()


@pytest.mark.proves("docker-reach-host", by=["Docker"])
def test_the_host_has_a_name_and_must_listen_where_it_leads(engine: Engine, bridge: str) -> None:
    run = "docker run --rm --add-host host.docker.internal:host-gateway busybox"
    known = engine.out(f"{run} grep host.docker.internal /etc/hosts").split()[0]
    assert known == bridge
    for address, answers in (("0.0.0.0", True), ("127.0.0.1", False)):
        with socket.socket() as service:
            service.bind((address, 0))
            service.listen()
            port = service.getsockname()[1]
            ask = f"{run} nc -w 3 host.docker.internal {port} < /dev/null"
            if answers:
                service.settimeout(60)
                asking = subprocess.Popen(["sh", "-c", ask], env=engine.environment)
                with service.accept()[0]:
                    pass
                asking.wait(60)
            else:
                assert engine.run(ask, check=False).returncode != 0
