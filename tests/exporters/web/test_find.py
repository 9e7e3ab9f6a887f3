"""Finding on the page: words, sounds, filters, and the address that says what was looked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from deckpress.model import Card, Deck, LinkEnd, LinkStart, Section
from exporters.job import DEFAULT_JOB
from exporters.web.pinyin import pinyin
from tests.exporters import samples
from tests.exporters.browser import visit
from tests.exporters.web.pages import written


def _card(name: str, asked: str, said: str = "先看 df，再看 du。", **facts: Any) -> Card:
    made = samples.card(name, asked, f"<p>{said}</p>", section="one")
    card = replace(made, tags=(), level=None, tier=None)
    return replace(card, **facts)


_ALIKE = "磁盘满了怎么查？"
_CARDS = (
    _card("answer", _ALIKE, "答案里才说到反向代理，ＤＯＣＫＥＲ 也在这里。"),
    _card("label", _ALIKE, tags=("proxy",), level=3, tier="core"),
    _card("asked", "什么是反向代理？", level=1),
    _card("other", _ALIKE, level=1, tier="must"),
)
_LAST = _card("last", "怎样重启？", section="two", level=2)


def _deck(lang: str = "zh-CN") -> Deck:
    sections = (Section("one", "一", (), _CARDS), Section("two", "二", (), (_LAST,)))
    deck = samples.deck(*sections, lang=lang)
    return replace(deck, meta=replace(deck.meta, tags={"proxy": "反向代理类"}))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("find") / "deck.html"
    written(path, _deck())
    return path


def _shown(page: Page) -> list[str]:
    """The ids of the cards that are seen, from the top to the bottom of the page."""
    found: list[str] = page.locator(".card:visible").evaluate_all("all => all.map(({ id }) => id)")
    return found


def _find(page: Page, text: str) -> list[str]:
    page.get_by_role("searchbox").fill(text)
    return _shown(page)


ALL = ["answer", "label", "asked", "other", "last"]


@pytest.fixture(scope="module")
def _searched(chromium: Browser, file: Path) -> Iterator[Page]:
    with visit(chromium, file) as visited:
        yield visited.page


@pytest.fixture
def searched(_searched: Page) -> Page:
    """A page on which one thing is looked for after the other, while all of it is shown."""
    _searched.evaluate("clearFind(); document.activeElement.blur(); 0")
    return _searched


def test_what_is_asked_comes_before_labels_and_these_before_answers(searched: Page) -> None:
    assert _find(searched, "反向代理") == ["asked", "label", "answer"]
    assert _find(searched, "") == ALL


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("docker", ["answer"]),
        ("DF", ["label", "asked", "other", "last"]),
        ("ｄｆ  反向", ["asked", "label"]),
        ("other", ["other"]),
        ("fxdl", ["asked"]),
        ("zycq", ["last"]),
        ("cpm", ["answer", "label", "other"]),
        ("cqx", []),
        ("不在这里", []),
    ],
)
def test_words_find_the_cards_that_have_all_of_them(
    searched: Page, text: str, found: list[str]
) -> None:
    assert _find(searched, "") == ALL
    expect(searched.get_by_role("status")).to_be_empty()
    assert _find(searched, text) == found
    said = f"找到 {len(found)} 张卡片" if found else "没有找到"
    expect(searched.get_by_role("status")).to_have_text(said)


def test_a_section_without_cards_is_found_and_led_to(chromium: Browser, tmp_path: Path) -> None:
    deck = _deck()
    recipe = Section(
        "recipe", "附录：搭起来", ("<p>先装软件，再改 worker_<b>connections</b>。</p>",), ()
    )
    written(tmp_path / "deck.html", replace(deck, sections=(*deck.sections, recipe)))
    with visit(chromium, tmp_path / "deck.html") as visited:
        page = visited.page
        section = page.locator("section#recipe")
        link = page.get_by_role("link", name="附录：搭起来").and_(page.locator("#_near a"))
        assert _find(page, "反向代理") == ["asked", "label", "answer"]
        expect(section).to_be_hidden()
        expect(link).to_have_count(0)
        page.set_viewport_size({"width": 390, "height": 844})
        page.fill("#_find", "软件")
        expect(link).to_be_visible()
        status = page.locator("#_status").bounding_box()
        page.set_viewport_size({"width": 1280, "height": 720})
        assert status
        assert status["height"] < 40  # in one line
        assert _find(page, "软件 connections") == []
        expect(section.get_by_text("先装软件")).to_be_visible()
        expect(page.get_by_role("status")).to_have_text("找到 0 张卡片")
        page.wait_for_function("[...CSS.highlights.get('found')].length === 2")
        link.click()
        assert page.evaluate("location.hash") == "#recipe"
        # A filter chooses cards.
        page.get_by_label("难度").select_option("1")
        expect(section).to_be_hidden()
        page.get_by_role("button", name="显示全部").click()
        expect(section).to_be_visible()
        assert _shown(page) == ALL


def test_filters_and_words_are_asked_together(searched: Page) -> None:
    page = searched
    page.get_by_label("分量").select_option("core")
    assert _shown(page) == ["label", "other"]
    page.get_by_label("难度").select_option("1")
    assert _shown(page) == ["other"]
    assert _find(page, "反向代理") == []
    page.get_by_role("button", name="显示全部").click()
    assert _shown(page) == ALL
    expect(page.get_by_role("main")).to_be_focused()
    assert page.get_by_label("分量").input_value() == ""
    page.get_by_label("标签").select_option("反向代理类")
    assert _shown(page) == ["label"]
    page.get_by_label("标签").select_option("全部")
    page.get_by_label("章节").select_option("二")
    assert _shown(page) == ["last"]


def test_the_address_shows_the_same_to_whoever_gets_it(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as visited:
        visited.page.get_by_label("难度").select_option("1")
        _find(visited.page, "反向 代理")
        visited.page.wait_for_url("**?q=*level=1*")
        query = visited.page.url.partition("?")[2]
    with visit(chromium, file, query=query) as visited:
        assert _shown(visited.page) == ["asked"]
        assert visited.page.get_by_role("searchbox").input_value() == "反向 代理"
        _find(visited.page, "")
        visited.page.get_by_label("难度").select_option("")
        visited.page.wait_for_url(lambda address: "?" not in address)


def test_an_address_that_asks_for_what_there_is_not_shows_everything(
    chromium: Browser, file: Path
) -> None:
    query = urlencode({"level": "9", "section": "<b>", "nothing": "1"})
    with visit(chromium, file, query=query) as visited:
        assert _shown(visited.page) == ALL
        assert visited.record.complaints == []


def test_a_link_to_a_card_opens_it_though_the_address_filters_it_out(
    chromium: Browser, file: Path
) -> None:
    with visit(chromium, file, "other", query=urlencode({"q": "反向代理"})) as visited:
        expect(visited.page.locator("#other details")).to_have_attribute("open", "")
        assert _shown(visited.page) == ALL


_MARKED_TEXTS = """[...CSS.highlights.get("found")].map((marked) => {
  const range = new Range();
  range.setStart(marked.startContainer, marked.startOffset);
  range.setEnd(marked.endContainer, marked.endOffset);
  return range.toString();
})"""


def _marks(page: Page, count: int) -> list[str]:
    """What is marked, when so much is: it is marked after the page has been drawn."""
    for _ in range(200):
        if page.evaluate("CSS.highlights.get('found')?.size") == count:
            break
        page.wait_for_timeout(20)
    found: list[str] = page.evaluate(_MARKED_TEXTS)
    return found


def test_what_was_found_is_marked_and_shown_where_it_is_folded_away(searched: Page) -> None:
    page = searched
    _find(page, "docker")
    hit = page.locator("#answer .hit")
    expect(hit).to_contain_text("ＤＯＣＫＥＲ 也在这里")
    assert _marks(page, 2) == ["ＤＯＣＫＥＲ", "ＤＯＣＫＥＲ"]  # in the answer, and in the hit
    _find(page, "什么是")
    expect(hit).to_have_count(0)
    expect(page.locator("#asked .hit")).to_have_count(0)
    assert _marks(page, 1) == ["什么是"]
    _find(page, "")
    assert _marks(page, 0) == []


# Words that are cut by what is bold or code, and ones that look shorter when they are compared.
_MARKED = [
    ("反向代理", "<strong>反向</strong>代理是什么？", "先看。", ["反向代理"]),
    ("里的nginx.conf", "在哪？", "只有这里的<code>nginx.conf</code>里", ["里的nginx.conf"] * 2),
    ("ガイド", "在哪？", "看ｶﾞｲﾄﾞ这里", ["ｶﾞｲﾄﾞ"] * 2),
    ("kg", "重１０㎏吗？", "先看。", ["㎏"]),
    ("蓝莓", "在哪？", f"{'前' * 90}蓝莓{'后' * 90}", ["蓝莓"] * 2),
    ("각", "\u1100\u1161\u11a8在吗？", "先看。", ["\u1100\u1161\u11a8"]),
]
_LOOKED_FOR = [(text, n, marked) for n, (text, _, _, marked) in enumerate(_MARKED)]
_LOOKED_FOR.append(("k", 3, ["㎏"]))


def test_what_was_found_is_marked_however_it_is_written(chromium: Browser, tmp_path: Path) -> None:
    cards = [_card(f"c{n}", asks, says) for n, (_, asks, says, _) in enumerate(_MARKED)]
    deck = samples.deck(Section("one", "一", (), tuple(cards)))
    with visit(chromium, written(tmp_path / "deck.html", deck)) as visited:
        page = visited.page
        for text, n, marked in _LOOKED_FOR:
            page.evaluate("CSS.highlights.clear()")
            assert _find(page, text) == [f"c{n}"]
            assert _marks(page, len(marked)) == marked
            expect(page.locator(".hit")).to_have_count(len(marked) - 1)
            for hit in page.locator(".hit").all():
                expect(hit).to_contain_text(marked[0])
        # A phone shows one line of the passage, so that the match has to stand early in it.
        _find(page, "蓝莓")
        expect(page.locator(".hit")).to_have_text(re.compile("^…前{8}蓝莓后"))
        assert visited.record.complaints == []


# What is typed, the cards that are found in their order, and what is marked in the first of them.
_TYPED = [
    ("docker网络", ["both", "apart"], "Docker 网络"),
    ("nginx负载均衡", ["balance"], "nginx"),
    ("fanxiangdaili", ["proxy"], "反向代理"),
    ("fanxiangdl", ["proxy"], "反向代理"),
    ("fxdl", ["proxy"], "反向代理"),
    ("dokcer", ["both", "hyphen", "apart"], "Docker"),
    ("ngnix", ["balance"], "nginx"),
    ("cafe", ["accent"], "Café"),
    ("docker-compose", ["hyphen"], "docker_compose"),
    ("docker compose", ["hyphen"], "docker_compose"),
    ("TIME_WAIT", ["wait"], "TIME-WAIT"),
    ("time wait", ["wait"], "TIME-WAIT"),
]


@pytest.fixture(scope="module")
def typed(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page on which people look for things as they type them."""
    cards = (
        _card("apart", "容器怎样连上网络？", "用 Docker 的网桥。"),
        _card("both", "Docker 网络有哪几种？"),
        _card("balance", "有哪些负载均衡算法？", "nginx 有六种。"),
        _card("proxy", "什么是反向代理？"),
        _card("accent", "Café 是什么？"),
        _card("hyphen", "<code>docker_compose</code> 是什么？"),
        _card("wait", "为什么有很多 TIME-WAIT？", section="two"),
    )
    sections = (Section("one", "一", (), cards[:-1]), Section("two", "二", (), cards[-1:]))
    path = written(tmp_path_factory.mktemp("typed") / "deck.html", samples.deck(*sections))
    with visit(chromium, path, width=390) as visited:
        yield visited.page


