"""Reading the page in a real browser: on a phone, on a wide screen, by day, in the dark."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest
from pdfminer.high_level import extract_text
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from deckpress.model import Card, CardKind, Html, Option, PartName, Section
from exporters.web import document
from tests.exporters import samples
from tests.exporters.browser import reload, visit
from tests.exporters.web.pages import written

# A table of twelve columns, a word and an address without a break: none may widen the page.
_WIDE = (
    '<div class="table"><table><tr>' + "<td>很宽的一格</td>" * 12 + "</tr></table></div>"
    f"<p>{'x' * 300} <code>{'y' * 300}</code></p>"
    f'<div class="code"><pre><code class="lang-text">{"z" * 300}</code></pre></div>'
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "page.html"
    written(path, samples.sample())
    return path


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    card = samples.card(
        "wide", "宽" * 90 + "w" * 90, _WIDE, parts=(samples.part(PartName.WHY, _WIDE),)
    )
    path = tmp_path_factory.mktemp("web") / "wide.html"
    deck = samples.deck(Section("docker", "D" * 120, (_WIDE,), (card,)), title="T" * 120)
    written(path, deck)
    return path


def _fields(card: Card) -> list[Html]:
    steps = [*card.steps, *(option.html for option in card.options)]
    return [card.question, card.lead, card.short, *steps, *(part.html for part in card.parts)]


def _words(html: Html) -> list[str]:
    """A field's runs of text, each as it has to be found again. Holes part them."""
    text = "\0".join(piece if isinstance(piece, str) else "" for piece in html)
    return [run.strip() for run in re.split(r"<[^>]*>|\0|\n", unescape(text)) if run.strip()]


def _unfolded(page: Page, card: str) -> bool:
    return bool(page.evaluate("id => document.querySelector(`#${id} > details`).open", card))


def test_every_word_of_every_card_is_on_the_page_without_javascript(
    chromium: Browser,
    file: Path,
) -> None:
    with visit(chromium, file, java_script_enabled=False) as seen:
        for section in samples.sample().sections:
            assert _words(section.intro) == [] or _words(section.intro)[0] in seen.page.inner_text(
                f"#{section.id}"
            )
            for card in section.cards:
                if card.retired:
                    continue
                said = seen.page.locator(f"#{card.id}").text_content() or ""
                for field in _fields(card):
                    for words in _words(field):
                        assert words in said


def test_without_javascript_answers_unfold_and_nothing_dead_is_shown(
    chromium: Browser,
    file: Path,
) -> None:
    with visit(chromium, file, "docker-vs-vm", width=390, java_script_enabled=False) as seen:
        page = seen.page
        # The card that the address names is readable at once; another unfolds at a click.
        assert page.get_by_text("虚拟机虚拟硬件").is_visible()
        answer = page.locator("#docker-image-term .short")
        assert not answer.is_visible()
        page.locator("#docker-image-term summary").click()
        assert answer.is_visible()
        for tool in (".find", ".tools", ".copy"):
            assert page.locator(f"{tool}:visible").count() == 0


def test_nothing_is_wider_than_the_screen(chromium: Browser, wide: Path) -> None:
    with visit(chromium, wide, "wide") as seen:
        for width in (320, 390, 820, 1280):
            seen.page.set_viewport_size({"width": width, "height": 844})
            assert seen.page.evaluate("document.documentElement.scrollWidth") == width
        # What scrolls in its own box can be reached by keyboard.
        assert seen.page.locator("#wide .table").first.get_attribute("tabindex") == "0"


def test_a_link_to_a_card_unfolds_it_and_brings_it_into_view(
    chromium: Browser,
    file: Path,
) -> None:
    with visit(chromium, file, "python-ordered-two", width=390) as seen:
        page = seen.page
        assert _unfolded(page, "python-ordered-two")
        assert page.locator("#python-ordered-two h3").bounding_box()["y"] < 400  # type: ignore[index]
        # A link inside a card, and then its own link once more after it was folded by hand.
        page.evaluate("location.hash = 'docker-what-is'")
        page.get_by_role("link", name="容器与虚拟机").click()
        expect(page.locator("#docker-vs-vm > details")).to_have_attribute("open", "")
        page.locator("#docker-vs-vm summary").click()
        assert not _unfolded(page, "docker-vs-vm")
        page.locator("#docker-vs-vm .number").click()
        assert _unfolded(page, "docker-vs-vm")


