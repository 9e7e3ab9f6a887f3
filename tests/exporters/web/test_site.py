"""The page on a web server: a phone keeps it, opens it without a network, and gets each release."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect

from deckpress.model import Deck, Version
from exporters.theme import color
from tests.exporters import samples
from tests.exporters.browser import profile, visit
from tests.exporters.hosting import Host, hosting
from tests.exporters.web.pages import export

HOME = "/owner/decks/"  # as a project of GitHub Pages has it
OLD = samples.RELEASE
NEW = replace(samples.RELEASE, name="1.3.0")
FRESH = samples.card("fresh", "这张卡片是新的吗？", "<p>是新的。</p>")


def _site(deck: Deck | None = None, version: Version = OLD) -> dict[str, bytes]:
    files = export(deck or samples.sample(), version)
    inside = "site/"
    return {
        file.name.removeprefix(inside): file.data for file in files if file.name.startswith(inside)
    }


def _newer() -> dict[str, bytes]:
    """The next release of the sample, with one more card."""
    deck = samples.sample()
    first, *rest = deck.sections
    grown = replace(first, cards=(*first.cards, FRESH))
    return _site(replace(deck, sections=(grown, *rest)), NEW)


@dataclass(slots=True)
class Phone:
    """A browser that keeps what it is given, and every word on its pages' and workers' consoles."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page

    def caches(self, page: Page) -> list[str]:
        names: list[str] = page.evaluate("caches.keys()")
        return sorted(names)

    def forget(self, address: str) -> None:
        """Give away all that is kept of what stands at `address`, workers too."""
        self.page.goto("about:blank")
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": "all"})
        session.detach()
        self.complaints.clear()


@pytest.fixture(scope="module")
def _phone(chromium: Browser) -> Iterator[Phone]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    made = Phone(context.new_page())
    context.on("console", lambda message: made.complaints.append(message.text))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    context.close()


@pytest.fixture
def phone(_phone: Phone, host: Host) -> Iterator[Phone]:
    """A phone on which nothing is kept. Each server has a port, and so a storage, of its own."""
    yield _phone
    _phone.forget(host.address)


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting() as made:
        made.put(HOME, _site())
        yield made


# Waits until the worker of the page's own folder answers for it and has put its copies in order.
_KEPT = """async () => {
  const own = new URL("sw.js", location).href;
  for (let tries = 0; tries < 100; tries += 1) {
    const worker = navigator.serviceWorker.controller;
    if (worker?.scriptURL === own && worker.state === "activated") return;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error("no worker of this folder answers for the page");
}"""


def _kept(page: Page) -> None:
    """Wait until the page is on the phone."""
    page.evaluate(_KEPT)


def _renewed(page: Page) -> None:
    """Wait until the next release is on the phone, while the one before is shown."""
    status = page.locator("#_status")
    expect(status).to_have_text("新版本已经存好，下次打开就能看到。", timeout=30_000)
    expect(status).to_be_in_viewport()
    _kept(page)


def test_a_visit_is_enough_to_open_and_search_it_without_a_network(
    host: Host, phone: Phone
) -> None:
    page = phone.open(host.address + HOME)
    _kept(page)
    whole = page.locator("main").inner_text()
    page.goto("about:blank")
    host.stop()

    for address in (HOME, f"{HOME}index.html", f"{HOME}?q=反向代理#nginx-reverse-proxy"):
        page = phone.open(host.address + address)
        assert page.locator(".card").count() == 13
        if address == HOME:
            assert page.locator("main").inner_text() == whole
            shown = "(image) => image.decode().then(() => image.naturalWidth)"
            assert [image.evaluate(shown) for image in page.locator("img").all()] == [480, 320]
        page.get_by_role("searchbox").fill("fxdl")
        expect(page.locator(".card:visible").first).to_have_attribute("id", "nginx-reverse-proxy")
        page.goto("about:blank")
    assert phone.complaints == []


# The next release


def _rate(page: Page) -> None:
    """Study one card and know it."""
    page.get_by_role("button", name=re.compile("^学习")).click()
    page.get_by_role("button", name="开始学习").click()
    page.keyboard.press("Space")
    page.keyboard.press("4")


def _progress(page: Page) -> dict[str, object]:
    """What is kept of the learner's progress, once all of it is."""
    key = "deckpress:progress:sample-deck"
    page.evaluate(f"navigator.locks.request('{key}', () => {{}})")
    cards: dict[str, object] = json.loads(page.evaluate(f"localStorage['{key}']"))["cards"]
    return cards


