"""``build --watch``: an author writes, and finds each build a moment later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.main import main
from tests.commands.author import Author
from tests.history import DECK, Folder


class Builder(Author):
    """An author who looks at the page of the last build."""

    def __init__(self, source: Path, output: Path) -> None:
        super().__init__(source, "--watch", source, "--only", "web", "--output", output)
        self.output = output

    def page(self) -> str:
        return (self.output / "latest" / "site" / "index.html").read_text("utf-8")


def written(folder: Path) -> Path:
    """A source in that folder, with the file that it shows."""
    Folder(folder).read()
    return folder / "deck.md"


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """An author at work; the tests below are the session in its order."""
    folder = tmp_path_factory.mktemp("watched")
    author = Builder(written(folder), folder / "output")
    yield author
    author.ends()


def test_each_save_is_a_build(author: Builder) -> None:
    author.reads("Watching")
    author.reads("TCP 1.0.0-dev+")
    author.writes("Either side.", "Either of the two sides.")
    author.reads("TCP 1.0.0-dev+")
    assert "Either of the two sides." in author.page()
    (author.source.parent / "examples" / "open.sh").write_text("curl -v example.org\n")
    author.reads("TCP 1.0.0-dev+")
    assert "example.org" in author.page()


def test_what_is_wrong_is_told_and_the_last_build_stays(author: Builder) -> None:
    author.writes("{#who-closes", "{#three")
    author.reads(f"{author.source.name}:")
    author.reads("build.py:")
    assert "Either of the two sides." in author.page()
    author.writes("{#three .closing", "{#who-ends .closing")
    author.reads("TCP 1.0.0-dev+")
    assert "who-ends" in author.page()
    author.source.unlink()
    author.reads("build.py:")
    author.source.write_text(DECK, "utf-8")
    author.reads("TCP 1.0.0-dev+")


def test_only_the_last_of_its_own_builds_stay_and_ctrl_c_ends_it(author: Builder) -> None:
    main(["build", str(author.source), "--output", str(author.output), "--only", "anki"])
    for answer in "abcde":
        author.writes("Either side", f"Either side {answer}")
        author.reads("TCP 1.0.0-dev+")
    assert author.leaves() == 0
    builds = [path for path in author.output.iterdir() if path.name != "latest"]
    assert sum(any(path.glob("*.html")) for path in builds) == 3
    assert sum(any(path.glob("*.apkg")) for path in builds) == 1


@pytest.mark.parametrize("option", ["--json", "--release"])
def test_it_goes_with_no_option_that_is_for_one_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert main(["build", str(written(tmp_path)), "--watch", option]) == 2
    assert "--watch" in capsys.readouterr().err