@pytest.mark.parametrize(("text", "found", "marked"), _TYPED)
def test_what_people_type_finds_what_they_mean(
    typed: Page, text: str, found: list[str], marked: str
) -> None:
    _find(typed, "")
    typed.evaluate("CSS.highlights.clear()")
    assert _find(typed, text) == found
    for _ in range(200):
        if typed.evaluate("CSS.highlights.get('found')?.size"):
            break
        typed.wait_for_timeout(20)
    assert marked in typed.evaluate(_MARKED_TEXTS)


def test_any_sign_can_be_searched_for(chromium: Browser, tmp_path: Path) -> None:
    signs = "!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~，。：「」"
    asked = f"满了 50% 吗？<code>{escape(signs)}</code>"
    deck = samples.deck(Section("one", "一", (), (_card("signs", asked), _LAST)))
    with visit(chromium, written(tmp_path / "deck.html", deck)) as visited:
        for text in ("50%", "50% 吗", "&", *(f"满了 {sign}" for sign in signs)):
            assert _find(visited.page, text) == ["signs"], text
        assert visited.record.complaints == []


def test_what_is_not_found_leads_to_what_is(typed: Page) -> None:
    assert _find(typed, "docker 蓝莓") == []
    expect(typed.get_by_role("status")).to_have_text("没有找到")
    typed.locator("#_near").get_by_role("button", name="docker").click()
    assert _shown(typed) == ["both", "hyphen", "apart"]
    assert _find(typed, "负载均衡器") == []
    expect(typed.locator("#_near button")).to_have_text(["负载均衡"])
    _find(typed, "dokcer")
    expect(typed.get_by_role("status")).to_have_text("按「docker」找到 3 张卡片")
    expect(typed.locator("#_near")).to_be_empty()


