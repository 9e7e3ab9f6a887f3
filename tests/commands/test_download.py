"""`check --fix --download` against a server on this machine: what moves in, and what is refused."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from commands import download
from commands.main import main

_FRONT = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\nhomepage: https://e.org\n---\n\n"
_DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4"/></svg>'


def _picture(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(made, kind)
    return made.getvalue()


_PAGES = {
    "/A%20Proxy.png?size=2": _picture("PNG"),
    "/photo": _picture("JPEG"),
    "/drawing.svg": _DRAWING,
    "/wrong-name.png": _picture("GIF"),
    "/page.png": b"<!doctype html><title>Please log in</title>",
    "/active.svg": _DRAWING.replace(b"<path", b"<script>alert(1)</script><path"),
    "/huge.png": b"\x89PNG\r\n\x1a\n" + bytes(300_000),
}
_REDIRECTS = {
    "/moved.png": "/photo",
    "/round.png": "/round.png",
    "/file.png": "file:///etc/hostname",
    "/ftp.png": "ftp://127.0.0.1/x.png",
}


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in _REDIRECTS:
            self.send_response(302)
            self.send_header("Location", _REDIRECTS[self.path])
            self.end_headers()
            return
        page = _PAGES.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "deck.md"


def _write(deck: Path, answer: str) -> str:
    text = f"{_FRONT}# S {{#s}}\n\n## Q? {{#q}}\n\n{answer}\n"
    deck.write_bytes(text.encode())
    return text


def test_pictures_move_in_and_all_else_stays(
    deck: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = _write(
        deck,
        f'Two: ![one]({server}/A%20Proxy.png?size=2 "title") and ![two](<{server}/photo>).\r\n\r\n'
        f'<img width="30" src="{server}/drawing.svg" alt="three">\r\n\r\n'
        f"- ![four]({server}/wrong-name.png){{width=20}}, again ![five]({server}/photo)\r\n"
        f"- ![six][name], [a link]({server}/photo), `![no]({server}/photo)`\r\n"
        f"- ![seven]({server}/moved.png)\r\n\r\n[name]: {server}/photo\r\n",
    )
    assert main(["check", str(deck), "--fix", "--download"]) == 0
    said = capsys.readouterr()
    assert "7 pictures fetched into figures/" in said.err
    fresh = deck.read_bytes().decode()
    names = sorted(path.name for path in (deck.parent / "figures").iterdir())
    assert [name.rpartition("-")[0] for name in names] == [
        *("a-proxy", "drawing", "moved", "photo", "wrong-name")
    ]
    assert [name.rpartition(".")[2] for name in names] == ["png", "svg", "jpg", "jpg", "gif"]
    paths = dict(zip("abcde", (f"figures/{name}" for name in names), strict=True))
    expected = text.replace("[six][name]", f"[six]({paths['d']})")
    for kind, address, path in (
        ("![one](", f"{server}/A%20Proxy.png?size=2", paths["a"]),
        ("![two](<", f"{server}/photo", paths["d"]),
        ('src="', f"{server}/drawing.svg", paths["b"]),
        ("![four](", f"{server}/wrong-name.png", paths["e"]),
        ("![five](", f"{server}/photo", paths["d"]),
        ("![seven](", f"{server}/moved.png", paths["c"]),
    ):
        expected = expected.replace(kind + address, kind + path)
    assert fresh == expected

    assert main(["check", str(deck), "--fix", "--download"]) == 0
    assert "no picture was fetched" in capsys.readouterr().err
    assert deck.read_bytes().decode() == fresh


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nowhere.png", "the server answers 404"),
        ("/page.png", "it is no PNG, JPEG, GIF, WebP or SVG"),
        ("/active.svg", "not safe to show"),
        ("/huge.png", "it has more than"),
        ("/round.png", "the server answers 302"),
        ("/file.png", "the server answers 302"),
        ("/ftp.png", "leads on to `ftp://127.0.0.1/x.png`"),
    ],
)
def test_what_cannot_be_fetched_is_one_finding_and_stays(
    deck: Path,
    server: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    reason: str,
) -> None:
    monkeypatch.setattr(download, "_LARGEST", 200_000)
    text = _write(deck, f"![one]({server}{path})")
    assert main(["check", str(deck), "--fix", "--download"]) == 1
    said = capsys.readouterr()
    assert f"deck.md:13:8: D520 `{server}{path}` could not be fetched: " in said.out
    assert reason in said.out
    assert "1 error, 0 warnings" in said.out
    assert deck.read_text() == text
    assert not (deck.parent / "figures").exists()


def test_a_server_that_says_nothing_is_not_waited_for(
    deck: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_SILENCE", 0.2)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as silent:  # it never answers
        text = _write(deck, f"![one](http://127.0.0.1:{silent.server_port}/x.png)")
        assert main(["check", str(deck), "--fix", "--download"]) == 1
    assert "no answer came within" in capsys.readouterr().out
    assert deck.read_text() == text


def test_a_build_and_a_check_fetch_nothing(
    deck: Path, server: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(download, "fetch", asked.append)
    _write(deck, f"![one]({server}/photo)")
    for command in (["check"], ["check", "--fix"], ["build", "--only", "anki"]):
        assert main([command[0], str(deck), *command[1:]]) == 1
        said = capsys.readouterr()
        assert "D504" in said.out + said.err
        assert "check --fix --download" in said.out + said.err
    assert asked == []
    assert main(["check", str(deck), "--download"]) == 2
    assert "check --fix --download" in capsys.readouterr().err
