"""The slow part of set-up, which runs once: finds what is missing and installs it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence

from commands.setup.environment import PYTHON, ROOT, STAMP, VENV, job_line
from commands.setup.requirements import (
    DEBIAN,
    ELSEWHERE,
    HOMEBREW,
    LOCKS,
    NOT_ON_UBUNTU,
    SYSTEM,
    UNPACKED,
)
from commands.setup.words import SetupError, say, tell

_PROGRAM = ("commands", "deckpress", "exporters", "releases")
Row = tuple[str, str, str]  # a package, the sign that it is there, and why it is needed
# What pip and apt print where no network can be reached.
_OFFLINE = (
    "ConnectTimeoutError",
    "NameResolutionError",
    "NewConnectionError",
    "ProxyError",
    "Could not connect to ",
    "Could not resolve ",
    "Network is unreachable",
    "Temporary failure resolving",
    "Unable to connect to ",
)
Table = Mapping[str, Sequence[Row]]


def install(job: str) -> None:
    """Install what `job` ("unprinted", "build", "release" or "test") needs, and write the stamp.

    Raises:
        SetupError: something cannot be installed; its text says why and what to run.
    """
    with _lock():
        _install_system_packages(SYSTEM[job])
        _install_python_packages(job)
        if job == "test":
            _install_browser()
            _unpack_server()
        _compile_program()
        with open(STAMP, "w", encoding="utf-8") as stamp:
            version = _output([PYTHON, "-c", "import sys; print(*sys.version_info[:2], sep='.')"])
            stamp.write(f"python {version}\n{job_line(job)}\n")


def _compile_program() -> None:
    """Compile the program's own modules, as pip does with those of packages.

    Otherwise the first command would, and each one where Python is told to write no bytecode.
    """
    folders = [os.path.join(ROOT, name) for name in _PROGRAM]
    _output([PYTHON, "-m", "compileall", "-q", *folders])


def missing(table: Table, jobs: Sequence[str], is_present: Callable[[str], bool]) -> list[Row]:
    """The rows of `table` for these jobs whose sign is not found by `is_present`."""
    return [row for job in jobs for row in table[job] if not is_present(row[1])]


def is_present(sign: str) -> bool:
    """Whether a module, a library, a program or a Homebrew formula is on this machine.

    `sign` is its kind and its name, such as ``program:qpdf``; see `requirements`.
    """
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
        prefix = _output(["brew", "--prefix", names])
        return bool(prefix) and os.path.isdir(prefix)
    # On Debian, an ordinary user's PATH lacks the folder with the servers.
    places = (os.environ.get("PATH", os.defpath), "/usr/sbin", os.path.dirname(PYTHON))
    folders = os.pathsep.join(places)
    return any(shutil.which(name, path=folders) for name in names.split())


def system_names() -> list[str]:
    """The names of this system in /etc/os-release: its own, then those of similar systems.

    Empty if there is no such file.
    """
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            lines = dict(line.strip().split("=", 1) for line in file if "=" in line)
    except OSError:
        return []
    names = lines.get("ID", "") + " " + lines.get("ID_LIKE", "")
    return names.replace('"', "").split()


def _install_system_packages(jobs: Sequence[str]) -> None:
    mac = sys.platform == "darwin"
    rows = missing(HOMEBREW if mac else DEBIAN, jobs, is_present)
    if "ubuntu" in system_names():
        # Chromium comes from elsewhere, see _install_browser; the tests do without Firefox.
        rows = [row for row in rows if row[0] not in NOT_ON_UBUNTU]
    if not mac:
        rows = [row for row in rows if row[0] != UNPACKED]
    if not rows:
        return
    packages = [row[0] for row in rows]
    if mac:
        commands, able = [["brew", "install", *packages]], shutil.which("brew") is not None
    elif shutil.which("apt-get"):
        commands, able = debian_commands(packages)
    else:
        _refuse_missing(missing(DEBIAN, jobs[:1], is_present))
        return
    tell(say("needs"))
    for name, _, why in rows:
        tell(f"  {name:22} {why}")
    if not able:
        raise SetupError(say("cannot"), *["  " + " ".join(command) for command in commands])
    said = ""
    for command in commands:
        tell(say("runs", command=" ".join(command)))
        said = _run_quietly(command, said, DEBIAN_FRONTEND="noninteractive")


def debian_commands(packages: Sequence[str]) -> tuple[list[list[str]], bool]:
    """The commands that install Debian packages, and whether this user can run them."""
    update = ["apt-get", "update"]
    # A fresh machine may be installing its own updates, for a minute or two.
    patience = ["-o", "DPkg::Lock::Timeout=300"]
    command = ["apt-get", *patience, "install", "--yes", "--no-install-recommends", *packages]
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


def _refuse_missing(rows: Sequence[Row]) -> None:
    """Where set-up installs no packages itself: if some are missing, say the command to run."""
    if not rows:
        return
    names = ["windows"] if os.name == "nt" else system_names()
    known = [ELSEWHERE[name] for name in names if name in ELSEWHERE]
    lines = known[:1] or ["python3 >= 3.11 with venv, pango >= 1.44, harfbuzz-subset"]
    raise SetupError(say("cannot"), *["  " + line for line in lines])


def _install_python_packages(job: str) -> None:
    """Make ``.venv`` if it does not work, and install the packages of the lock file."""
    lock = os.path.join(ROOT, LOCKS[job])
    tell(say("venv", lock=LOCKS[job]))
    if os.path.exists(STAMP):
        os.unlink(STAMP)
    if not _usable():
        base = _system_python()  # the running one may be in .venv, which is deleted now
        shutil.rmtree(VENV, ignore_errors=True)
        _run_quietly([base, "-m", "venv", VENV])
    # `python -m pip` works in a folder that was moved; the script `pip` does not.
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    _run_quietly([*pip, "--require-hashes", "--requirement", lock])


def _usable() -> bool:
    """Whether ``.venv`` works: made in this folder, with a Python that is new enough, with pip."""
    version = "import sys; print(sys.prefix, (3, 11) <= sys.version_info[:2] <= (3, 14))"
    if _output([PYTHON, "-c", version]) != f"{VENV} True":
        return False
    return bool(_output([PYTHON, "-m", "pip", "--version"]))


def _system_python() -> str:
    """The Python outside ``.venv``, because the one inside cannot make it again."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    if os.path.dirname(os.path.abspath(base)) == os.path.dirname(PYTHON):
        base = os.path.realpath(base)  # .venv is damaged, and its Python gave itself as the base
    return base if os.path.exists(base) else sys.executable


