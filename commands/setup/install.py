"""The slow half of set-up, needed once: finds what is missing and installs it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from commands.setup.environment import PYTHON, ROOT, STAMP, VENV, expected
from commands.setup.requirements import DEBIAN, ELSEWHERE, HOMEBREW, LOCKS
from commands.setup.words import SetupError, say, tell

Row = tuple[str, str, str]
Table = Mapping[str, Sequence[Row]]


def install(job: str) -> None:
    """Install what `job` ("unprinted", "build" or "test") needs and write the stamp.

    Raises:
        SetupError: something cannot be installed; its text says what to run.
    """
    with _alone():
        jobs = ("build", "test") if job == "test" else (job,)
        _system(jobs)
        _packages(job)
        if job == "test":
            _browser()
        with open(STAMP, "w", encoding="utf-8") as stamp:
            version = _answer([PYTHON, "-c", "import sys; print(*sys.version_info[:2], sep='.')"])
            lines = [f"python {version}", *(expected(name) for name in jobs)]
            stamp.write("\n".join(lines) + "\n")


def missing(table: Table, jobs: Sequence[str], present: Callable[[str], bool]) -> list[Row]:
    """The rows of `table` for these jobs whose sign `present` does not find."""
    return [row for job in jobs for row in table[job] if not present(row[1])]


def present(sign: str) -> bool:
    """Whether a module, a library, a program or a Homebrew formula is on this machine."""
    kind, _, names = sign.partition(":")
    if kind == "module":
        from importlib.util import find_spec

        return all(find_spec(name) is not None for name in names.split())
    if kind == "library":
        import ctypes

        try:
            ctypes.CDLL(names)
        except OSError:
            return False
        return True
    if kind == "formula":
        prefix = _answer(["brew", "--prefix", names])
        return bool(prefix) and os.path.isdir(prefix)
    # Debian keeps servers out of an ordinary user's PATH.
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
    return any(shutil.which(name, path=folders) for name in names.split())


def release() -> list[str]:
    """The names that /etc/os-release gives this system: its own, then those it is like."""
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            lines = dict(line.strip().split("=", 1) for line in file if "=" in line)
    except OSError:
        return []
    names = lines.get("ID", "") + " " + lines.get("ID_LIKE", "")
    return names.replace('"', "").split()


def _system(jobs: Sequence[str]) -> None:
    mac = sys.platform == "darwin"
    rows = missing(HOMEBREW if mac else DEBIAN, jobs, present)
    if "ubuntu" in release():
        # Ubuntu's chromium is a wrapper that needs snapd; see _browser.
        rows = [row for row in rows if row[0] != "chromium"]
    if not rows:
        return
    packages = [row[0] for row in rows]
    if mac:
        commands, able = [["brew", "install", *packages]], shutil.which("brew") is not None
    elif shutil.which("apt-get"):
        commands, able = debian_commands(packages)
    else:
        _elsewhere(missing(DEBIAN, jobs[:1], present))
        return
    tell(say("needs"))
    for name, _, why in rows:
        tell(f"  {name:22} {why}")
    if not able:
        raise SetupError(say("cannot"), *["  " + " ".join(command) for command in commands])
    for command in commands:
        tell(say("runs", command=" ".join(command)))
        _quietly(command, DEBIAN_FRONTEND="noninteractive")


def debian_commands(packages: Sequence[str]) -> tuple[list[list[str]], bool]:
    """The commands that install Debian packages, and whether this user can run them."""
    update = ["apt-get", "update"]
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if os.geteuid() == 0:
        return [update, command], True
    if shutil.which("sudo") is None:
        both = f"{' '.join(update)} && {' '.join(command)}"
        return [["su", "-c", f"'{both}'"]], False
    allowed = (
        sys.stdin.isatty()
        or subprocess.call(["sudo", "-n", "true"], stderr=subprocess.DEVNULL) == 0
    )
    return [["sudo", *update], ["sudo", *command]], allowed


def _elsewhere(rows: Sequence[Row]) -> None:
    """On other systems: nothing if the libraries are there, else the command for this system."""
    if not rows:
        return
    names = ["windows"] if os.name == "nt" else release()
    known = [ELSEWHERE[name] for name in names if name in ELSEWHERE]
    lines = known[:1] or ["python3 >= 3.11 with venv, pango >= 1.44, harfbuzz-subset"]
    raise SetupError(say("cannot"), *["  " + line for line in lines])


def _packages(job: str) -> None:
    """``.venv`` with exactly the packages of the lock file."""
    lock = os.path.join(ROOT, LOCKS[job])
    tell(say("venv", lock=LOCKS[job]))
    if os.path.exists(STAMP):
        os.unlink(STAMP)
    if not _usable():
        base = _system_python()  # this one may be about to go
        shutil.rmtree(VENV, ignore_errors=True)
        _quietly([base, "-m", "venv", VENV])
    # `python -m pip` works in a folder that was moved; pip's own script would not.
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    _quietly([*pip, "--require-hashes", "--requirement", lock])


def _usable() -> bool:
    """Whether ``.venv`` stands here, was made here, and has the Python that it was made with."""
    version = "import sys; print(sys.prefix, sys.version_info[:2] >= (3, 11))"
    if _answer([PYTHON, "-c", version]) != f"{VENV} True":
        return False
    return bool(_answer([PYTHON, "-m", "pip", "--version"]))


def _system_python() -> str:
    """The Python outside any virtual environment: one in ``.venv`` cannot rebuild it."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    if os.path.dirname(os.path.abspath(base)) == os.path.dirname(PYTHON):
        base = os.path.realpath(base)  # .venv was damaged, so that its Python does not know it
    return base if os.path.exists(base) else sys.executable


def _browser() -> None:
    """Where no Chromium could be installed as a package, playwright's own."""
    if present(DEBIAN["test"][0][1]) or sys.platform == "darwin":
        return
    command = [PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"]
    tell(say("runs", command=" ".join(command)))
    _quietly(command)


def _quietly(command: Sequence[str], **environment: str) -> None:
    """Run a command; show what it printed only if it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=None if sys.stdin and sys.stdin.isatty() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            cwd=ROOT,
        )
    except OSError as error:
        raise SetupError(say("failed", reason=f"{command[0]}: {error}")) from error
    if done.returncode:
        tell(done.stdout.decode("utf-8", "replace").rstrip())
        raise SetupError(say("failed", reason=" ".join(command)))


def _answer(command: Sequence[str]) -> str:
    """What a command prints; empty if it fails or is not there."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time. The lock is the system's, so a killed set-up does not keep it."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        folder = os.open(ROOT, os.O_RDONLY)
    except OSError as error:
        raise SetupError(say("failed", reason=str(error))) from error
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(say("waiting"))
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