def _says(page: Page, version: Version) -> None:
    expect(page.locator(".facts").first).to_contain_text(f"版本 {version.name}")


@pytest.mark.slow
def test_a_release_is_fetched_while_the_page_before_is_open_and_shown_the_next_time(
    host: Host, phone: Phone
) -> None:
    """No progress is lost, the old copy goes, and what others keep at this address stays."""
    other = samples.sample()
    other = replace(other, meta=replace(other.meta, key="other-deck"))
    host.put("/owner/other/", _site(other))
    page = phone.open(f"{host.address}/owner/other/")
    _kept(page)
    (others,) = phone.caches(page)
    page.evaluate("caches.open('somebody else')")
    page.goto(host.address + HOME)
    _kept(page)
    _rate(page)
    progress = _progress(page)
    assert len(progress) == 1
    (old,) = set(phone.caches(page)) - {others, "somebody else"}

    host.stop()  # the release is published while the phone has no network
    page.goto(host.address + HOME)
    _says(page, OLD)
    host.put(HOME, _newer())
    host.start()

    page.goto(host.address + HOME)
    _says(page, OLD)  # at once, from the phone
    _renewed(page)
    _says(page, OLD)
    assert page.locator("#fresh").count() == 0
    assert {others, "somebody else"} < set(phone.caches(page))
    (new,) = set(phone.caches(page)) - {others, "somebody else"}
    assert new != old

    host.stop()
    page.goto(host.address + HOME)
    _says(page, NEW)
    assert page.locator("#fresh").count() == 1
    assert _progress(page) == progress
    assert phone.complaints == []


@pytest.mark.slow
def test_a_page_that_stays_open_looks_for_a_release_when_one_comes_back_to_it(
    host: Host, phone: Phone
) -> None:
    page = phone.open(host.address + HOME)
    _kept(page)
    host.put(HOME, _newer())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    _renewed(page)
    _says(page, OLD)
    page.reload()
    _says(page, NEW)


@pytest.mark.slow
def test_somebody_who_studies_hears_of_a_release_afterwards(host: Host, phone: Phone) -> None:
    page = phone.open(host.address + HOME)
    _kept(page)
    page.get_by_role("button", name=re.compile("^学习")).click()
    host.put(HOME, _newer())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    for _ in range(100):  # until it has taken the place of the one before
        (name, *others) = phone.caches(page)
        if NEW.name in name and not others:
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(200)
    expect(page.locator("#_status")).to_be_empty()
    page.keyboard.press("Escape")
    _renewed(page)


@pytest.mark.slow
def test_a_release_that_is_only_half_there_is_not_taken(host: Host, phone: Phone) -> None:
    page = phone.open(host.address + HOME)
    _kept(page)
    before = phone.caches(page)
    newer = _newer()
    host.files[f"{HOME}sw.js"] = newer["sw.js"]  # and the page is still the old one
    host.asked.clear()
    tried = "navigator.serviceWorker.ready.then((kept) => kept.update())"
    page.evaluate(tried)
    page.evaluate(
        "navigator.serviceWorker.ready.then(({ installing }) => installing && new Promise((done) =>"
        " installing.addEventListener('statechange', done, { once: true })))"
    )
    assert f"{HOME}sw.js" in host.asked
    assert f"{HOME}" in host.asked
    assert phone.caches(page) == before
    host.stop()
    page.reload()
    _says(page, OLD)

    host.put(HOME, newer)
    host.start()
    page.evaluate(tried)
    _renewed(page)
    page.reload()
    _says(page, NEW)


# What else stands at the address


@pytest.mark.slow
def test_old_versions_stand_under_their_numbers_each_with_its_own_copy(
    host: Host, phone: Phone
) -> None:
    host.put(f"{HOME}1.2.3/", _site())
    host.put(HOME, _newer())
    page = phone.open(host.address + HOME)
    _kept(page)
    (front,) = phone.caches(page)
    page.goto(f"{host.address}{HOME}1.2.3/")
    _says(page, OLD)
    _kept(page)
    assert page.locator("#_status").inner_text() == ""  # this is no newer version of that
    assert len(phone.caches(page)) == 2
    host.stop()
    for path, version in (("", NEW), ("1.2.3/", OLD), ("1.2.3/index.html", OLD)):
        page.goto(host.address + HOME + path)
        _says(page, version)

    host.start()  # and the next release of the front leaves the copy of the old version alone
    host.put(HOME, _site(version=replace(OLD, name="1.4.0")))
    page.goto(host.address + HOME)
    _renewed(page)
    assert len(phone.caches(page)) == 2
    assert front not in phone.caches(page)
    host.stop()
    page.goto(f"{host.address}{HOME}1.2.3/")
    _says(page, OLD)
    assert phone.complaints == []


