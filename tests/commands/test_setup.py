"""Set-up: what it finds missing, what it runs, and that a machine once set up stays so."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.setup import install, requirements, start, words
from commands.terminal.failures import reason
from exporters.job import PrinterError

ROOT = Path(__file__).resolve().parents[2]
SETUP = sorted(f"commands/setup/{path.name}" for path in Path(start.__file__).parent.glob("*.py"))

# In the place of build.py: the same set-up, and then nothing that needs a package.
_PROGRAM = """\
import sys
from commands.setup.start import ensure_ready
if __name__ == "__main__":
    print(ensure_ready(sys.argv[1:]), sys.prefix)
"""


def _new_project(root: Path) -> Path:
    """A copy of the set-up that locks no packages, on a machine that has all else."""
    (root / "commands" / "setup").mkdir(parents=True)
    for path in ("commands/__init__.py", *SETUP):
        shutil.copy(ROOT / path, root / path)
    (root / "build.py").write_text(_PROGRAM)
    for lock in requirements.LOCKS.values():
        (root / lock).write_text("# no packages\n")
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return _new_project(tmp_path / "project")


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A project that its first command has set up, and what that said."""
    root = _new_project(tmp_path_factory.mktemp("first") / "project")
    return root, run(root, "build", "my.md").stderr


@pytest.fixture
def set_up(first_run: tuple[Path, str], tmp_path: Path) -> Path:
    """The same in another folder, as if it had been set up there."""
    root = shutil.copytree(first_run[0], tmp_path / "project", symlinks=True)
    stamp = root / ".venv" / "deckpress-ready"
    stamp.write_text(stamp.read_text().replace(str(first_run[0]), str(root)))
    assert not goes_to_work(root)
    return root


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, root / "build.py", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "LC_ALL": "C", **environment},
    )


def goes_to_work(root: Path, *arguments: str) -> bool:
    """Whether a run starts the work inside ``.venv``. Returns whether it set anything up first."""
    done = run(root, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{list(arguments)} {root / '.venv'}\n"
    return done.stderr != ""


@pytest.mark.slow
def test_the_first_run_sets_up_and_the_second_goes_straight_to_work(
    first_run: tuple[Path, str],
) -> None:
    project, said = first_run
    assert "Making .venv with the packages of requirements.lock" in said
    assert not goes_to_work(project, "build", "my.md")


@pytest.mark.slow
def test_a_moved_project_is_set_up_where_it_stands(set_up: Path) -> None:
    moved = set_up.rename(set_up.with_name("moved elsewhere"))
    assert goes_to_work(moved)
    assert not goes_to_work(moved)


@pytest.mark.slow
def test_other_locked_packages_are_installed(set_up: Path) -> None:
    (set_up / "requirements.lock").write_text("# still no packages\n")
    assert goes_to_work(set_up)
    assert not goes_to_work(set_up)


@pytest.mark.slow
def test_a_system_package_that_a_new_version_needs_is_looked_for(set_up: Path) -> None:
    file = set_up / "commands" / "setup" / "requirements.py"
    file.write_text(file.read_text().replace('"virtual environments"', '"environments"'))
    assert goes_to_work(set_up)
    assert not goes_to_work(set_up)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["pyvenv.cfg", "bin/python", "deckpress-ready"])
def test_a_damaged_environment_is_mended(set_up: Path, damage: str) -> None:
    (set_up / ".venv" / damage).unlink()
    assert goes_to_work(set_up)
    assert not goes_to_work(set_up)


@pytest.mark.slow
def test_an_environment_that_cannot_be_mended_ends_and_says_so(set_up: Path) -> None:
    done = run(set_up, **{start.STARTS: "2", "LC_ALL": "zh_CN.UTF-8"})
    assert done.returncode == start.IMPOSSIBLE
    assert done.stderr == ".venv 里的 Python 不能用。请删除 .venv，然后重来。\n"


@pytest.mark.slow
def test_a_lock_that_cannot_be_installed_shows_why_and_leaves_no_stamp(set_up: Path) -> None:
    (set_up / "requirements.lock").write_text("no-such-package-anywhere==1.0\n")
    for _ in range(2):
        done = run(set_up)
        assert done.returncode == start.IMPOSSIBLE
        assert "hash" in done.stderr
        assert "Traceback" not in done.stderr


def test_set_up_imports_nothing_that_has_to_be_installed(project: Path) -> None:
    program = (
        "import sys; before = set(sys.modules)\n"
        "import commands.setup.start, commands.setup.install\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(new - sys.stdlib_module_names)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=project, capture_output=True, text=True
    )
    assert done.stdout == "{'commands'}\n"