def _install_browser() -> None:
    """Install playwright's own Chromium where none could be installed as a package."""
    if is_present(DEBIAN["test"][0][1]) or sys.platform == "darwin":
        return
    command = [PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"]
    tell(say("runs", command=" ".join(command)))
    _run_quietly(command)


def _unpack_server() -> None:
    """Unpack the server of the deck's examples into ``.venv``: nobody's machine starts to serve."""
    if is_present(f"program:{UNPACKED}") or shutil.which("apt-get") is None:
        return
    tell(say("unpacks", package=UNPACKED))
    with tempfile.TemporaryDirectory() as folder:
        _run_quietly(["apt-get", "download", UNPACKED], folder=folder)
        for name in os.listdir(folder):
            _run_quietly(["dpkg-deb", "--extract", name, "."], folder=folder)
        shutil.copy(os.path.join(folder, "usr", "sbin", UNPACKED), os.path.dirname(PYTHON))


def pango_command() -> str:
    """The command that installs Pango on this system; without one, what is needed."""
    if sys.platform == "darwin":
        return "brew install pango"
    names = ["windows"] if os.name == "nt" else system_names()
    if "debian" in names:
        packages = [row[0] for row in DEBIAN["build"] if row[1].startswith("library:")]
        return " ".join(["apt-get", "install", *packages])
    return next((ELSEWHERE[name] for name in names if name in ELSEWHERE), "pango >= 1.44")


def _run_quietly(
    command: Sequence[str], said: str = "", *, folder: str = ROOT, **environment: str
) -> str:
    """Run a command in `folder`, and print its output only if it fails; return it after `said`.

    `said` is what commands before it have printed: apt does not fail where it finds no network.

    Raises:
        SetupError: it fails, or cannot be started.
    """
    try:
        done = subprocess.run(
            command,
            stdin=None if sys.stdin and sys.stdin.isatty() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            cwd=folder,
        )
    except OSError as error:
        raise SetupError(say("failed", reason=f"{command[0]}: {error}")) from error
    output = said + done.stdout.decode("utf-8", "replace")
    if done.returncode:
        if any(sign in output for sign in _OFFLINE):
            raise SetupError(say("offline"))
        tell(output.rstrip())
        raise SetupError(say("failed", reason=" ".join(command)))
    return output


def _output(command: Sequence[str]) -> str:
    """What a command prints; empty if it fails or does not exist."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    """Let only one set-up run at a time. The system frees the lock if a set-up is killed."""
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
