"""What a version and each key of a cache stand for besides the source: the whole tool chain."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deckpress import toolchain

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = sorted(toolchain.required_libraries())


def fingerprint(*, printing: bool = True) -> str:
    """The fingerprint as another process finds it."""
    _forget()
    return toolchain.fingerprint(printing=printing)


def _forget() -> None:
    for remembered in (
        toolchain.fingerprint,
        toolchain.tools,
        toolchain._own_hash,
        toolchain._metadata_folders,
    ):
        remembered.cache_clear()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    _forget()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of three files: that of this tree is read for a tenth of a second."""
    for package in ("deckpress", "exporters", "releases"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "code.py").write_text("1")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    monkeypatch.setattr(toolchain, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", [".DS_Store", "code.py~", "code.py.orig", ".history/code.py", "Thumbs.db", "#code.py#"]
)
def test_what_a_system_or_an_editor_leaves_makes_no_other_version(program: Path, name: str) -> None:
    before = fingerprint()
    path = program / "exporters" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("2")
    assert fingerprint() == before


@pytest.mark.parametrize("package", ["deckpress", "exporters", "releases"])
def test_a_change_of_any_own_file_makes_another_version(program: Path, package: str) -> None:
    seen = {fingerprint()}
    for name in ("page.css", "template.jinja", "font.ttf", "code.py"):
        (program / package / name).write_text("new")
        seen.add(fingerprint())
    assert len(seen) == 5


def test_no_file_of_the_program_is_overlooked() -> None:
    command = ["git", "ls-files", *toolchain._PACKAGES]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    suffixes = {Path(name).suffix[1:] for name in listed.stdout.splitlines()}
    assert suffixes - {"md"} <= set(toolchain._FILE_TYPES)


def test_the_libraries_are_all_that_is_required_and_nothing_else() -> None:
    libraries = toolchain.required_libraries()
    assert {"weasyprint", "pypinyin", "pyyaml"} <= libraries.keys()  # directly
    assert {"markupsafe", "tinycss2", "latex2mathml"} <= libraries.keys()  # through others
    assert "brotli" in libraries  # by an extra: weasyprint wants fonttools[woff]
    assert not {"pytest", "anki", "mypy", "playwright", "pip"} & libraries.keys()
    assert "missing" not in libraries.values()


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("library", LIBRARIES)
def test_another_version_of_any_library_makes_another_version(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    before = fingerprint()
    folders = dict(toolchain._metadata_folders())
    other = folders[library].with_name(f"{library.replace('-', '_')}-0.0.0.dist-info")
    told = toolchain._required_by(folders[library])
    required = toolchain._required_by
    monkeypatch.setattr(
        toolchain, "_required_by", lambda folder: told if folder == other else required(folder)
    )
    _forget()
    monkeypatch.setattr(toolchain, "_metadata_folders", lambda: {**folders, library: other})
    assert toolchain.fingerprint(printing=True) != before
    assert toolchain.tools(printing=True)[library] == "0.0.0"
    monkeypatch.undo()


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("library", ["pango", "harfbuzz", "fontconfig"])
def test_another_library_of_the_system_makes_another_version_of_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    printed, shown = fingerprint(), fingerprint(printing=False)
    versions = toolchain.system_libraries()
    assert versions[library][0].isdigit()
    monkeypatch.setattr(toolchain, "system_libraries", lambda: {**versions, library: "1.0"})
    assert fingerprint() != printed
    assert fingerprint(printing=False) == shown
    assert toolchain.tools(printing=True)[library] == "1.0"


def test_installed_as_a_package_it_reads_its_requirements_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deckpress-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: deckpress\nRequires-Dist: Pillow>=9\n"
        "Requires-Dist: not_there\nRequires-Dist: pytest; extra == 'test'\n\nRequires-Dist: text\n"
    )
    monkeypatch.setattr(toolchain, "ROOT", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    _forget()
    libraries = toolchain.required_libraries()
    assert libraries.keys() == {"pillow", "not-there"}
    assert libraries["not-there"] == "missing"