def test_the_contents_count_the_hits_of_each_section(typed: Page) -> None:
    def said() -> list[str]:
        return [text.split()[0] for text in typed.locator("nav .count").all_text_contents()]

    for text, counts in (("", ["6", "1"]), ("网络", ["2", "0"]), ("", ["6", "1"])):
        _find(typed, text)
        assert said() == counts


def test_enter_and_arrows_lead_to_the_hits_and_escape_comes_back(typed: Page) -> None:
    here = "document.activeElement.closest('.card')?.id"
    search = typed.get_by_role("searchbox")
    _find(typed, "网络")
    search.press("Enter")
    assert typed.evaluate(here) == "apart"
    typed.keyboard.press("ArrowDown")
    assert typed.evaluate(here) == "both"
    typed.keyboard.press("Enter")
    expect(typed.locator("#both details")).to_have_attribute("open", "")
    typed.keyboard.press("Enter")
    expect(typed.locator("#both details")).not_to_have_attribute("open", "")
    typed.keyboard.press("ArrowUp")
    typed.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    search.press("ArrowDown")
    typed.keyboard.press("Escape")
    expect(search).to_be_focused()
    assert search.input_value() == "网络"


def test_three_hits_are_seen_above_a_phones_keyboard(typed: Page) -> None:
    typed.set_viewport_size({"width": 390, "height": 430})
    assert len(_find(typed, "docker")) == 3
    bottoms = typed.locator(".card:visible").evaluate_all(
        "all => all.map((card) => card.getBoundingClientRect().bottom)"
    )
    typed.set_viewport_size({"width": 390, "height": 844})
    assert max(bottoms) <= 430