def test_nothing_is_answered_or_kept_but_the_versions_own_files(host: Host, phone: Phone) -> None:
    host.files[f"{HOME}0.9.0/index.html"] = b"<title>0.9.0</title>from the server"
    host.files[f"{HOME}deck.apkg"] = b"one"
    page = phone.open(host.address + HOME)
    _kept(page)
    page.goto(f"{host.address}{HOME}0.9.0/")
    assert page.inner_text("body") == "from the server"
    for answer in (b"one", b"two"):
        host.files[f"{HOME}deck.apkg"] = answer
        fetched = page.evaluate("fetch('../deck.apkg', {cache: 'reload'}).then((r) => r.text())")
        assert fetched.encode() == answer
    kept = page.evaluate(
        "caches.keys().then(([name]) => caches.open(name)).then((cache) => cache.keys())"
        ".then((requests) => requests.map((request) => new URL(request.url).pathname))"
    )
    assert set(kept) == {HOME + name.replace("index.html", "") for name in _site()} - {
        f"{HOME}sw.js"
    }


def test_a_visit_fetches_the_page_once(host: Host, phone: Phone) -> None:
    """What the worker keeps is what the browser has got already, as long as that is the same."""
    _kept(phone.open(host.address + HOME))
    assert host.sent.count(HOME) == 1
    assert [path for path in host.asked if not path.startswith(HOME)] == []


def test_a_browser_that_forgot_the_copy_asks_the_server(host: Host, phone: Phone) -> None:
    page = phone.open(host.address + HOME)
    _kept(page)
    page.evaluate("caches.keys().then((names) => Promise.all(names.map((n) => caches.delete(n))))")
    page.reload()
    _says(page, OLD)


def test_a_browser_without_workers_has_the_whole_page(host: Host, phone: Phone) -> None:
    with phone.page.add_init_script("delete Navigator.prototype.serviceWorker"):
        page = phone.open(host.address + HOME)
        page.get_by_role("searchbox").fill("fxdl")
        expect(page.locator(".card:visible").first).to_have_attribute("id", "nginx-reverse-proxy")
        assert page.evaluate("navigator.serviceWorker") is None
        assert phone.complaints == []


# Installing it


@pytest.mark.slow
def test_chromium_would_install_it(chromium: Browser, host: Host, tmp_path: Path) -> None:
    with profile(chromium, tmp_path) as context:
        page = context.new_page()
        page.goto(host.address + HOME)
        _kept(page)
        session = context.new_cdp_session(page)
        told = session.send("Page.getAppManifest")
        assert told["errors"] == []
        assert told["url"] == f"{host.address}{HOME}manifest.webmanifest"
        assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_the_web_manifest_says_what_a_phone_shows() -> None:
    files = _site()
    stated = json.loads(files["manifest.webmanifest"])
    assert stated["name"] == stated["short_name"] == "运维面试速查"
    assert stated["lang"] == "zh-CN"
    assert stated["start_url"] == stated["scope"] == "./"
    assert stated["display"] == "standalone"
    assert stated["background_color"] == color("paper")
    for icon in stated["icons"]:
        picture = Image.open(io.BytesIO(files[icon["src"]]))
        assert icon["sizes"] == f"{picture.width}x{picture.height}"
    purposes = [(icon["sizes"], icon["purpose"]) for icon in stated["icons"]]
    assert purposes == [("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")]


def test_a_phone_can_cut_the_icon_into_any_shape() -> None:
    """Up to its edges it has the colour of paper, and what matters lies in the middle circle."""
    files = _site()
    (name,) = (
        icon["src"]
        for icon in json.loads(files["manifest.webmanifest"])["icons"]
        if icon["purpose"] == "maskable"
    )
    picture = Image.open(io.BytesIO(files[name])).convert("RGBA")
    paper = (*bytes.fromhex(color("paper")[1:]), 255)
    assert picture.getpixel((256, 150)) == (*bytes.fromhex(color("accent")[1:]), 255)
    for x in range(0, 512, 3):
        for y in range(0, 512, 3):
            if (x - 255.5) ** 2 + (y - 255.5) ** 2 > (0.4 * 512) ** 2:
                assert picture.getpixel((x, y)) == paper


