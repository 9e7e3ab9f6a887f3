"""How Chinese is set and names are spelled: what is a slip, what is none, and how it is mended."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deckpress.checks import check
from deckpress.fixes.assign_ids import assign_ids
from deckpress.fixes.autofix import mend
from deckpress.fixes.plain_slips import mend_plain_slips
from deckpress.language import product_names
from deckpress.language.punctuation import mend_slips, slips
from deckpress.language.style import Style
from deckpress.model import RawDeck
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.prose import FILLER, prose
from deckpress.reading.reader import read
from deckpress.reading.tokens import TokenKind, scan
from deckpress.render.plain_text import plain_text
from deckpress.render.renderer import render

ZH = Style()
EN = Style(chinese=False)
CURLY = Style(quotes="“”")
MENDED = {"D907", "D908", "D909", "D910", "D913", "D914"}

FRONT = "---\ntitle: T,标题\nlang: {lang}\nkey: t\nanki_deck: T\n---\n\n# 节,一 {{#s}}\n\n"


def deck_of(text: str) -> RawDeck:
    return read(LoadedSource("deck", "deck.md", text.encode("utf-8", "replace"), text, {}, ()))[0]


# Left: as written. Right: as it should be.
WRONG = {
    "容器,镜像;仓库:都是?是!": "容器，镜像；仓库：都是？是！",
    "支持HTTP,然后返回": "支持HTTP，然后返回",
    "Docker, 容器": "Docker，容器",
    "`nginx`,然后": "`nginx`，然后",
    "**重点**,其次": "**重点**，其次",
    "**重点,** 其次": "**重点，** 其次",
    "[^1]: 注释,好": "[^1]: 注释，好",
    "{{c1::应用}},{{c2::依赖::哪,个}}!": "{{c1::应用}}，{{c2::依赖::哪，个}}！",
    "容器(container)是": "容器（container）是",
    "Docker (容器引擎) 是": "Docker（容器引擎）是",
    "见（图1)。": "见（图1）。",
    "甲(a)(b)(c),乙": "甲（a）（b）（c），乙",
    "好的.": "好的。",
    "好的.\n下一行": "好的。\n下一行",
    "**好的**.": "**好的**。",
    "他说好. 然后": "他说好。然后",
    "好， 的 。": "好，的。",
    "容器 （进程）": "容器（进程）",
    "| 是， 否 | `a` |": "| 是，否 | `a` |",
    '他说"你好"': "他说「你好」",
    '用"run"启动': "用「run」启动",
    '「他说"好"」': "「他说『好』」",
    "他说“你好”": "他说「你好」",
    '"一","二"': "「一」，「二」",
    "等等...": "等等……",
    "等等。。。好": "等等……好",
    "见https://a.cn/a,b?x=1,然后": "见https://a.cn/a,b?x=1，然后",
}
RIGHT = [
    "版本1.2,3.4，共1,000个",
    "10:30开始，比例3:1，1:多",
    "函数f(x)的值，man(1)手册，os.path(路径)",
    "见https://a.cn/中?x=1,y",
    "文件.txt与a.com",
    "一. 概述",
    "1. 第一\n2. 第二",
    "1）第一 2）第二",
    "（a 1) b 2) c）",
    "路径 /a?名=1",
    "类::方法",
    "a!=乙",
    "见图![图,1](figures/x.png)",
    "[题,目](https://a.cn/文,b)与[甲,乙][x]",
    "[甲,乙]\n\n[甲,乙]: https://a.cn/x",
    "`容器,镜像`与$中,文$",
    "```text\n容器,镜像.\n```",
    "- 项\n\n        代码,中.",
    "> 引\n\n>     代码,中.",
    "\\(不动\\)，a",
    "<b title=甲,乙>",
    "&nbsp;中",
    "{{c1:文}}",
    "{.甲,乙}",
    "- 一个`\n- `代码,中`",
    "- **问？** 答，\n  好",
    "甲，  \n乙",
    "| 是， | 否。 |",
    "2 * （3）* 4",
    "「引「内」」与『书』",
    "> [!NOTE]\n> 好。",
    'English, only (here): "quoted"...',
    "见（下，",  # without its partner, which nobody can mend
    "Ada（爱达） said",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_slip_is_mended(text: str) -> None:
    assert mend_slips(text, ZH)[0] == WRONG[text]
    assert mend_slips(WRONG[text], ZH)[0] == WRONG[text]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_stays(text: str) -> None:
    expected = text.replace("（爱达） said", "（爱达）said")
    assert mend_slips(text, ZH)[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "The word 容器, which means container.",
        "A container (容器) is a process.",
        "How do you say 你好? It is 你好.",
        '"你好" means hello...',
        "The mark ， is full-width.",
        "x: 中文",
    ],
)
def test_english_around_a_chinese_word_is_english(text: str) -> None:
    assert slips(text, EN) == []


def test_chinese_in_an_english_deck_is_chinese() -> None:
    assert mend_slips("It says 容器,镜像 there.", EN)[0] == "It says 容器，镜像 there."


@pytest.mark.parametrize(
    ("text", "code", "marks"),
    [
        ("好（注", "D911", "（"),
        ("好」了", "D911", "」"),
        ("「甲\n\n乙", "D911", "「"),
        ("《书（名》）", "D911", "（）"),
        ("好。。", "D912", "。。"),
        ("真的？？！", "D912", "？？"),
    ],
)
def test_what_only_the_author_can_mend(text: str, code: str, marks: str) -> None:
    found = slips(text, ZH)
    assert {slip.code for slip in found} == {code}
    assert "".join(text[slip.start : slip.stop] for slip in found) == marks
    assert mend_slips(text, ZH) == (text, Counter())


def test_a_quotation_may_go_over_several_paragraphs() -> None:
    assert slips("「甲。\n\n乙。」", ZH) == []


def test_quotes_are_those_that_the_deck_mostly_has() -> None:
    front = FRONT.format(lang="zh-CN")
    for body, quotes in (("「一」「二」“三”", "「」"), ("“一”「二」“三”", "“”"), ('"一"', "「」")):
        assert Style.from_deck(deck_of(f"{front}## 问 {{#q}}\n\n{body}\n")).quotes == quotes
    assert slips("他说“你好”", CURLY) == []
    assert mend_slips('他说"你好"', CURLY)[0] == "他说“你好”"


# --- names ---------------------------------------------------------------------------------------


def named(text: str) -> str:
    return mend_slips(
        text,
        Style(
            misspelled=product_names.misspellings(text), mixed=product_names.mixed_spellings(text)
        ),
    )[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("用Github和Fastdfs。", "用GitHub和FastDFS。"),
        ("DockerHub, Docker hub and Docker-Hub", "Docker Hub, Docker Hub and Docker Hub"),
        ("Javascript on MacOS", "JavaScript on macOS"),
        ("**Mysql**（Postgresql）", "**MySQL**（PostgreSQL）"),
        ("Start Supervisord. It runs.", "Start supervisord. It runs."),
        ("Nginx, Nginx and NGINX", "Nginx, Nginx and Nginx"),
        ("NGINX, Nginx and NGINX", "NGINX, NGINX and NGINX"),
    ],
)
def test_names_are_spelled_as_their_makers_do(text: str, expected: str) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "`Github` and ```DockerHub```",
        "https://Github.com/x, Github.com, git@Github, ./Dockerhub/x, $Mysql, --Mysql, Mysql_x",
        "[the Github manual](https://example.org/x)",
        "docker, github, docker-compose, MYSQL, nginx",
        "Supervisord reads it. Supervisord writes it.",
        "Nginx, NGINX Plus and NGINX Unit",
        "The docker file, a Dockerfile, Githubs",
        "nginx and Nginx",
    ],
)
def test_what_may_be_no_name_stays(text: str) -> None:
    assert named(text) == text


# --- the whole source ----------------------------------------------------------------------------

PIECES = [
    *',.;:?!()"“”「」（）。，！、…*_~`|#>-[]{}\\ \n\t',
    *("中", "文字", "容器", "a", "Bc", "1", "23", "Github", "Docker hub", "NGINX", "Nginx"),
    *("\n\n", "\n- ", "\n    ", "\n1. ", "\n> ", "  \n", "...", "。。。", "::", "**", "~~", "$"),
    *("`代码,中`", "\n```\n代码,中.\n```\n", "[题,目](#s)", "https://a.cn/b,c", "<b>", "&amp;"),
    *("{{c1::", "}}", "{{c1::空,格::提示}}", "\n[x]: https://a.cn\n", "[x]", "[^1]", "\n[^1]: "),
    *("\n\n### 为什么\n\n", "\n## 问,题 {#q}\n", "\n## 问 {.choice}\n\n- [x] 甲,乙\n- [ ] 丙.\n"),
]
bodies = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
langs = st.sampled_from(["zh-CN", "en"])
ends = st.sampled_from(["\n", "\r\n", "\r"])
sources = st.builds(
    lambda lang, body, end: (FRONT.format(lang=lang) + "## 问 {#p}\n\n" + body).replace("\n", end),
    langs,
    bodies,
    ends,
)
anything = st.one_of(sources, st.text(), bodies)


@given(anything)
@example("\ufeff" + FRONT.format(lang="zh-CN") + "## 问,题\r\n\r\n甲,乙\r")
def test_mending_again_changes_nothing(text: str) -> None:
    once, _ = mend(text)
    again, counts = mend(once)
    assert again == once
    assert not counts.total()


@given(anything)
def test_after_mending_nothing_that_could_be_mended_is_found(text: str) -> None:
    once, _ = mend(text)
    found = {diagnostic.code for diagnostic in check(deck_of(once))}
    assert not found & MENDED


def one_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def opaque(text: str) -> list[str]:
    """Code, formulas, addresses, link targets and attributes, in order."""
    masked = prose(text)
    code = [text[m.start() : m.end()] for m in re.finditer(f"{FILLER}+", masked)]
    kept = re.findall(r"\]\([^()]*\)|https?://[!-~]+[\w/]|\{#[^{}]*\}|^\[.*?\]:", masked, re.M)
    return code + kept


@given(sources)
def test_code_links_and_structure_stay(text: str) -> None:
    text, _ = mend_plain_slips(text)  # which may make a heading of what should be one
    fresh, _ = mend(text)
    before, after = scan(text), scan(fresh)
    assert [(t.kind, t.level, t.line) for t in before] == [(t.kind, t.level, t.line) for t in after]
    for old, new in zip(before, after, strict=True):
        if old.kind in (TokenKind.FRONT, TokenKind.BOM):
            assert new.raw == old.raw
        elif old.kind is TokenKind.TEXT:
            # Told as the reader has it: with one sort of line end.
            assert opaque(one_end(new.raw)) == opaque(one_end(old.raw))


def letters(text: str) -> str:
    """All letters and digits of a text, Han and Latin, without regard to capitals."""
    return "".join(c for c in text.lower() if unicodedata.category(c)[0] in "LN")


@given(sources)
def test_no_letter_is_lost_in_the_source_or_for_the_learner(text: str) -> None:
    text, _ = mend_plain_slips(text)
    fresh, _ = mend(text)
    without_ids = [re.sub(r"\{#[a-z0-9-]+", "{", source) for source in (text, fresh)]
    assert letters(without_ids[0]) == letters(without_ids[1])
    named, _ = assign_ids(text)  # cards are rendered by their ids, and options ordered by them
    assert sorted(letters(seen(fresh))) == sorted(letters(seen(named)))


def seen(text: str) -> str:
    """What a learner reads of a deck."""
    deck, _ = render(deck_of(text))
    fields = [
        field
        for card in deck.cards()
        for field in (
            *(card.question, card.lead, card.short, *card.steps),
            *(option.html for option in card.options),
            *(part.html for part in card.parts),
        )
    ]
    return "\n".join(map(plain_text, fields))


def test_each_kind_is_counted() -> None:
    text = FRONT.format(lang="zh-CN") + '## 问,题\n\n甲， 乙"丙"丁...，Github\n'
    fresh, counts = mend(text)
    assert re.search("^## 问，题 {#q-[0-9a-f]{8}}$", fresh, re.MULTILINE)
    assert "甲，乙「丙」丁……，GitHub\n" in fresh
    assert "# 节，一 {#s}\n" in fresh
    assert "title: T,标题\n" in fresh
    assert counts == {"D207": 1, "D907": 2, "D908": 1, "D909": 2, "D910": 1, "D913": 1}


@pytest.mark.parametrize(
    "piece", ["(", "（", "「", "甲,", '"甲"', "(甲)", "[", "*", "甲. ", "“甲”", "](", "{", "甲) "]
)
@pytest.mark.parametrize("length", [20_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_a_hostile_text_is_looked_at_in_time(piece: str, length: int) -> None:
    """Quadratic work on this would take minutes or hours; there is no clock here, only patience."""
    text = FRONT.format(lang="zh-CN") + "## 问 {#q}\n\n" + piece * (length // len(piece))
    mend(text)
