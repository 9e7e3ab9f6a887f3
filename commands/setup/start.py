"""The start of every command: makes sure that the right Python runs, with all that it needs.

If everything is there, this only reads one small file.
"""

from __future__ import annotations

import os
import sys

from commands.setup.environment import PYTHON, ROOT, STAMP, VENV, job_line, python_line
from commands.setup.pages import as_options, help_page, version_page
from commands.setup.requirements import LOCKS, PRINTING, RELEASING, SERVES, TESTING, UNPRINTED
from commands.setup.words import SetupError, language, say, tell

TYPE_CHECKING = False  # importing it from `typing` would take longer than all the rest
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

OLDEST = (3, 11)
NEWEST = (3, 14)  # for later ones some locked packages have no wheels
IMPOSSIBLE = 3  # exit code: this machine cannot be set up from here
STARTS = "DECKPRESS_STARTS"  # environment variable: how often .venv's Python was started for this


def ensure_ready(arguments: list[str]) -> list[str]:
    """Return the arguments without ``--no-setup``, in an interpreter that can run the command.

    In that interpreter it returns at once. Where nothing is set up yet, it answers for help and for
    the version itself, and exits with code 0. Otherwise it sets up what is missing and starts
    ``.venv``'s Python, which replaces this process. With ``--no-setup`` it only looks whether the
    Python packages are there. It exits with code 3 if the machine cannot be set up, and with 130
    after Ctrl-C.
    """
    starts = int(os.environ.pop(STARTS, "0"))
    no_setup = "--no-setup" in arguments
    arguments = [argument for argument in arguments if argument != "--no-setup"]
    arguments = as_options(arguments)
    if arguments == ["--version"]:
        _answer(version_page())
    job = _job(arguments)
    if arguments[-1:] == ["--help"] and not (_has_packages() if no_setup else _is_stamped(job)):
        _answer(help_page(arguments, language()))
    if no_setup:
        _require_packages(job)
        return arguments
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        _start_other_python(arguments)
    stamped = _is_stamped(job)
    if stamped and _in_venv():
        return arguments
    # If .venv's Python was started and this is not it, .venv is damaged.
    if not stamped or starts:
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


def _answer(page: str) -> NoReturn:
    import contextlib

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(page)
        sys.stdout.flush()
    sys.exit(0)


def _job(arguments: list[str]) -> str:
    """The job that these arguments ask for: "test", "release", "build" or "unprinted"."""
    command = "".join(arguments[:1])
    if arguments[-1:] == ["--help"]:
        return "unprinted"
    if command in TESTING:
        return "test"
    if command in RELEASING:
        return "release"
    if command in UNPRINTED:
        return "build" if any(option in arguments for option in PRINTING) else "unprinted"
    only = ""
    for index, option in enumerate(arguments):
        if option == "--only":
            only = "".join(arguments[index + 1 : index + 2])
        elif option.startswith("--only="):
            only = option[len("--only=") :]
    outputs = [name.strip() for name in only.split(",")]
    return "unprinted" if only and "pdf" not in outputs else "build"


def _is_stamped(job: str) -> bool:
    """Whether ``.venv`` was set up for this job, or for another that needs more."""
    try:
        with open(STAMP, encoding="utf-8") as stamp:
            lines = stamp.read().splitlines()
    except (OSError, ValueError):
        return False
    if _in_venv() and python_line() not in lines:
        return False  # the system's Python was upgraded, and .venv now runs another one
    jobs = [job, *(larger for larger, served in SERVES.items() if job in served)]
    return any(job_line(name) in lines for name in jobs) and os.path.exists(PYTHON)


def _in_venv() -> bool:
    return os.path.normcase(os.path.abspath(sys.prefix)) == os.path.normcase(VENV)


def _start(command: list[str], **variables: str) -> NoReturn:
    """Replace this process by `command`, with these environment variables set."""
    environment = {**os.environ, **variables}
    if sys.platform == "darwin":
        environment.update(library_folders(environment))
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        import subprocess

        sys.exit(subprocess.call(command, env=environment))
    os.execve(command[0], command, environment)


def library_folders(environment: Mapping[str, str]) -> dict[str, str]:
    """The variable by which Python looks for libraries in the folders of Homebrew, too."""
    paths = [environment.get("DYLD_FALLBACK_LIBRARY_PATH", ""), "/opt/homebrew/lib"]
    paths += ["/usr/local/lib", "/usr/lib"]
    return {"DYLD_FALLBACK_LIBRARY_PATH": ":".join(path for path in paths if path)}


def _start_other_python(arguments: list[str]) -> NoReturn:
    """Start again with another Python of this machine; if none fits, say how to get one."""
    import subprocess
    from shutil import which

    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = which(f"python3.{minor}")
        # A version manager may have a command of that name that does not work.
        if other and subprocess.call([other, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            _start([other, os.path.join(ROOT, "build.py"), *arguments])
    too_old = sys.version_info[:2] < OLDEST
    version = "3.11" if too_old else "{}.{}".format(*NEWEST)
    commands = {"darwin": "brew install python@3.13"}
    hint = say("old-hint", command=commands.get(sys.platform, f"apt-get install python{version}"))
    found = "{}.{}.{}".format(*sys.version_info[:3])
    if too_old:
        tell(say("old", wanted="{}.{}".format(*OLDEST), found=found, hint=hint))
    else:
        tell(say("new", newest="{}.{}".format(*NEWEST), found=found, hint=hint))
    sys.exit(IMPOSSIBLE)


def _require_packages(job: str) -> None:
    """Exit with one sentence if the user's own environment lacks a package."""
    if module := _missing_module(job):
        tell(say("module", module=module, lock=LOCKS[job]))
        sys.exit(IMPOSSIBLE)


def _has_packages() -> bool:
    """Whether this interpreter can print the pages of help as click makes them."""
    return sys.version_info >= OLDEST and not _missing_module("unprinted")


def _missing_module(job: str) -> str:
    """The first module of those that `job` needs that is not installed; empty if all are."""
    from importlib.util import find_spec

    modules = ["click", "yaml", "markdown", "genanki", "platformdirs", "rich"]
    modules += {"build": ["weasyprint"], "release": ["weasyprint", "anki"]}.get(job, [])
    modules += ["weasyprint", "anki", "pytest"] if job == "test" else []
    return next((module for module in modules if find_spec(module) is None), "")
