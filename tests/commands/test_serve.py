"""``serve``: an author writes, and sees the page a moment later, with what is wrong above it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.main import main
from tests.commands.author import PATIENCE, Author
from tests.history import Folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# What only the preview has, as expressions that find it in the page.
RELOADING = (
    r"<style>/\* What stands above.*?</style>\n",
    r'<aside id="_panel-of-findings">.*?</aside>\n',
    r'<script data-page="\w+">.*?</script>\n',
    r"; connect-src 'self'",
)


class Reader(Author):
    """An author with a browser beside the terminal."""

    def __init__(self, source: Path, *options: str) -> None:
        super().__init__(source, "serve", source, *options)
        self.url = re.findall(r"http://\S+/", self.reads("http://"))[0]
        self.port = int(self.url.rpartition(":")[2].strip("/"))

    def gets(self, path: str = "/", host: str = "", method: str = "GET") -> HTTPResponse:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request(method, path, headers={"Host": host} if host else {})
            response = connection.getresponse()
            self.body = response.read().decode("utf-8", "replace")
            return response


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """An author whose first lines are read; the tests below are the session in its order."""
    folder = tmp_path_factory.mktemp("served")
    Folder(folder).read()
    author = Reader(folder / "deck.md", "--no-open")
    author.reads("TCP: 3 cards")
    yield author
    author.ends()


@pytest.fixture(scope="module")
def page(author: Reader, chromium: Browser) -> Iterator[Page]:
    """The page as the author has it open all the time."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(author.url)
    yield page
    context.close()


def test_an_edit_appears_at_the_card_that_was_edited(author: Reader, page: Page) -> None:
    from playwright.sync_api import expect

    author.writes("Either side.", "Either of the two sides.")
    answer = page.locator("#who-closes details")
    expect(answer).to_contain_text("Either of the two sides.")
    expect(answer).to_have_attribute("open", "")
    assert page.evaluate("location.hash") == "#who-closes"
    (author.source.parent / "examples" / "open.sh").write_text("curl -v example.org\n")
    expect(page.locator("#who-opens details")).to_contain_text("example.org")
    assert page.evaluate("location.hash") == "#who-opens"


def test_a_finding_appears_above_the_last_good_page_and_goes_when_it_is_mended(
    author: Reader, page: Page
) -> None:
    from playwright.sync_api import expect

    panel = page.locator("#_panel-of-findings")
    expect(panel).to_be_hidden()
    author.writes("{#who-opens", "{#three")
    expect(panel).to_contain_text("deck.md:19:16")
    expect(panel).to_contain_text("1 error")
    expect(page.locator("#who-opens")).to_contain_text("Who opens?")
    author.writes("## Who opens? {#three", "## Who <img src=x onerror=alert(1)> opens? {#three")
    expect(panel).to_contain_text("onerror")
    expect(panel.locator("img")).to_have_count(0)
    author.writes("## Who <img src=x onerror=alert(1)> opens? {#three", "## Who opens? {#who-opens")
    expect(panel).to_be_hidden()
    author.source.rename(author.source.with_suffix(".away"))
    expect(panel).to_contain_text("deck.md")
    author.source.with_suffix(".away").rename(author.source)
    expect(panel).to_be_hidden()


def test_what_is_served_is_the_published_page_but_for_what_reloads_it(
    author: Reader, tmp_path: Path
) -> None:
    assert author.gets().status == 200
    served = author.body
    for expression in RELOADING:
        served, count = re.subn(expression, "", served, count=1, flags=re.DOTALL)
        assert count == 1, expression
    served = re.sub(r"(script-src |style-src )'sha256-[^']+' ('sha256-)", r"\1\2", served)
    assert main(["build", str(author.source), "--output", str(tmp_path), "--only", "web"]) == 0
    (published,) = tmp_path.glob("latest/*.html")
    version = r"1\.0\.0-dev\+\w+(\.only\.web)?"  # a build of the page alone says so
    assert re.sub(version, "", served) == re.sub(version, "", published.read_text("utf-8"))


@pytest.mark.parametrize(
    ("path", "host", "method", "status"),
    [
        ("/", "localhost:{port}", "GET", 200),
        ("/", "evil.example", "GET", 403),
        ("/", "127.0.0.1.evil.example:{port}", "GET", 403),
        ("/", "127.0.0.1:1", "GET", 403),
        ("/events", "evil.example:{port}", "GET", 403),
        ("/", "", "POST", 405),
        ("/", "", "HEAD", 405),
        ("/../deck.md", "", "GET", 404),
        ("/deck.md", "", "GET", 404),
        ("/cheat-sheet.pdf", "", "GET", 404),
    ],
)
def test_it_answers_for_this_machine_alone_and_shows_no_file(
    author: Reader, path: str, host: str, method: str, status: int
) -> None:
    response = author.gets(path, host.format(port=author.port), method)
    assert response.status == status
    assert response.headers["Cache-Control"] == "no-store"
    assert "TCP" not in author.body or status == 200


@pytest.mark.slow
def test_the_cheat_sheet_is_kept_beside_it_and_ctrl_c_ends_all(tmp_path: Path) -> None:
    Folder(tmp_path).read()
    author = Reader(tmp_path / "deck.md", "--pdf", "--poll")
    try:
        end = time.monotonic() + PATIENCE
        while author.gets("/cheat-sheet.pdf").status == 404 and time.monotonic() < end:
            time.sleep(0.1)
        assert author.body.startswith("%PDF-")
        author.gets()
        assert 'href="/cheat-sheet.pdf"' in author.body
        author.writes("Either side.", "Both may.")
        author.reads("TCP: 3 cards")
        author.reads("TCP: 3 cards")
        assert author.leaves() == 0
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("127.0.0.1", author.port))
    finally:
        author.ends()
