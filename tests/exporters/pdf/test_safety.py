"""While printing, nothing is read but the deck's own pictures and the bundled fonts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from deckpress.model import Asset, Card, Deck, Picture, Section
from exporters.pdf import export
from exporters.pdf.weasy.fetcher import AssetFetcher
from tests.exporters.pdf_reading import HANDBOOK, bitmaps, body
from tests.exporters.samples import VERSION, card, deck

MARKDOWN = """<p>前文<img src="{url}" alt="没有"><a href="{url}">链接</a></p>
<p><img src="asset:../../etc/passwd" alt="上级"></p><p>后文</p>"""

SVG = """<?xml version="1.0"?>
<?xml-stylesheet type="text/css" href="{url}"?>
<!DOCTYPE svg [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
  width="200" height="80">
  <style>@import url("{url}"); text {{ fill: url({url}#a) }}
    @font-face {{ font-family: spy; src: url("{url}") }}</style>
  <image href="{url}" width="20" height="20"/>
  <image xlink:href="{url}" width="20" height="20"/>
  <image href="../{url}" width="20" height="20"/>
  <use href="{url}#a"/>
  <text x="5" y="40" font-family="spy">图中的字</text>
</svg>"""

# A drawing; of pictures in an address only bitmaps are shown.
DATA_ADDRESS = "data:image/svg+xml;base64,PHN2Zy8+"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[str]]]:
    """A web server that would gladly hand out a picture, and the paths asked of it."""
    asked: list[str] = []
    picture = _picture()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(picture)

        def log_message(self, *arguments: object) -> None:
            pass

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/a.png", asked
    running.shutdown()
    running.server_close()


def test_nothing_outside_the_deck_is_fetched(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = server
    secret = tmp_path / "secret.png"
    secret.write_bytes(_picture())
    cards = []
    assets = {}
    for number, url in enumerate((address, secret.as_uri(), "file:///etc/passwd", DATA_ADDRESS)):
        name = f"drawing-{number}.svg"
        assets[name] = Asset(name, "image/svg+xml", SVG.format(url=url).encode())
        cards.append(card(f"md-{number}", "问", MARKDOWN.format(url=url)))
        cards.append(card(f"svg-{number}", "问", ("<p>", Picture(name, "图", 200, 80), "</p>")))
    (artifact,) = export(_deck(cards, assets), VERSION, HANDBOOK)
    text = body(artifact.data)
    assert asked == []
    assert len(bitmaps(artifact.data)) == 0
    assert "root:" not in text
    assert text.count("前文") == text.count("后文") == 4


def test_the_decks_own_pictures_are_printed() -> None:
    name = "own.png"
    shown = card("own", "问", ("<p>", Picture(name, "图", 40, 40), "</p>"))
    assets = {name: Asset(name, "image/png", _picture())}
    (artifact,) = export(_deck([shown], assets), VERSION, HANDBOOK)
    assert len(bitmaps(artifact.data)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "http://127.0.0.1:1/",
        "https://example.org/a.png",
        "ftp://127.0.0.1/",
        DATA_ADDRESS,
        "asset:other.png",
        "asset:own.png?x",
        "Asset:own.png",
        "own.png",
    ],
)
def test_every_other_address_is_refused(url: str) -> None:
    fetcher = AssetFetcher({"own.png": Asset("own.png", "image/png", b"")})
    with pytest.raises(ValueError, match="own pictures"):
        fetcher.fetch(url)


def test_an_asset_is_served_with_its_type() -> None:
    fetcher = AssetFetcher({"own.png": Asset("own.png", "image/png", b"bytes")})
    response = fetcher.fetch("asset:own.png")
    assert (response.read(), response.content_type) == (b"bytes", "image/png")


def _deck(cards: list[Card], assets: dict[str, Asset]) -> Deck:
    made = deck(Section("s", "节", (), tuple(cards)))
    return Deck(made.name, made.meta, made.sections, assets, made.source)


def _picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8), (163, 57, 42)).save(buffer, "PNG")
    return buffer.getvalue()