def test_with_all_there_only_a_handful_of_modules_is_loaded() -> None:
    program = "import sys; import commands.setup.start; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert not {"subprocess", "typing", "pathlib", "re"} & (
        set(done.stdout.split()) - set(_bare_modules())
    )


def _bare_modules() -> list[str]:
    command = [sys.executable, "-c", "import sys; print(*sys.modules)"]
    return subprocess.run(command, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("path", ["build.py", "commands/__init__.py", *SETUP])
def test_an_old_python_can_read_it(path: str) -> None:
    ast.parse((ROOT / path).read_text("utf-8"), feature_version=(3, 8))


def test_an_old_python_says_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", str(tmp_path))  # no newer one either
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(SystemExit) as stop:
        start.ensure_ready([])
    assert stop.value.code == start.IMPOSSIBLE
    assert "Python 3.11 or later is needed; this is 3.9.2" in capsys.readouterr().err


def test_a_python_that_is_too_new_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 15, 0))
    monkeypatch.setenv("PATH", str(tmp_path))  # no older one either
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(SystemExit) as stop:
        start.ensure_ready([])
    assert stop.value.code == start.IMPOSSIBLE
    said = capsys.readouterr().err
    assert said.startswith("Python 3.14 is the newest that this works with; this is 3.15.0. ")


