"""What the page's file says, before any browser has read it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from tinyhtml5.parser import HTMLParser

from deckpress.model import CardKind, Deck, LinkEnd, LinkStart, Math, Option, Section, Version
from exporters.web.minify import minify, minify_style
from tests.exporters import samples
from tests.exporters.web import pages

_ROOT = Path(__file__).parents[3]


def _text(deck: Deck, version: Version = samples.VERSION) -> str:
    return pages.export(deck, version)[0].data.decode()


def _parsed(page: str) -> tuple[Element, list[object]]:
    parser = HTMLParser(namespace_html_elements=False)
    return parser.parse(page), parser.errors


def _one(*cards: object, **meta: str) -> Deck:
    return samples.deck(Section("docker", "Docker", (), cards), **meta)  # type: ignore[arg-type]


def _said(element: Element) -> str:
    return "".join(element.itertext())


def _by_id(root: Element, name: str) -> Element:
    (found,) = (element for element in root.iter() if element.get("id") == name)
    return found


@pytest.fixture(scope="module")
def page() -> str:
    return _text(samples.sample())


@pytest.fixture(scope="module")
def root(page: str) -> Element:
    return _parsed(page)[0]


def test_the_file_is_named_after_the_deck_and_its_version() -> None:
    alone, *beside = pages.export(samples.sample(), samples.RELEASE)
    assert alone.name == "sample-1.2.3.html"
    assert all(artifact.name.startswith("site/") for artifact in beside)


def test_the_bytes_depend_on_nothing_but_the_deck() -> None:
    program = (
        "import hashlib; from exporters.web import export; from tests.exporters import samples;"
        "data = b''.join(file.data for file in export(samples.sample(), samples.VERSION));"
        "print(hashlib.sha256(data).hexdigest())"
    )
    data = b"".join(file.data for file in pages.export(samples.sample()))
    # The hash seed of the tests themselves is any.
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=_ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == hashlib.sha256(data).hexdigest()


def test_an_html_parser_finds_nothing_wrong(page: str) -> None:
    assert _parsed(page)[1] == []


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else(page: str) -> None:
    allowed = {}
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        allowed[tag] = f"{tag}-src 'sha256-{digest}'"
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy == "; ".join(
        (
            "default-src 'none'",
            allowed["script"],
            allowed["style"],
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def test_no_element_carries_a_style_or_a_handler(root: Element) -> None:
    for element in root.iter():
        for attribute in element.attrib:
            assert attribute != "style"
            assert not attribute.startswith("on")


def test_ids_are_unique_and_every_link_inside_the_page_leads_somewhere(root: Element) -> None:
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [element.get("href") for element in root.iter("a")]
    inside = {link[1:] for link in links if link and link.startswith("#")}
    assert {"docker-what-is", "docker", "docker-vs-vm", "fn-docker-what-is-why-1"} <= inside
    assert inside <= set(ids)


def test_every_card_has_an_anchor_and_facts_to_filter_by(root: Element) -> None:
    for card in samples.sample().cards():
        if card.retired:
            continue
        element = _by_id(root, card.id)
        assert element.get("data-kind") == card.kind
        assert element.get("data-section") == card.section
        assert element.get("data-topics", "") == " ".join(card.tags)
        assert element.get("data-level") == (str(card.level) if card.level else None)
        assert element.get("data-tier") == card.tier


def test_retired_cards_are_not_shown_and_links_to_them_keep_their_words() -> None:
    link = samples.card(
        "docker-linking", "？", "<p>", (LinkStart("docker-gone"), "旧卡片", LinkEnd()), "</p>"
    )
    gone = samples.card("docker-gone", "下架了的问题", "<p>下架了的答案</p>", retired=True)
    root, errors = _parsed(_text(_one(link, gone)))
    assert errors == []
    assert "下架了的" not in _said(root)
    (words,) = (anchor for anchor in root.iter("a") if _said(anchor) == "旧卡片")
    assert words.get("href") is None


def test_a_section_that_is_retired_whole_is_not_shown() -> None:
    gone = samples.card("gone", "旧问题", "<p>旧答案</p>", retired=True)
    there = Section("there", "还在的一节", (), (samples.card("a", "？", "<p>答</p>"),))
    root, errors = _parsed(_text(samples.deck(there, Section("old", "旧的一节", (), (gone,)))))
    assert errors == []
    assert "还在的一节" in _said(root)
    assert "旧的一节" not in _said(root)


def test_contents_count_the_cards_that_are_shown(root: Element) -> None:
    (nav,) = root.iter("nav")
    entries = [" ".join(_said(item).split()) for item in nav.iter("li")]
    assert entries == [
        "Docker 与容器 4 张卡片",
        "Nginx 与反向代理 4 张卡片",
        "还没有写的一节",
        "Python 运行时 5 张卡片",
    ]


def test_headings_follow_one_another_without_a_gap(root: Element) -> None:
    levels = [int(e.tag[1]) for e in root.iter() if re.fullmatch(r"h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_labels_use_the_names_that_the_deck_gives(root: Element) -> None:
    card = _by_id(root, "nginx-balance")
    assert [_said(label) for label in card.iter("li") if not label.get("class")] == ["配置", "进阶"]
    named = {label.get("class"): _said(label) for label in card.iter("li") if label.get("class")}
    assert named["core"] == "核心"
    assert named["kind"] == "选择"


def test_the_foot_says_what_this_is(root: Element) -> None:
    (foot,) = root.iter("footer")
    said = _said(foot)
    for fact in ("运维面试速查", "1.2.3-dev+0a1b2c3d", "CC-BY-SA-4.0", "13 张卡片", "样例作者"):
        assert fact in said
    (link,) = foot.iter("a")
    assert link.get("href") == "https://example.org/sample"


def test_a_partial_build_says_so(root: Element) -> None:
    partial = replace(samples.VERSION, partial=True)
    assert "节选" in _said(_parsed(_text(samples.sample(), partial))[0])
    assert "节选" not in _said(root)


def test_a_page_in_english_speaks_english() -> None:
    card = samples.card("what", "What?", "<p>That.</p>", kind=CardKind.REVERSE)
    page = _text(_one(card, lang="en"))
    assert _parsed(page)[0].get("lang") == "en"
    for word in ("Contents", "Answer", "Both ways", "Basic", "Skip to the cards", "1 card<"):
        assert word in page
    assert "1 cards" not in page
    assert '1 <span class="unseen">card<' in page


def test_a_deck_without_cards_still_gives_a_page() -> None:
    root, errors = _parsed(_text(samples.deck()))
    assert errors == []
    assert "运维面试速查" in _said(root)


def test_the_right_options_are_named_in_words(root: Element) -> None:
    said = _said(_by_id(root, "nginx-balance"))
    assert "正确：A、B、D" in said
    assert said.count("错误") == 1


def test_options_beyond_the_alphabet_have_two_letters() -> None:
    options = tuple(Option((f"<p>选项 {n}</p>",), n == 27) for n in range(1, 29))
    card = samples.card("many", "？", kind=CardKind.CHOICE, options=options)
    assert "正确：AA" in _said(_by_id(_parsed(_text(_one(card)))[0], "many"))


def test_a_cloze_question_is_asked_with_its_gaps_open(root: Element) -> None:
    card = _by_id(root, "python-gil-cloze")
    (asked,) = card.iter("h3")
    assert _said(asked) == "同一时刻只有一个线程执行 三个字母 字节码，因为有…。"
    gaps = [_said(mark) for mark in card.iter("mark")]
    assert gaps == ["Python", "全局解释器锁"]


def test_a_formula_shown_twice_keeps_its_ids_apart() -> None:
    drawing = '<symbol id="f-1"/><use href="#f-1"/><g fill="url(#f-1)"/>'
    svg = f'<svg aria-label="x&lt;y" width="1em">{drawing}</svg>'
    formula = Math("x<y", False, svg, -3)
    card = samples.card("twice", (formula,), "<p>", (formula,), "</p>", title="?")
    page = _text(_one(card))
    assert _parsed(page)[1] == []
    first, second = re.findall(r"<svg class.*?</svg>", page)
    assert re.findall("f-1(?:-2)?", first) == ["f-1"] * 3
    assert re.findall("f-1(?:-2)?", second) == ["f-1-2"] * 3
    assert 'aria-label="x&lt;y"' in first
    assert re.search(r"\.d-3 {\s+vertical-align: 0.15em;", page)


def test_script_and_style_are_light() -> None:
    html = _text(samples.sample())
    own = "".join(re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", html, re.DOTALL))
    assert len(own.encode()) <= 90 * 1024


def test_leaving_comments_indents_and_empty_lines_out_leaves_every_line_of_code() -> None:
    text = '/* One\n   two. */\na {\n  b: c; /* kept */\n  e: f;\n}\n\n  // note\n  d = "// no";\n'
    assert minify(text) == 'a {\nb: c; /* kept */\ne: f\n}\nd = "// no";\n'


def test_each_rule_of_the_style_is_a_line() -> None:
    text = '/* One */\na,\nb:hover {\n  c: "x: {";\n  --d: 1px\n    solid;\n}\n'
    text += "@media x {\n  e {\n    f: g;\n  }\n}\n"
    assert minify_style(text) == 'a,b:hover{c:"x: {";--d:1px\nsolid}\n@media x{e{f:g}}\n'


@pytest.mark.parametrize(("lang", "last"), [("zh-CN", "一百零二"), ("en", "102")])
def test_sections_are_numbered_in_the_numerals_of_the_deck(lang: str, last: str) -> None:
    sections = (Section(f"s{n}", f"S{n}", (), ()) for n in range(102))
    root, _ = _parsed(_text(samples.deck(*sections, lang=lang)))
    numbers = [element.get("data-number") for element in root.iter() if element.get("data-number")]
    assert numbers[101] == numbers[-1] == last
    assert lang == "en" or [numbers[9], numbers[10], numbers[19]] == ["十", "十一", "二十"]