def test_first_letters_of_sounds_find_cards_after_those_that_have_the_letters(
    chromium: Browser, tmp_path: Path
) -> None:
    cards = (
        _card("sounds", "什么是代理？"),
        _card("said", _ALIKE, "dl 在答案里。"),
        _card("asked", "dlopen 是什么？"),
        _card("neither", _ALIKE),
    )
    path = tmp_path / "deck.html"
    deck = samples.deck(Section("one", "一", (), cards))
    written(path, deck)
    with visit(chromium, path) as visited:
        assert _find(visited.page, "dl") == ["asked", "said", "sounds"]


def test_headings_are_in_order_while_the_best_matches_stand_first(searched: Page) -> None:
    page = searched
    best = page.get_by_role("heading", name="最相关的")
    expect(best).to_be_hidden()
    _find(page, "反向代理")
    expect(best).to_be_visible()
    levels = page.locator("main :is(h2, h3):visible").evaluate_all("all => all.map(h => h.tagName)")
    assert levels == ["H2", "H3", "H3", "H3"]
    _find(page, "什么是")
    expect(best).to_be_hidden()


def test_a_slash_leads_to_the_search_and_escape_out_of_it(searched: Page) -> None:
    page, search = searched, searched.get_by_role("searchbox")
    page.keyboard.press("Control+/")
    expect(search).not_to_be_focused()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("a/b")
    assert search.input_value() == "a/b"
    page.keyboard.press("Escape")
    assert search.input_value() == ""
    assert _shown(page) == ALL
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of many screens, on which half of the cards say "nginx", and the last one asks it."""
    cards = [
        _card(f"c{number}", _ALIKE, "问 nginx。" if number % 2 else "看 df。", level=1)
        for number in range(80)
    ]
    cards.append(_card("best", "nginx 是什么？", level=2))
    path = tmp_path_factory.mktemp("find") / "long.html"
    deck = samples.deck(Section("one", "一", (), tuple(cards)))
    written(path, deck)
    return path


@pytest.mark.parametrize(
    ("width", "way"),
    [
        (390, "words"),
        (1280, "filter"),
        pytest.param(390, "filter", marks=pytest.mark.slow),
        pytest.param(1280, "words", marks=pytest.mark.slow),
    ],
)
def test_what_is_found_is_read_from_its_beginning(
    chromium: Browser, long: Path, width: int, way: str
) -> None:
    with visit(chromium, long, width=width) as visited:
        page = visited.page
        page.evaluate("scrollTo(0, 0.6 * document.body.scrollHeight)")
        if way == "words":
            page.keyboard.press("/")
            page.keyboard.type("nginx")
            first = page.locator("#best h3")
        else:
            if width < 1000:
                page.get_by_role("button", name="目录").click()
            page.get_by_label("难度").select_option("1")
            page.keyboard.press("Escape")
            first = page.locator("#c0 h3")
        expect(first).to_be_in_viewport(ratio=1)
        bar = page.locator(".bar").bounding_box()
        asked = first.bounding_box()
        assert bar
        assert asked
        assert width > 1000 or asked["y"] > bar["y"] + bar["height"]


def test_a_link_in_a_search_leads_to_where_the_bar_covers_nothing(
    chromium: Browser, long: Path
) -> None:
    with visit(chromium, long, "c41", query="q=nginx", width=390) as visited:
        page = visited.page
        expect(page.locator("#c41 details")).to_have_attribute("open", "")
        page.wait_for_timeout(200)  # it is led there again when the cards above have been laid out
        bar = page.locator(".side").bounding_box()
        asked = page.locator("#c41 h3").bounding_box()
        assert bar
        assert asked
        assert bar["y"] + bar["height"] <= asked["y"] < 200


def test_the_head_of_the_page_stays_while_it_is_in_sight(chromium: Browser, long: Path) -> None:
    with visit(chromium, long, width=390) as visited:
        assert _find(visited.page, "nginx")[0] == "best"
        assert visited.page.evaluate("scrollY") == 0


def test_back_leads_to_what_was_looked_for_then(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as visited:
        page, search = visited.page, visited.page.get_by_role("searchbox")

        def looked_for(text: str) -> None:
            _find(page, text)
            page.wait_for_url(f"**?{urlencode({'q': text})}*")

        looked_for("反向代理")
        page.locator("#asked .number").click()
        looked_for("docker")
        page.go_back()
        expect(search).to_have_value("反向代理")
        assert _shown(page) == ["asked", "label", "answer"]
        page.go_forward()
        expect(search).to_have_value("docker")
        assert _shown(page) == ["answer"]
        page.get_by_role("button", name="显示全部").click()
        page.wait_for_url(lambda address: "?" not in address)
        page.go_back()
        expect(search).to_have_value("反向代理")


def test_back_from_a_card_that_was_filtered_out_leads_to_the_search(
    chromium: Browser, tmp_path: Path
) -> None:
    link = (LinkStart("other"), "另一张", LinkEnd())
    cards = (_card("asked", "什么是反向代理？"), _card("other", _ALIKE))
    cards = (replace(cards[0], short=("<p>见", *link, "。</p>")), cards[1])
    path = tmp_path / "deck.html"
    deck = samples.deck(Section("one", "一", (), cards))
    written(path, deck)
    with visit(chromium, path) as visited:
        page = visited.page
        assert _find(page, "反向") == ["asked"]
        page.wait_for_url("**?q=*")
        page.locator("#asked h3").click()
        page.get_by_role("link", name="另一张").click()
        expect(page.locator("#other")).to_be_visible()
        page.wait_for_url(lambda address: "?" not in address)
        page.go_back()
        expect(page.get_by_role("searchbox")).to_have_value("反向")
        assert _shown(page) == ["asked"]


def test_following_a_link_keeps_what_is_looked_for_where_the_address_cannot_say_it(
    chromium: Browser, file: Path
) -> None:
    refuse = "history.replaceState = () => { throw new DOMException('no', 'SecurityError'); }"
    with visit(chromium, file, before=refuse) as visited:
        page = visited.page
        assert _find(page, "docker") == ["answer"]
        page.locator("#answer .number").click()
        expect(page.locator("#answer details")).to_have_attribute("open", "")
        assert page.get_by_role("searchbox").input_value() == "docker"
        assert _shown(page) == ["answer"]
        assert visited.record.complaints == []


def test_a_slash_that_is_held_down_is_typed_nowhere(searched: Page) -> None:
    for _ in range(5):
        searched.keyboard.down("/")
    searched.keyboard.up("/")
    expect(searched.get_by_role("searchbox")).to_be_focused()
    expect(searched.get_by_role("searchbox")).to_have_value("")


def test_only_what_tells_cards_apart_is_offered(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "deck.html"
    deck = samples.deck(Section("one", "One", (), (_card("plain", _ALIKE),)))
    written(path, deck)
    with visit(chromium, path) as visited:
        expect(visited.page.locator(".facets select")).to_have_count(0)
        assert _find(visited.page, "磁盘") == ["plain"]


@pytest.mark.parametrize(
    ("text", "lang", "sounds"),
    [
        ("反向代理", "zh-CN", "fan xiang dai li"),
        ("重启与重量", "zh-CN", "chong qi yu zhong liang"),
        ("用 Docker 打包？", "zh-CN", "yong,da bao"),
        ("反向代理", "en", ""),
        ("What?", "zh-CN", ""),
    ],
)
def test_the_sounds_of_chinese(text: str, lang: str, sounds: str) -> None:
    assert pinyin(text, lang, DEFAULT_JOB.memo) == sounds


def test_sounds_are_remembered() -> None:
    kept: dict[bytes, bytes] = {}

    class Memory:
        get: Callable[[bytes], bytes | None] = staticmethod(kept.get)
        put: Callable[[bytes, bytes], None] = staticmethod(kept.__setitem__)

    assert pinyin("镜像", "zh-CN", Memory()) == "jing xiang"
    (key,) = kept
    kept[key] = b"remembered"
    assert pinyin("镜像", "zh-CN", Memory()) == "remembered"