@pytest.mark.parametrize(
    ("printed", "offline"),
    [
        (
            "W: Failed to fetch x  Temporary failure resolving 'x'\nE: Unable to locate package y",
            True,
        ),
        (
            "NewConnectionError('<...>: [Errno 101]')\nERROR: No matching distribution found for y",
            True,
        ),
        ("ERROR: No matching distribution found for y", False),
    ],
)
def test_no_network_is_told_as_that(
    printed: str, offline: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    (tmp_path / "printed").write_text(printed)
    with pytest.raises(words.SetupError) as stop:
        install._run_quietly(["sh", "-c", "cat printed; exit 1"], folder=str(tmp_path))
    assert ("needs the network" in str(stop.value)) == offline


def test_what_earlier_commands_printed_counts_too(tmp_path: Path) -> None:
    """apt-get update ends well without a network; only apt-get install fails, for lack of lists."""
    said = install._run_quietly(["echo", "Temporary failure resolving 'x'"])
    with pytest.raises(words.SetupError, match=r"network|网络"):
        install._run_quietly(["false"], said)


def test_the_tests_nginx_is_unpacked_and_not_installed(machine: Machine) -> None:
    (ran,) = {line for line in machine("apt-get", id="debian", job="test") if "install" in line}
    assert "chromium" in ran
    assert "nginx" not in ran


@pytest.mark.parametrize(("id", "installed"), [("debian", True), ("ubuntu", False)])
def test_browsers_are_installed_where_they_are_packages(
    machine: Machine, id: str, installed: bool
) -> None:
    (ran,) = {line for line in machine("apt-get", id=id, job="test") if "install" in line}
    for browser in ("chromium", "firefox-esr"):
        assert (browser in ran) is installed


@pytest.mark.parametrize("job", ["build", "release"])
def test_a_release_needs_no_program_of_the_tests(job: str) -> None:
    packages = {row[0] for name in requirements.SYSTEM[job] for row in requirements.DEBIAN[name]}
    assert packages == set(_PACKAGES.split())
    lock = (ROOT / requirements.LOCKS["release"]).read_text("utf-8")
    assert lock.startswith("anki==")
    assert "playwright" not in lock


@pytest.mark.parametrize(
    ("platform", "names", "command"),
    [
        ("darwin", [], "brew install pango"),
        ("linux", ["ubuntu", "debian"], "apt-get install libpango-1.0-0 libpangoft2-1.0-0"),
        ("linux", ["fedora"], "sudo dnf install python3 pango"),
        ("linux", [], "pango >= 1.44"),
    ],
)
def test_a_missing_pango_is_told_with_what_to_install(
    platform: str, names: list[str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(install, "system_names", lambda: names)
    assert command in reason(PrinterError(reason="no libpango"))


def test_an_environment_of_ones_own_without_a_package_says_which() -> None:
    done = subprocess.run(
        [sys.executable, "-S", ROOT / "build.py", "--no-setup"],
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONPATH": ""},
    )
    assert done.returncode == start.IMPOSSIBLE
    assert done.stderr.startswith("click is not installed: ")
    assert "requirements.lock" in done.stderr


Machine = Callable[..., list[str]]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A function that makes a machine which has some programs and nothing else, and answers the
    commands that set-up ran on it.
    """
    log = tmp_path / "commands"
    log.write_text("")

    def make(
        *programs: str,
        platform: str = "linux",
        root: bool = True,
        id: str = "",
        job: str = "build",
        has: str = "",
    ) -> list[str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in programs:
            (folder / name).write_text(f'#!/bin/sh\necho "{name} $*" >> "{log}"\n')
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}")
        monkeypatch.setenv("LC_ALL", "C")
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
        monkeypatch.setattr(install, "is_present", lambda sign: sign == has)
        monkeypatch.setattr(install, "system_names", lambda: [id])
        install._install_system_packages(requirements.SYSTEM[job])
        return log.read_text().splitlines()

    return make


_PACKAGES = "python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
_INSTALL = f"-o DPkg::Lock::Timeout=300 install --yes --no-install-recommends {_PACKAGES}"


def test_root_on_debian_installs_and_says_what_and_why(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = machine("apt-get", id="debian")
    assert ran == ["apt-get update", f"apt-get {_INSTALL}"]
    said = capsys.readouterr().err
    for package, _, why in requirements.DEBIAN["build"]:
        assert any(package in line and why in line for line in said.splitlines())


def test_a_user_with_sudo_installs_with_it(machine: Machine) -> None:
    ran = machine("apt-get", "sudo", root=False, id="ubuntu")
    assert ran[-2:] == ["sudo apt-get update", f"sudo apt-get {_INSTALL}"]


@pytest.mark.parametrize(
    ("made", "command"),
    [
        ({"programs": ["apt-get"], "root": False}, f"su -c 'apt-get update && apt-get {_INSTALL}'"),
        ({"programs": [], "platform": "darwin"}, "brew install pango"),
        ({"programs": [], "id": "fedora"}, "sudo dnf install python3 pango"),
        ({"programs": [], "id": "arch"}, "sudo pacman -S python pango"),
        ({"programs": [], "id": "plan9"}, "pango >= 1.44"),
    ],
)
def test_where_it_cannot_install_it_says_the_exact_command(
    machine: Machine, made: dict[str, object], command: str
) -> None:
    programs = made.pop("programs")
    assert isinstance(programs, list)
    with pytest.raises(words.SetupError) as stop:
        machine(*programs, **made)
    assert command in str(stop.value)


def test_a_mac_with_homebrew_gets_pango(machine: Machine) -> None:
    assert machine("brew", platform="darwin") == ["brew install pango"]


@pytest.mark.parametrize(
    ("arguments", "job"),
    [
        ([], "build"),
        (["--only", "anki,web"], "unprinted"),
        (["build", "my.md", "--only=web"], "unprinted"),
        (["--only", "anki", "--only", "pdf, web"], "build"),
        (["--only"], "build"),
        (["check"], "unprinted"),
        (["check", "--fix", "my.md"], "unprinted"),
        (["diff", "1.0.0"], "unprinted"),
        (["clean"], "unprinted"),
        (["publish", "release", "--tag", "v1.0.0"], "unprinted"),
        (["verify", "output/1.0.0"], "unprinted"),
        (["verify", "output/1.0.0", "--rebuild"], "build"),
        (["release", "--tag"], "release"),
        (["assets", "release", "--tag", "v1.0.0"], "release"),
        (["verify-upgrade", "old.apkg", "new.apkg"], "release"),
        (["test", "-k", "cloze"], "test"),
    ],
    ids=" ".join,
)
def test_only_what_is_asked_for_has_to_be_there(arguments: list[str], job: str) -> None:
    assert start._job(arguments) == job


def test_without_the_pdf_no_library_is_needed(machine: Machine) -> None:
    """As on Windows, which has Pango nowhere that a program could install it from."""
    assert machine(id="windows", job="unprinted", has="module:ensurepip") == []


def test_deck_and_page_are_made_without_the_library_of_the_pdf(tmp_path: Path) -> None:
    deck = ROOT / "tests" / "fixtures" / "decks" / "small.md"
    program = (
        "import sys; sys.modules['weasyprint'] = None\n"
        "from commands.main import main\n"
        f"sys.exit(main(['build', {str(deck)!r}, '--only', 'anki,web', '--output', 'made']))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "made" / "latest").glob("*.html"))


@pytest.mark.slow
def test_what_was_set_up_without_the_pdf_is_completed_for_it(set_up: Path) -> None:
    (set_up / ".venv" / "deckpress-ready").unlink()
    assert goes_to_work(set_up, "--only", "web")
    assert not goes_to_work(set_up, "--only", "anki,web")
    assert goes_to_work(set_up)
    assert not goes_to_work(set_up, "--only", "web")


def test_both_languages_say_the_same() -> None:
    assert words.WORDS["en"].keys() == words.WORDS["zh"].keys()
