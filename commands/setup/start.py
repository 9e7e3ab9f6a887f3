"""The start of every command: in the right Python, with everything that the command needs.

When all is there, this looks at one small file and hands over.
"""

from __future__ import annotations

import os
import sys

from commands.setup.environment import PYTHON, ROOT, STAMP, VENV, expected, python
from commands.setup.requirements import LOCKS, SERVES, TESTING
from commands.setup.words import SetupError, say, tell

TYPE_CHECKING = False  # importing `typing` for it would cost more than all the rest
if TYPE_CHECKING:
    from typing import NoReturn

OLDEST = (3, 11)
IMPOSSIBLE = 3  # exit code: this machine cannot be set up from here
STARTS = "DECKPRESS_STARTS"  # in the environment: how often .venv's Python was started for this


def ready(arguments: list[str]) -> list[str]:
    """The arguments for the command, in an interpreter that can run it.

    Returns at once in that interpreter, or with ``--no-setup``. Otherwise it sets up what is
    missing and starts ``.venv``'s Python in the place of this one. Exits with 3 where it cannot.
    """
    starts = int(os.environ.pop(STARTS, "0"))
    managed = "--no-setup" in arguments
    arguments = [argument for argument in arguments if argument != "--no-setup"]
    job = _job(arguments)
    if managed:
        _present(job)
        return arguments
    if sys.version_info < OLDEST:
        _newer_or_stop(arguments)
    stamped = _stamped(job)
    if stamped and _inside():
        return arguments
    if not stamped or starts:  # started by this file, and yet outside: .venv is damaged
        from commands.setup.install import install

        try:
            if starts > 1:
                raise SetupError(say("broken"))
            install(job)
        except SetupError as error:
            tell(str(error))
            sys.exit(IMPOSSIBLE)
        except KeyboardInterrupt:
            sys.exit(130)
    _start([PYTHON, os.path.join(ROOT, "build.py"), *arguments], **{STARTS: str(starts + 1)})


def _job(arguments: list[str]) -> str:
    """What these arguments need: the tests' programs, all that a build takes, or no PDF's."""
    if arguments[:1] and arguments[0] in TESTING:
        return "test"
    only = ""
    for place, option in enumerate(arguments):
        if option == "--only":
            only = "".join(arguments[place + 1 : place + 2])
        elif option.startswith("--only="):
            only = option[len("--only=") :]
    outputs = [name.strip() for name in only.split(",")]
    return "unprinted" if only and "pdf" not in outputs else "build"


def _stamped(job: str) -> bool:
    """Whether ``.venv`` was finished for this job, or for another that needs more."""
    try:
        with open(STAMP, encoding="utf-8") as stamp:
            lines = stamp.read().splitlines()
    except (OSError, ValueError):
        return False
    if _inside() and python() not in lines:
        return False  # the system's Python was upgraded under it
    jobs = [job, *(more for more, served in SERVES.items() if job in served)]
    return any(expected(name) in lines for name in jobs) and os.path.exists(PYTHON)


def _inside() -> bool:
    return os.path.normcase(os.path.abspath(sys.prefix)) == os.path.normcase(VENV)


def _start(command: list[str], **variables: str) -> NoReturn:
    """Put `command` in the place of this process."""
    environment = {**os.environ, **variables}
    if sys.platform == "darwin":
        # Python does not look where Homebrew puts its libraries.
        paths = [environment.get("DYLD_FALLBACK_LIBRARY_PATH", ""), "/opt/homebrew/lib"]
        paths += ["/usr/local/lib", "/usr/lib"]
        environment["DYLD_FALLBACK_LIBRARY_PATH"] = ":".join(path for path in paths if path)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        import subprocess

        sys.exit(subprocess.call(command, env=environment))
    os.execve(command[0], command, environment)


def _newer_or_stop(arguments: list[str]) -> NoReturn:
    """Go on with a newer Python of this machine; without one, say how to get it."""
    import subprocess
    from shutil import which

    for minor in range(14, OLDEST[1] - 1, -1):
        newer = which(f"python3.{minor}")
        # A version manager may have a command of that name that leads nowhere.
        if newer and subprocess.call([newer, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            _start([newer, os.path.join(ROOT, "build.py"), *arguments])
    commands = {"darwin": "brew install python@3.13"}
    hint = say("old-hint", command=commands.get(sys.platform, "apt-get install python3.11"))
    found = "{}.{}.{}".format(*sys.version_info[:3])
    tell(say("old", wanted="{}.{}".format(*OLDEST), found=found, hint=hint))
    sys.exit(IMPOSSIBLE)


def _present(job: str) -> None:
    """One clear line where an environment that somebody else keeps lacks a package."""
    from importlib.util import find_spec

    modules = ["click", "yaml", "markdown", "genanki", "weasyprint"]
    for module in [*modules, *(["pytest"] if job == "test" else [])]:
        if find_spec(module) is None:
            tell(say("module", module=module, lock=LOCKS[job]))
            sys.exit(IMPOSSIBLE)