def test_an_unknown_or_broken_address_breaks_nothing(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, "%E0%A4%A") as seen:
        for anchor in ("no-such-card", "_main", ""):
            seen.page.evaluate("anchor => { location.hash = anchor }", anchor)
        seen.page.fill("#_find", "命名空间")
        assert seen.page.locator(".card:visible").count() == 1
        assert seen.record.complaints == []


def test_a_choice_keeps_its_verdicts_until_the_answer_is_asked_for(
    chromium: Browser,
    file: Path,
) -> None:
    with visit(chromium, file) as seen:
        card = seen.page.locator("#nginx-balance")
        assert card.get_by_text("最少连接").is_visible()
        assert card.locator(".verdict:visible").count() == 0
        card.locator("summary").click()
        assert card.locator(".verdict").all_inner_texts() == ["正确", "正确", "错误", "正确"]
        assert card.locator(".verdict:visible").count() == 4
        # Options stand side by side here, and no verdict touches the option beside it.
        verdict = card.locator(".verdict").nth(2).bounding_box()
        letter = card.locator(".letter").nth(3).bounding_box()
        assert verdict
        assert letter
        assert verdict["x"] + verdict["width"] + 10 < letter["x"]


def test_colours_follow_the_system_until_the_reader_chooses(chromium: Browser, file: Path) -> None:
    papers = {"light": "rgb(253, 252, 249)", "dark": "rgb(22, 24, 27)"}
    names = {"light": "浅色", "dark": "深色"}
    paper = "getComputedStyle(document.body).backgroundColor"
    schemes: list[tuple[Literal["light", "dark"], str]] = [("light", "dark"), ("dark", "light")]
    with visit(chromium, file) as seen:
        page = seen.page
        for scheme, other in schemes:
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(paper) == papers[scheme]
            page.get_by_role("radio", name=names[other]).check()
            assert page.evaluate(paper) == papers[other]
            if other == "dark":
                reload(page)
                assert page.evaluate(paper) == papers[other]
                assert page.get_by_role("radio", name=names[other]).is_checked()
            page.get_by_role("radio", name="跟随系统").check()
            assert page.evaluate(paper) == papers[scheme]


