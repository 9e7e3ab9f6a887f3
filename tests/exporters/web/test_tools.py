"""What the page's script adds: finding, unfolding, copying, choosing colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from deckpress.model import Section
from tests.exporters import samples
from tests.exporters.browser import visit
from tests.exporters.web.pages import written

_NO_STORAGE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("refused", "SecurityError"); },
})"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "page.html"
    written(path, samples.sample())
    return path


@pytest.fixture(scope="module")
def _read(chromium: Browser, file: Path) -> Iterator[Page]:
    with visit(chromium, file, allow=["clipboard-read", "clipboard-write"]) as seen:
        yield seen.page


@pytest.fixture
def page(_read: Page) -> Page:
    """A page that is read by one after the other, from its beginning, with its answers folded."""
    _read.evaluate(
        "clearFind(); unfoldAll(false); document.activeElement.blur(); scrollTo(0, 0); 0"
    )
    return _read


def test_finding_shows_the_cards_that_say_it_and_says_how_many(page: Page) -> None:
    status = page.get_by_role("status")
    shown = page.locator(".card:visible")
    # Each finds by what the card says, whichever way it is written.
    for words, cards in (
        ("LEAST_conn", {"nginx-reverse-proxy", "nginx-balance"}),
        ("ｕｐｓｔｒｅａｍ", {"nginx-reverse-proxy", "nginx-upstream-term"}),
        ("命名空间", {"docker-vs-vm"}),
        ("排错 请求", {"nginx-request-order"}),
    ):
        page.fill("#_find", words)
        assert set(shown.evaluate_all("all => all.map((card) => card.id)")) == cards
        assert status.inner_text() == f"找到 {len(cards)} 张卡片"
    assert page.locator("section:visible h2:visible").all_inner_texts() == ["Nginx 与反向代理"]
    page.fill("#_find", "绝对没有的词")
    assert status.inner_text() == "没有找到"
    page.fill("#_find", "")
    assert shown.count() == 13
    assert status.inner_text() == ""


def test_words_that_every_card_has_find_nothing(page: Page) -> None:
    for words, found in (("复制", 0), ("答案", 0), ("正确：", 0), ("错误", 1)):
        page.fill("#_find", words)
        assert page.locator(".card:visible").count() == found


def test_a_link_to_a_card_that_is_filtered_out_shows_it(page: Page) -> None:
    page.fill("#_find", "macOS")
    assert page.locator(".card:visible").count() == 1
    page.locator("#docker-what-is h3").click()
    page.get_by_role("link", name="容器与虚拟机").click()
    expect(page.locator("#docker-vs-vm > details")).to_have_attribute("open", "")
    assert page.locator("#docker-vs-vm").is_visible()
    assert page.input_value("#_find") == ""


def test_a_question_unfolds_by_click_and_by_keyboard(page: Page) -> None:
    card = page.locator("#docker-image-term")
    answer = card.locator(".short")
    card.locator("h3").click()
    assert answer.is_visible()
    card.locator("h3").click()
    assert not answer.is_visible()
    card.locator("summary").press("Enter")
    assert answer.is_visible()


def test_all_answers_unfold_and_fold_at_once(page: Page) -> None:
    page.get_by_role("button", name="全部展开").click()
    assert page.locator(".card > details[open]").count() == 13
    page.get_by_role("button", name="全部收起").click()
    assert page.locator(".card > details[open]").count() == 0


def test_to_unfold_many_answers_lays_the_page_out_a_few_times_only(
    chromium: Browser, tmp_path: Path
) -> None:
    table = f'<div class="table"><table><tr>{"<td>很宽的一格</td>" * 12}</tr></table></div>'
    cards = [samples.card(f"c{number}", "问？", table) for number in range(100)]
    path = written(tmp_path / "many.html", samples.deck(Section("docker", "一", (), (*cards,))))
    with visit(chromium, path, width=390) as seen:
        page = seen.page
        count = page.context.new_cdp_session(page)
        count.send("Performance.enable")

        def layouts() -> int:
            said = count.send("Performance.getMetrics")["metrics"]
            return next(int(one["value"]) for one in said if one["name"] == "LayoutCount")

        before = layouts()
        page.locator("[data-unfold=true]").dispatch_event("click")
        expect(page.locator("#c0 .table")).to_have_attribute("tabindex", "0")
        assert layouts() - before < 20
        # A table that is out of sight can be reached by keyboard once it has come into sight.
        for _ in range(3):  # what is laid out on the way moves it
            page.locator("#c99").evaluate("card => card.scrollIntoView()")
            page.wait_for_timeout(50)
        expect(page.locator("#c99 .table")).to_have_attribute("tabindex", "0")


def test_copying_gives_the_code_to_the_letter(page: Page) -> None:
    for card, code in (
        ("nginx-reverse-proxy", "nginx"),
        ("python-dunder", "python"),
        ("docker-what-is", "shell"),
    ):
        if card == "docker-what-is":  # as on a page that came over plain HTTP
            page.evaluate("navigator.clipboard.writeText = () => Promise.reject(); 0")
        page.locator(f"#{card} h3").click()
        page.locator(f"#{card} .copy").click()
        expect(page.locator(f"#{card} .copy")).to_have_attribute("aria-label", "已复制")
        assert page.evaluate("navigator.clipboard.readText()") == samples.CODE[code]
    assert page.get_by_role("status").inner_text() == "已复制"
    page.evaluate("delete navigator.clipboard.writeText; 0")


def test_everything_works_where_nothing_can_be_stored(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, before=_NO_STORAGE, color_scheme="light") as seen:
        page = seen.page
        page.get_by_role("radio", name="深色").check()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 27)"
        page.fill("#_find", "命名空间")
        assert page.locator(".card:visible").count() == 1
        assert seen.record.complaints == []


def test_a_phones_contents_come_up_and_leave_again(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, width=390) as seen:
        page = seen.page
        contents = page.get_by_role("navigation", name="目录")
        assert not contents.is_visible()
        page.get_by_role("button", name="目录").click()
        contents.get_by_role("link", name="Python 运行时").click()
        assert not contents.is_visible()
        heading = page.get_by_role("heading", name="Python 运行时")
        assert 0 <= heading.bounding_box()["y"] < 200  # type: ignore[index]


def test_wide_contents_stay_in_view_and_mark_the_section(page: Page) -> None:
    page.evaluate("location.hash = 'nginx-request-order'")
    expect(page.locator("nav [aria-current]")).to_have_attribute("href", "#nginx")
    assert page.get_by_role("navigation", name="目录").is_visible()
    assert not page.locator(".fold").is_visible()


def test_the_skip_link_leads_past_the_contents(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as seen:
        page = seen.page
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "跳到正文"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("href") == "#docker-what-is"


def test_the_contents_unfold_to_the_questions_of_a_section(page: Page) -> None:
    page.locator("nav summary").nth(1).click()
    questions = page.locator("nav li li a")
    expect(questions).to_have_count(4)
    questions.nth(3).click()
    expect(page.locator(".card:target")).to_have_attribute("data-section", "nginx")
    expect(page.locator(".card:target details")).to_have_attribute("open", "")


def test_long_lines_of_code_scroll_for_those_who_wish_it(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, width=390) as seen:
        page = seen.page
        page.locator("#docker-what-is h3").click()
        code = page.locator("#docker-what-is pre")
        wide = "code => code.scrollWidth > code.clientWidth"
        assert not code.evaluate(wide)
        page.locator("#_scroll-code").evaluate("box => box.click()")
        assert code.evaluate(wide)
        assert page.evaluate("localStorage.getItem('deckpress:scroll-code')") == "1"
