"""The build as its user meets it: what it prints, what stands in output/, what bad input does."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from commands.main import main
from commands.terminal.console import progress
from releases.messages import message
from tests.history import Folder

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "decks" / "small.md"

Build = Callable[..., int]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the small deck that a test may change."""
    path = tmp_path / "deck" / "small.md"
    path.parent.mkdir()
    path.write_bytes(SMALL.read_bytes())
    return path


@pytest.fixture(scope="module")
def web_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with the page of the small deck."""
    output = tmp_path_factory.mktemp("web") / "output"
    assert build(SMALL, output, "--only", "web") == 0
    return output


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def build(source: Path, output: Path, *options: str) -> int:
    return main(["build", str(source), "--output", str(output), *options])


def test_a_build_says_where_its_files_are(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(SMALL, output) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    head, *rows, to_anki, to_paper = printed.out.splitlines()
    assert "import the .apkg into Anki" in to_anki
    assert ".pdf" in to_paper
    assert "open the .html in a browser" in to_paper
    assert head.startswith("Small deck 1.0.0-dev+")
    assert head.endswith(": 3 cards")
    *files, site = [Path(row.split(maxsplit=2)[2]) for row in rows]
    assert [file.suffix for file in files] == [".apkg", ".txt", *[".pdf"] * 4, ".html"]
    version = (output / "latest").readlink().name
    for file in files:
        assert file.parent.name == version
        assert re.sub("-(update|handbook|selftest|cards)$", "", file.stem) == f"small-{version}"
        assert file.stat().st_size > 1000
    assert site == files[0].parent / "site"
    size = sum(file.stat().st_size for file in site.iterdir())
    assert rows[-1].split()[0] == f"{size / 1000:.0f}"


def test_the_same_again_says_unchanged_and_writes_nothing(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(SMALL, output, "--only", "anki,web")
    before = {path: path.lstat().st_mtime_ns for path in output.rglob("*")}
    capsys.readouterr()

    assert build(SMALL, output, "--only", "anki,web") == 0

    assert "unchanged" in capsys.readouterr().out
    assert {path: path.lstat().st_mtime_ns for path in output.rglob("*")} == before


def test_json_tells_a_program_everything(
    source: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(source.read_text().replace("because", "because\n- glued", 1))
    assert build(source, output, "--json", "--only", "anki,web") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert told["status"] == "published"
    assert told["partial"] is False
    assert told["cards"] == 3
    for artifact in told["artifacts"]:
        assert Path(artifact["path"]).stat().st_size == artifact["size"]

    source.write_text(source.read_text().replace("{#port", "{#socket"))
    assert build(source, output, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert told["status"] == "failed"
    assert told["findings"][0]["line"] == 12


def test_a_selection_is_a_partial_build(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(SMALL, output, "--only", "web", "--section", "one", "--level", "1") == 0
    assert ": 1 card\n" in capsys.readouterr().out
    version = (output / "latest").readlink().name
    assert re.fullmatch(r"1\.0\.0-dev\+[0-9a-f]{10}\.one-level1", version)
    name = version.removesuffix(".one-level1")
    page = (output / "latest" / f"small-One-Basic-{name}.html").read_text()
    assert "What is a socket?" in page
    assert "Which port" not in page
    assert version in page


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--only", "pfd"], "pdf"),
        (["--only", ""], "anki"),
        (["--section", "tow"], "two"),
        (["--tag", "nett"], "net"),
        (["--level", "9"], "1, 2"),
        (["--tier", "cor"], "core"),
        (["--section", "two", "--level", "1"], "no card"),
        (["--frobnicate"], "--frobnicate"),
        (["--level", "high"], "integer"),
    ],
)
def test_a_wrong_command_line_is_exit_2_and_says_what_there_is(
    output: Path, capsys: pytest.CaptureFixture[str], options: list[str], word: str
) -> None:
    assert build(SMALL, output, *options) == 2
    assert word in capsys.readouterr().err
    assert not output.exists()


def test_an_unknown_verb_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chekc"]) == 2
    assert "chekc" in capsys.readouterr().err


def test_without_a_verb_it_builds(output: Path) -> None:
    assert main([str(SMALL), "--output", str(output), "--only", "web"]) == 0
    assert (output / "latest").exists()


def test_errors_end_the_build_with_nothing_written(
    source: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(source, output, "--only", "web")
    before = tree(output)
    text = source.read_text().replace("{{c1::time}}", "time").replace("{{c2::", "{{c0::")
    source.write_text(text.replace("[x] 443", "[ ] 443"))
    capsys.readouterr()

    assert build(source, output, "--only", "web") == 1

    errors = capsys.readouterr().err
    assert "small.md:20:" in errors
    assert "small.md:29:" in errors
    assert tree(output) == before


def test_warnings_do_not_end_it_and_strict_makes_them(
    source: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_text(source.read_text().replace("Because", "Because <font>bold</font>"))
    assert build(source, output, "--only", "web", "--strict") == 1
    assert not output.exists()
    assert build(source, output, "--only", "web") == 0
    assert "small.md:16:" in capsys.readouterr().err


def test_findings_as_github_annotations(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source.write_text(source.read_text().replace("{#port", "{#socket"))
    assert main(["check", str(source), "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith("::error file=")


def test_check_has_a_good_word_for_a_good_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SMALL)]) == 0
    assert "3 cards in 2 sections" in capsys.readouterr().out


def test_check_fix_writes_the_missing_ids_and_nothing_else(source: Path) -> None:
    bare = source.read_bytes().replace(b"{#kernel .cloze", b"{.cloze")
    source.write_bytes(bare)
    assert main(["check", str(source)]) == 1
    assert main(["check", str(source), "--fix"]) == 0
    fixed = source.read_bytes()
    assert fixed != bare
    assert re.sub(rb"\{#[a-z-]+ \.cloze", b"{.cloze", fixed) == bare
    again = source.stat().st_mtime_ns
    assert main(["check", str(source), "--fix"]) == 0
    assert source.stat().st_mtime_ns == again


def test_check_fix_mends_typography_and_says_how_much_of_it(
    source: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    text = source.read_text("utf-8")
    source.write_text(text.replace("One end of", "「套接字,Github」: one end of"), "utf-8")
    assert main(["check", str(source), "--fix", "--strict"]) == 0
    assert "「套接字,GitHub」: one end of" in source.read_text("utf-8")
    assert capsys.readouterr().err.startswith(f"{source.name}: 1 name corrected\n")
    chinese = source.read_text("utf-8").replace("lang: en", "lang: zh-CN")
    source.write_text(chinese, "utf-8")
    assert main(["check", str(source)]) == 0
    assert "D907" in capsys.readouterr().out
    assert main(["check", str(source), "--fix", "--strict"]) == 0
    assert "「套接字，GitHub」：one end of" in source.read_text("utf-8")
    told = capsys.readouterr().err
    assert told.startswith(f"{source.name}: 2 marks widened, 1 space deleted\n")
    assert main(["check", str(source), "--fix"]) == 0
    told = capsys.readouterr().err
    assert told.startswith(f"{source.name}: there was nothing to mend by itself\n")


def test_chinese_authors_are_told_in_chinese(
    source: Path,
) -> None:
    environment = {**os.environ, "LC_ALL": "zh_CN.UTF-8"}
    told = subprocess.run(
        [sys.executable, ROOT / "build.py", "--no-setup", "check", source],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "没有要改的" in told.stdout


BAD = {
    "missing": lambda path: None,
    "a directory": lambda path: path.mkdir(),
    "binary": lambda path: path.write_bytes(b"\x7fELF\0\0\0\1" * 100),
    "not UTF-8": lambda path: path.write_bytes("---\ntitle: 运维\n---\n".encode("gbk")),
    "empty": lambda path: path.write_bytes(b""),
    "blank": lambda path: path.write_bytes(b"\n \n\t\n"),
    "front matter only": lambda path: path.write_text(SMALL.read_text().split("# One")[0]),
    "a 5 MB line": lambda path: path.write_text("x" * 5_000_000),
    "20,000 headings": lambda path: path.write_text("## Question\n" * 20_000),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a broken link": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(make, id=name, marks=[pytest.mark.slow] if "20,000" in name else [])
        for name, make in BAD.items()
    ],
)
def test_bad_input_is_a_clear_error(
    tmp_path: Path,
    output: Path,
    web_build: Path,
    make: Callable[[Path], object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(web_build, output, symlinks=True)
    before = tree(output)
    path = tmp_path / "bad.md"
    make(path)
    capsys.readouterr()

    assert build(path, output, "--only", "web") == 1

    errors = capsys.readouterr().err
    assert "bad.md" in errors
    assert "Traceback" not in errors
    assert tree(output) == before


def test_an_output_folder_that_cannot_be_written_is_a_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "output").write_text("in the way")
    assert build(SMALL, tmp_path / "output", "--only", "web") == 1
    assert "build.py: output: cannot be written" in capsys.readouterr().err
    assert (tmp_path / "output").read_text() == "in the way"


def start(source: Path, output: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, ROOT / "build.py", "--no-setup", str(source), "--output", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell lets what it starts in the background ignore it, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("after", [0.05, 0.6], ids=["loading", "printing"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_stopped_leaves_what_was_there(
    source: Path, output: Path, web_build: Path, number: int, after: float
) -> None:
    shutil.copytree(web_build, output, symlinks=True)
    before = tree(output)
    # So many new cards that no machine prints them before it is stopped.
    cards = (f"## Question {n}? {{#q{n} .net}}\n\nFor {number}, {after}.\n\n" for n in range(600))
    source.write_text(source.read_text("utf-8") + "\n" + "".join(cards), "utf-8")
    process = start(source, output)
    time.sleep(after)
    os.killpg(process.pid, number)  # as Ctrl-C in a terminal
    _, errors = process.communicate(timeout=60)
    assert process.returncode in {130, -number}
    assert "Traceback" not in errors
    assert tree(output) == before


@pytest.mark.slow
def test_any_place_time_and_hash_seed_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for seed in ("1", "77"):
        folder = tmp_path / f"somewhere {seed}"
        folder.mkdir()
        copy = folder / SMALL.name
        copy.write_bytes(SMALL.read_bytes())
        subprocess.run(
            [sys.executable, ROOT / "build.py", "--no-setup", "small.md", "--output", "out"],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC-{seed[0]}", "LC_ALL": "C"},
            check=True,
            capture_output=True,
        )
        made.append(tree(folder / "out"))
        time.sleep(2)
    assert made[0] == made[1]
    assert any(name.endswith(".pdf") for name in made[0])


def test_the_key_of_another_released_deck_is_refused(
    tmp_path: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Folder(tmp_path)
    folder.release()
    (tmp_path / "copy.md").write_text(folder.text.replace("key: tcp", 'key: "tcp" # as before'))
    assert build(tmp_path / "copy.md", output) == 1
    said = capsys.readouterr().err
    assert "copy.md:4:1: D819 deck.md, in the same folder, was released under" in said
    assert not output.exists()

    (tmp_path / "deck.md").unlink()  # then it is the same deck under another name
    assert build(tmp_path / "copy.md", output, "--only", "anki") == 0
    assert "1.0.1-dev+" in capsys.readouterr().out


# Printing


def pages(path: Path) -> int:
    with pikepdf.open(path) as opened:
        return len(opened.pages)


def sheets(output: Path) -> list[str]:
    version = (output / "latest").readlink().name
    found = (output / "latest").glob("*.pdf")
    return sorted(path.name.removeprefix(f"small-{version}") for path in found)


def test_sheets_are_chosen_and_each_way_to_print_has_a_folder_of_its_own(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(SMALL, output, "--only", "pdf", "--sheet", "cards", "--sheet", "handbook") == 0
    assert sheets(output) == ["-cards.pdf", "-handbook.pdf"]
    first = (output / "latest").readlink()
    capsys.readouterr()
    assert build(SMALL, output, "--only", "pdf", "--sheet", "handbook", "--offset", "1.5,-2") == 0
    said = capsys.readouterr()
    assert (output / first).is_dir()
    assert (output / "latest").readlink() != first
    assert "--offset has no effect on the chosen sheets; it is for --sheet cards" in said.err


@pytest.mark.parametrize(
    ("paper", "width", "sheets"),
    [
        ("A5", 148, ("--sheet", "test")),
        *(
            pytest.param(*size, (), marks=pytest.mark.slow)
            for size in (("A5", 148), ("Letter", 216))
        ),
    ],
    ids=["one", "A5", "Letter"],
)
def test_paper_has_the_size_that_was_asked_for(
    output: Path, paper: str, width: int, sheets: tuple[str, ...]
) -> None:
    assert build(SMALL, output, "--only", "pdf", "--paper", paper, *sheets) == 0
    made = list((output / "latest").glob("*.pdf"))
    assert len(made) == (1 if sheets else 4)
    for path in made:
        with pikepdf.open(path) as opened:
            assert round(float(opened.pages[0].mediabox[2]) / 72 * 25.4) == width, path


@pytest.mark.slow
def test_what_does_not_fit_is_refused_with_what_would_help(
    output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "".join(f"## Question {n}? {{#q{n}}}\n\n{'Word ' * 120}\n\n" for n in range(20))
    long = tmp_path / "long.md"
    long.write_text(
        f"---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# One {{#one}}\n\n{body}"
    )
    options = ("--only", "pdf", "--sheet", "handbook", "--fit-pages")
    assert build(long, output, *options, "1") == 1
    said = capsys.readouterr().err
    assert re.search(r"takes \d+ pages in type of 7 points.*; asked for: 1", said)
    assert "--detail short" in said
    assert not output.exists()

    assert build(long, output, *options, "3") == 0
    (path,) = (output / "latest").glob("*.pdf")
    assert 2 <= pages(path) <= 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--only", "anki", "--paper", "A5"), "--only leaves the PDF out"),
        (("--large-print", "--fit-pages", "3"), "exclude each other"),
        (("--offset", "far"), "such as 1.5,-0.8"),
        (("--offset", "50,0"), "of at most 20"),
        (("--columns", "9"), "1<=x<=4"),
        (("--columns", "4", "--paper", "A5"), "at most 3 columns"),
        (("--columns", "3", "--large-print"), "at most 2 columns"),
        (("--per-page", "13"), "try --per-page 12 / 14"),
        (("--per-page", "11", "--paper", "A5"), "try --per-page 10 / 12"),
        (("--paper", "A3"), "'A4', 'A5', 'Letter'"),
    ],
)
def test_printing_that_cannot_be_is_refused(
    output: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    assert build(SMALL, output, *options) == 2
    assert said in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_an_output_that_takes_nothing_more_is_told_in_a_line() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, str(root / "build.py"), "check", str(SMALL), "--no-setup"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=root
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


def test_what_is_being_done_is_shown_without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process with threads cannot be copied, and would render alone."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    before = set(threading.enumerate())
    with progress() as step:
        step(message("exporting", name="anki"))
        assert set(threading.enumerate()) <= before
    assert "anki" in terminal.getvalue()