def test_a_drawing_is_turned_over_in_the_dark_and_a_photo_is_not(
    chromium: Browser,
    file: Path,
) -> None:
    filters = "[...document.images].map((image) => getComputedStyle(image).filter !== 'none')"
    widths = "[...document.images].map((i) => i.decode().then(() => i.naturalWidth))"
    with visit(chromium, file) as seen:
        assert seen.page.evaluate(filters) == [False, False]
        seen.page.emulate_media(color_scheme="dark")
        assert seen.page.evaluate(filters) == [True, False]
        # Neither is a white slab then.
        white = Image.new("RGB", (320, 200), "white")
        data = BytesIO()
        white.save(data, "PNG")
        seen.page.locator("img:not(.drawn)").evaluate(
            "(image, data) => { image.src = data; return image.decode(); }",
            f"data:image/png;base64,{b64encode(data.getvalue()).decode()}",
        )
        for picture in seen.page.locator("img").all():
            picture.evaluate("(image) => { image.closest('details').open = true; }")
            with Image.open(BytesIO(picture.screenshot())) as shown:
                assert max(shown.convert("L").resize((1, 1)).tobytes()) < 215
        assert seen.page.evaluate(f"Promise.all({widths})") == [480, 320]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_keys_and_marked_text_of_a_card_look_like_that(
    chromium: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    answer = "<p>Press <kbd>Esc</kbd>, <mark>now</mark></p><pre><mark>line</mark></pre>"
    cards = (samples.card("one", "Which key?", answer),)
    file = written(tmp_path / "d.html", samples.deck(Section("docker", "One", (), cards)))
    with visit(chromium, file, "#one", color_scheme=scheme) as seen:
        kbd, mark = seen.page.locator("#one kbd"), seen.page.locator("#one p > mark")
        assert kbd.evaluate("e => getComputedStyle(e, '::before').content") == "none"
        assert kbd.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
        shades = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        ink, ground = mark.evaluate(shades)
        assert ink == seen.page.locator("#one p").first.evaluate(shades)[0]
        assert ground == {"light": "rgb(253, 240, 195)", "dark": "rgb(58, 49, 19)"}[scheme]
        stroke = seen.page.locator("#one pre mark")
        assert stroke.evaluate("e => getComputedStyle(e).borderLeftStyle") == "solid"


def test_on_paper_every_answer_is_shown(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, color_scheme="dark") as seen:
        page = seen.page
        answers = page.locator("details > .answer")
        shown = "all => all.filter((a) => a.checkVisibility({contentVisibilityAuto: true})).length"
        assert answers.evaluate_all(shown) == 0
        page.emulate_media(media="print")
        for _ in range(100):  # the browser lays out what was skipped at its next frames
            if answers.evaluate_all(shown) == 13:
                break
            page.wait_for_timeout(50)
        assert answers.evaluate_all(shown) == 13
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(35, 38, 43)"
        assert not page.locator(".side").is_visible()


# What of a card's labels lies over a word of its fold or of its answer.
_COVERED = """() => {
  const covered = [];
  for (const card of document.querySelectorAll(".card")) {
    const labels = [...card.querySelectorAll(".labels li")].map((li) => li.getBoundingClientRect());
    const texts = document.createTreeWalker(card.querySelector("details"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const range = new Range();
      range.selectNodeContents(texts.currentNode);
      for (const box of range.getClientRects()) {
        if (labels.some((label) => label.left < box.right && box.left < label.right
            && label.top < box.bottom && box.top < label.bottom)) covered.push(range.toString());
      }
    }
  }
  return covered;
}"""


def test_labels_never_lie_over_words(chromium: Browser, tmp_path: Path) -> None:
    tags = tuple(f"一个比较长的标签{number}" for number in range(5))
    kinds = (CardKind.BASIC, CardKind.REVERSE)
    cards = [
        samples.card(
            f"card-{kind}-{count}", "问？", "答" * 90, kind=kind, tags=tags[:count], level=2
        )
        for kind in kinds
        for count in (0, 1, 2, 5)
    ]
    path = tmp_path / "labels.html"
    deck = samples.deck(Section("docker", "一", (), tuple(cards)))
    written(path, deck)
    with visit(chromium, path) as seen:
        seen.page.locator("[data-unfold=true]").dispatch_event("click")
        for width in (360, 390, 820, 1280):
            seen.page.set_viewport_size({"width": width, "height": 844})
            seen.page.locator(".labels li").first.scroll_into_view_if_needed()
            assert seen.page.evaluate(_COVERED) == [], width
            label = seen.page.locator("#card-reverse-5 .labels")
            box, card = label.bounding_box(), seen.page.locator("#card-reverse-5").bounding_box()
            assert box
            assert card
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= card["y"] + card["height"]


@pytest.mark.slow
def test_on_paper_a_question_stands_on_the_page_where_its_answer_begins(
    chromium: Browser, tmp_path: Path
) -> None:
    cards = [
        samples.card(f"c{number}", f"Asked{number}?", f"<p>Said{number}.</p>", "<p>…</p>" * lines)
        for number, lines in enumerate(list(range(20)) * 4)
    ]
    path = tmp_path / "paper.html"
    deck = samples.deck(Section("docker", "One", (), tuple(cards)))
    written(path, deck)
    with visit(chromium, path) as seen:
        for view in ("reading", "studying"):
            if view == "studying":
                seen.page.click("#_open-study")
            pages = [
                "".join(page.split()) for page in extract_text(BytesIO(seen.page.pdf())).split("\f")
            ]
            assert not any("开始学习" in page for page in pages)
            for number in range(80):
                asked = [f"Asked{number}?" in page for page in pages]
                assert asked == [f"Said{number}." in page for page in pages]
                assert sum(asked) == 1


def test_what_was_searched_for_is_printed_with_the_title(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as seen:
        seen.page.fill("#_find", "命名空间")
        expect(seen.page.locator(".hit")).to_be_visible()
        seen.page.emulate_media(media="print")
        seen.page.set_viewport_size({"width": 700, "height": 1000})
        expect(seen.page.get_by_role("heading", level=1)).to_be_in_viewport()
        expect(seen.page.locator(".hit")).to_be_hidden()


def test_a_thumb_hits_every_control(chromium: Browser, file: Path) -> None:
    touch: dict[str, Any] = {"has_touch": True, "is_mobile": True}
    with visit(chromium, file, "docker-what-is", width=390, **touch) as seen:
        seen.page.click(".fold")
        controls = seen.page.locator(
            "button:visible, summary:visible, nav a:visible, .switch label, .number:visible"
        )
        boxes = controls.evaluate_all("all => all.map((c) => c.getBoundingClientRect())")
        assert len(boxes) > 20
        assert all(box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_eight_questions_stand_on_the_first_screen(chromium: Browser, tmp_path: Path) -> None:
    cards = [samples.card(f"c{n}", "这是一个不长不短的问题，问的是什么？") for n in range(20)]
    options = tuple(Option((f"不长不短的选项{n}",), n == 1) for n in range(4))
    for n in (2, 6):
        cards[n] = replace(cards[n], kind=CardKind.CHOICE, options=options)
    deck = samples.deck(Section("docker", "一", ("<p>先说这一节。</p>",), tuple(cards)))
    path = written(tmp_path / "first.html", deck)
    with visit(chromium, path) as seen:
        seen.page.set_viewport_size({"width": 1280, "height": 800})
        bottoms = "all => all.filter((h) => h.getBoundingClientRect().bottom <= 800).length"
        assert seen.page.locator(".card h3").evaluate_all(bottoms) >= 8


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page that is taken for one of thousands of cards."""
    monkeypatch.setattr(document, "_INERT_ABOVE", 1)
    end = '<p>引用<img class="drawn" src="data:," alt="</NoScript><b>">里的 &amp; 符号</p>'
    short = (f"{end}<table><tr><td>单元</td>\n<td>格子</td></tr></table>",)
    cards = [
        samples.card("one", "第一题？", *short, parts=(samples.part(PartName.WHY, "因为"),)),
        *(samples.card(f"c{n}", "其余？", f"<p>答案{n}</p>") for n in range(30)),
    ]
    return written(tmp_path / "large.html", samples.deck(Section("docker", "一", (), tuple(cards))))


def test_a_large_deck_is_read_without_javascript(chromium: Browser, large: Path) -> None:
    with visit(chromium, large, java_script_enabled=False) as seen:
        assert "引用里的 & 符号" in (seen.page.locator("#one").text_content() or "")
        seen.page.locator("#c29 summary").click()
        expect(seen.page.locator("#c29 .short")).to_be_visible()


# Nothing is unpacked while the browser is idle.
_NEVER_IDLE = "self.requestIdleCallback = () => {}"


def test_a_large_deck_unfolds_is_searched_studied_and_printed(
    chromium: Browser, large: Path
) -> None:
    with visit(chromium, large, before=_NEVER_IDLE) as seen:
        page = seen.page
        assert page.locator(".answer").count() == 0
        for text, found in (
            ("格子", 1),
            ("单元格子", 0),
            ("原因", 0),
            ("& 符号", 1),
            ("答案12", 1),
        ):
            page.fill("#_find", text)
            assert page.locator(".card:visible").count() == found, text
        expect(page.locator("#c12 .hit")).to_contain_text("答案12")
        page.fill("#_find", "")
        page.locator("#one h3").click()
        expect(page.locator("#one .answer")).to_contain_text("引用里的 & 符号")
        assert page.locator("#one b").count() == 0
        page.get_by_role("button", name="全部展开").click()
        expect(page.get_by_text("答案1", exact=True)).to_be_visible()
        page.locator("#c29").scroll_into_view_if_needed()
        expect(page.get_by_text("答案29")).to_be_visible()
        page.click("#_open-study")
        page.click("#_begin")
        expect(page.locator(".sheet .answer")).to_have_count(1)
        assert "答案17" in "".join(extract_text(BytesIO(page.pdf())).split())
        assert seen.record.complaints == []


def test_a_large_deck_is_unpacked_when_the_browser_has_time(chromium: Browser, large: Path) -> None:
    with visit(chromium, large) as seen:
        expect(seen.page.locator(".answer")).to_have_count(31)
        assert seen.page.locator("noscript").count() == 0