def test_the_icon_is_the_drawing_that_a_browser_shows_in_its_tab(
    chromium: Browser, tmp_path: Path
) -> None:
    page = chromium.new_page(viewport={"width": 192, "height": 192})
    drawing = re.findall(r'rel="icon" href="([^"]+)"', _site()["index.html"].decode())[0]
    page.set_content(f'<body style="margin:0"><img width="192" src="{drawing}">')
    shown = Image.open(io.BytesIO(page.screenshot(omit_background=True))).convert("RGBA")
    page.close()
    ours = Image.open(io.BytesIO(_site()["icon-192.png"]))
    most = ImageChops.difference(shown, ours).getchannel("B").histogram()
    assert sum(most[64:]) < 20  # of the smoothed edges, each draws some otherwise


# The page itself


def test_the_served_page_differs_from_the_file_by_what_keeps_it_and_its_pictures() -> None:
    alone, *_ = export(samples.sample(), OLD)
    served = _site()["index.html"].decode()

    def body(page: str) -> str:
        return re.sub(r'(<img[^>]*) src="[^"]*"', r"\1", page[page.index("<body>") :])

    assert body(served) == body(alone.data.decode())
    for word in ("manifest.webmanifest", "sw.js", "serviceWorker", "apple-touch-icon"):
        assert word in served
        assert word not in alone.data.decode()


def test_pictures_are_files_of_their_own_beside_the_page_and_inside_the_file() -> None:
    alone, *_ = export(samples.sample(), OLD)
    files = _site()
    pictures = {name: data for name, data in files.items() if name.startswith("figures/")}
    shown = re.findall(r'<img[^>]* src="([^"]*)"', files["index.html"].decode())
    assert set(shown) == set(pictures)
    assert len(pictures) == 2
    assets = samples.sample().assets
    assert pictures == {f"figures/{name}": asset.data for name, asset in assets.items()}
    inside = re.findall(r'<img[^>]* src="([^"]*)"', alone.data.decode())
    assert [address.partition(":")[0] for address in inside] == ["data", "data"]


def test_its_policy_allows_its_manifest_its_worker_and_its_icons_besides() -> None:
    def policy(page: str) -> list[str]:
        (found,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        return str(found).split("; ")

    alone, *_ = export(samples.sample(), OLD)
    served = _site()["index.html"].decode()
    texts = re.findall(r"<script>(.*?)</script>", served, re.DOTALL)
    hashes = [sha256(text.encode()).digest() for text in texts]
    script = next(part for part in policy(served) if part.startswith("script-src"))
    allowed = re.findall(r"'sha256-([^']+)'", script)
    assert [b64decode(text) for text in allowed] == hashes
    assert len(allowed) == 2
    expected = [part for part in policy(alone.data.decode()) if not part.startswith("script-src")]
    expected[expected.index("img-src data:")] = "img-src data: 'self'"
    left = [part for part in policy(served) if part != script]
    assert sorted(left) == sorted([*expected, "manifest-src 'self'", "worker-src 'self'"])


def test_the_bars_of_the_browser_follow_the_chosen_colours(
    chromium: Browser, tmp_path: Path
) -> None:
    """Of the two colours that the page states, the browser takes the first whose media match."""
    file = tmp_path / "index.html"
    file.write_bytes(_site()["index.html"])
    taken = """[...document.querySelectorAll("meta[name=theme-color]")]
        .find((meta) => matchMedia(meta.media).matches).content"""
    with visit(chromium, file) as seen:
        for scheme in ("dark", "light"):
            seen.page.emulate_media(color_scheme=scheme)
            for name, chosen in (("深色", "dark"), ("浅色", "light"), ("跟随系统", scheme)):
                seen.page.get_by_role("radio", name=name).check()
                assert seen.page.evaluate(taken) == color("paper", chosen)


def test_opened_from_a_disk_it_registers_nothing_and_complains_of_nothing(
    chromium: Browser, tmp_path: Path
) -> None:
    for name, data in _site().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    spy = "ServiceWorkerContainer.prototype.register = () => console.error('registered')"
    with visit(chromium, tmp_path / "index.html", before=spy) as seen:
        seen.page.get_by_role("searchbox").fill("fxdl")
        expect(seen.page.locator(".card:visible").first).to_have_attribute(
            "id", "nginx-reverse-proxy"
        )
        # A test's tab may open one file only: what the page asks for is its pictures beside it.
        figures = (tmp_path / "figures").as_uri()
        assert {address.rpartition("/")[0] for address in seen.record.requests} == {figures}
        refused = [text for text in seen.record.complaints if "ERR_FAILED" in text]
        assert seen.record.complaints == refused
