"""What containers are made of, without Docker: namespaces, layers, the first process, cgroups."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from releases.proving import Example
from tests.examples.programs import program

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make namespaces and mounts")
# The process that unshare starts is PID 1 of its own namespace.
FIRST = ("--pid", "--fork", "--kill-child")


def unshare(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in new namespaces; skip where the kernel, or a sandbox, allows none."""
    _allowed()
    return subprocess.run(
        [program("unshare"), *arguments], cwd=cwd, capture_output=True, text=True, timeout=60
    )


def namespace(kind: str) -> str:
    """The number of a namespace of ours."""
    return str(Path(f"/proc/self/ns/{kind}").readlink())


def _allowed() -> None:
    trial = subprocess.run(
        [program("unshare"), "--pid", "--fork", "--mount-proc", "--uts", "true"],
        capture_output=True,
        text=True,
    )
    if trial.returncode:
        pytest.skip(f"this machine refuses new namespaces: {trial.stderr.strip()}")


@ROOT
@pytest.mark.proves("docker-namespaces", by=["Linux"])
def test_a_new_view_hides_the_processes_and_keeps_the_host_name(example: Example) -> None:
    _allowed()
    before = os.uname().nodename
    done = subprocess.run(
        ["sh", "-euc", example("linux/namespaces.sh", part="unshare")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    *processes, name = done.stdout.splitlines()[1:]
    assert name == "demo"
    assert [line.split()[-1] for line in processes] == ["sh", "ps"]
    assert processes[0].split()[0] == "1"
    assert os.uname().nodename == before != "demo"


@ROOT
@pytest.mark.proves("docker-namespaces", by=["Linux"])
def test_the_same_number_is_the_same_namespace() -> None:
    kinds = ["pid", "net", "mnt", "uts", "ipc", "user", "cgroup", "time"]
    outside = [namespace(kind) for kind in kinds]
    flags = ("--pid", "--fork", "--net", "--uts", "--mount-proc")
    inside = unshare(*flags, "readlink", *(f"/proc/self/ns/{kind}" for kind in kinds))
    differs = [
        kind
        for kind, one, other in zip(kinds, outside, inside.stdout.split(), strict=True)
        if one != other
    ]
    assert differs == ["pid", "net", "mnt", "uts"]


@ROOT
@pytest.mark.proves("docker-os-virtualization", by=["Linux"])
def test_there_is_one_kernel_inside_and_outside() -> None:
    assert (
        unshare(*FIRST, "--uts", "--mount-proc", "uname", "-r").stdout == f"{os.uname().release}\n"
    )


@ROOT
@pytest.mark.proves("docker-overlayfs", by=["Linux"])
def test_an_overlay_copies_up_and_whites_out(example: Example, tmp_path: Path) -> None:
    text = example("linux/overlay.sh", part="mount")
    # In a mount namespace of its own, so that nothing stays mounted whatever happens.
    done = unshare("--mount", "sh", "-euc", f"{text}\nls merged; cat merged/motd", cwd=tmp_path)
    if done.returncode == 32:  # mount(8): the mount failed
        pytest.skip(f"no overlay can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["motd", "改过的"]
    assert (tmp_path / "lower/motd").read_text("utf-8") == "镜像里的\n"
    assert (tmp_path / "upper/motd").read_text("utf-8") == "改过的\n"
    assert (tmp_path / "lower/junk").exists()
    mark = (tmp_path / "upper/junk").stat()
    assert stat.S_ISCHR(mark.st_mode)
    assert (os.major(mark.st_rdev), os.minor(mark.st_rdev)) == (0, 0)


IGNORES = "import time; print('up', flush=True); time.sleep(60)"
HANDLES = f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); {IGNORES}"


@contextmanager
def first_process(code: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Python as PID 1 of a namespace, with its number outside."""
    unshared = subprocess.Popen(
        [program("unshare"), *FIRST, sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert unshared.stdout is not None
        assert unshared.stdout.readline() == "up\n"
        children = Path(f"/proc/{unshared.pid}/task/{unshared.pid}/children")
        yield unshared, int(children.read_text())
    finally:
        unshared.kill()
        unshared.wait()


@ROOT
@pytest.mark.proves("docker-pid1-signals", by=["Linux"])
def test_the_first_process_does_not_get_a_signal_that_it_does_not_handle() -> None:
    _allowed()
    with first_process(IGNORES) as (unshared, child):
        os.kill(child, signal.SIGTERM)
        time.sleep(0.5)
        assert unshared.poll() is None
        os.kill(child, signal.SIGKILL)
        assert unshared.wait(10) != 0
    with first_process(HANDLES) as (unshared, child):
        os.kill(child, signal.SIGTERM)
        assert unshared.wait(10) == 0
    # Any other process dies of it.
    with subprocess.Popen([sys.executable, "-c", IGNORES], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.terminate()
        assert other.wait(10) == -signal.SIGTERM


@contextmanager
def limited(folder: Path, limit: Path) -> Iterator[Path]:
    folder.mkdir()
    try:
        limit.write_text(str(16 << 20))
        swap = folder / "memory.swap.max"
        if swap.exists():
            swap.write_text("0")
        yield folder / "cgroup.procs"
    finally:
        folder.rmdir()


@ROOT
@pytest.mark.proves("docker-cgroups", by=["Linux"])
def test_the_kernel_kills_who_takes_more_memory_than_the_cgroup_has() -> None:
    top = Path("/sys/fs/cgroup")
    one, limit = (
        (top, "memory.max")
        if (top / "cgroup.controllers").exists()
        else (top / "memory", "memory.limit_in_bytes")
    )
    folder = one / f"deck-{os.getpid()}"
    try:
        with limited(folder, folder / limit) as procs:
            # Python itself may not be in the group: it starts a shell that moves in, then Python.
            take = f"echo $$ > {procs} && exec {sys.executable} -c 'bytearray(200 << 20)'"
            done = subprocess.run(["sh", "-c", take], capture_output=True, timeout=60)
    except OSError as error:
        pytest.skip(f"no memory limit can be set here: {error}")
    assert done.returncode == -signal.SIGKILL


@ROOT
@pytest.mark.proves("docker-root-in-container", by=["Linux"])
def test_a_user_namespace_must_be_asked_for() -> None:
    ours = namespace("user")
    ask = ("readlink", "/proc/self/ns/user")
    assert unshare("--pid", "--fork", "--mount-proc", *ask).stdout.strip() == ours
    mapped = unshare("--user", "--map-root-user", *ask)
    if mapped.returncode:
        pytest.skip(f"this kernel gives no user namespace: {mapped.stderr.strip()}")
    assert mapped.stdout.strip() != ours
