"""Makes a bare machine able to run: system packages, ``.venv``, the locked Python packages.

Standard library only, and readable by Python 3.8, so that an old one can say what it lacks. When
all is there it looks at one small file and hands over.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing `typing` for it would cost more than all the rest
if TYPE_CHECKING:
    from typing import NoReturn

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
STAMP = os.path.join(VENV, "deckpress-ready")

OLDEST = (3, 11)
IMPOSSIBLE = 3  # exit code: this machine cannot be set up from here
STARTS = "DECKPRESS_STARTS"  # in the environment: how often .venv's Python was started for this

# What to install for what, by the name of the job: (package, what tells that it is there, why).
# A library is told by its file name, a program by its command, a module by its import.
_VENV = ("python3-venv", "module:ensurepip", "virtual environments")
DEBIAN = {
    "unprinted": (_VENV,),
    "build": (
        _VENV,
        ("libpango-1.0-0", "library:libpango-1.0.so.0", "setting the PDF's text"),
        ("libpangoft2-1.0-0", "library:libpangoft2-1.0.so.0", "setting the PDF's text"),
        ("libharfbuzz-subset0", "library:libharfbuzz-subset.so.0", "small fonts in the PDF"),
    ),
    "test": (
        ("chromium", "program:chromium chromium-browser google-chrome", "testing the page"),
        ("libatomic1", "library:libatomic.so.1", "driving Chromium"),
        ("poppler-utils", "program:pdftotext", "reading the PDF back"),
        ("qpdf", "program:qpdf", "checking the PDF"),
        ("mupdf-tools", "program:mutool", "checking the PDF"),
        ("nginx", "program:nginx", "running the deck's examples"),
        ("default-jre-headless", "program:java", "validating the page"),
    ),
}
HOMEBREW = {
    "unprinted": (),
    "build": (("pango", "formula:pango", "setting the PDF's text"),),
    "test": (
        ("chromium", "program:chromium google-chrome", "testing the page"),
        ("poppler", "program:pdftotext", "reading the PDF back"),
        ("qpdf", "program:qpdf", "checking the PDF"),
        ("mupdf-tools", "program:mutool", "checking the PDF"),
        ("nginx", "program:nginx", "running the deck's examples"),
        # A Mac has a program of that name which only says that there is no Java.
        ("openjdk", "formula:openjdk", "validating the page"),
    ),
}
# Said, not done, on systems that this file does not install on.
ELSEWHERE = {
    "fedora": "sudo dnf install python3 pango",
    "rhel": "sudo dnf install python3.11 pango",
    "arch": "sudo pacman -S python pango",
    "alpine": "sudo apk add python3 py3-pip pango",
    "suse": "sudo zypper install python311 libpango-1_0-0",
    "windows": "pacman -S mingw-w64-ucrt-x86_64-pango   (in an MSYS2 terminal)",
}
LOCKS = {
    "unprinted": "requirements.lock",
    "build": "requirements.lock",
    "test": "requirements-test.lock",
}
# What is set up for a job serves these, too.
SERVES = {"build": ("build", "unprinted")}
# The commands that need the tests' packages, and with them their programs.
TESTING = ("test", "verify-upgrade", "release", "assets")

WORDS = {
    "en": {
        "old": "Python {wanted} or later is needed; this is {found}. {hint}",
        "old-hint": "Install one, such as: {command}",
        "needs": "Setting up, once. Missing here:",
        "runs": "Running: {command}",
        "venv": "Making .venv with the packages of {lock}",
        "cannot": "This machine cannot be set up from here. Run these, then start again:",
        "failed": "Set-up failed: {reason}",
        "module": "{module} is not installed: run without --no-setup, or install {lock}",
        "waiting": "Another set-up is running; waiting for it",
        "broken": "The Python in .venv does not work. Delete .venv, then start again.",
    },
    "zh": {
        "old": "需要 Python {wanted} 或更高版本，这里是 {found}。{hint}",
        "old-hint": "请先安装，例如：{command}",
        "needs": "正在准备环境，只需一次。这里缺少：",
        "runs": "执行：{command}",
        "venv": "正在创建 .venv 并安装 {lock} 中的依赖",
        "cannot": "无法在这台机器上自动准备环境。请执行以下命令，然后重来：",
        "failed": "环境准备失败：{reason}",
        "module": "没有安装 {module}：请去掉 --no-setup，或者安装 {lock}",
        "waiting": "另一个进程正在准备环境，请稍候",
        "broken": ".venv 里的 Python 不能用。请删除 .venv，然后重来。",
    },
}


class SetupError(Exception):
    """Set-up cannot go on; `lines` say why and what to run."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))


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
        from commands.installing import install

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


def say(key: str, **values: object) -> str:
    """A sentence of the table above, in the language of the locale."""
    locale = next(
        (os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), ""
    )
    return WORDS["zh" if locale.lower().startswith("zh") else "en"][key].format(**values)


def tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def expected(job: str) -> str:
    """The stamp's line that says that all that `job` needs is there, in this place."""
    import zlib

    system = repr((DEBIAN[job], HOMEBREW[job])).encode()
    with open(os.path.join(ROOT, LOCKS[job]), "rb") as lock:
        checksum = zlib.crc32(lock.read(), zlib.crc32(system))
    return f"{job} {checksum:08x} {VENV}"


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


def python() -> str:
    """The stamp's line about the interpreter."""
    return "python {}.{}".format(*sys.version_info[:2])


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
