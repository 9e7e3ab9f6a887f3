"""What cards say: how long it takes, where it comes from, and whether it was said before."""

from __future__ import annotations

import pytest

from benchmarks import synthetic
from deckpress.checks import check, content
from deckpress.language.similarity import content as content_of
from deckpress.language.speaking_time import spoken_length
from deckpress.model import RawDeck
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.reader import read

FRONT = "---\ntitle: T\nlang: {lang}\nkey: t\nanki_deck: T\n---\n\n# S {{#s}}\n"


def deck_of(*cards: str, lang: str = "zh-CN") -> RawDeck:
    text = FRONT.format(lang=lang) + "".join(f"\n{card}\n" for card in cards)
    return read(LoadedSource("deck", "deck.md", text.encode(), text, {}, ()))[0]


def found(*cards: str, lang: str = "zh-CN") -> list[tuple[str, int]]:
    return [(d.code, d.span.line) for d in content.check(deck_of(*cards, lang=lang))]


# --- how long ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "han", "words"),
    [
        ("容器是一个进程。", 7, 0),
        ("It is one process.", 0, 4),
        ("用`docker run -d`启动Docker容器", 5, 4),
        ("{{c1::容器::hint}}和{{c2::image}}", 3, 1),
        ("见[手册 1](https://example.org/a/b/c)和<https://example.org/x>", 4, 1),
        ("![很长的说明](figures/x.png)图", 1, 0),
        ("一[^1]\n\n[^1]: 不说的注释", 1, 0),
        ("如下：\n\n```sh\ndocker run a b c\n```\n", 2, 0),
        ("有$2^{16}$个", 2, 2),
        ("**重**~~要~~", 2, 0),
    ],
)
def test_what_is_said_of_a_text(text: str, han: int, words: int) -> None:
    assert spoken_length(text) == (han, words)


@pytest.mark.parametrize(
    ("answer", "long"),
    [
        ("字" * 122, False),
        ("字" * 123, True),
        ("word " * 61, False),
        ("word " * 62, True),
        ("字" * 60 + " word" * 32, True),
        ("短。\n\n```text\n" + "字" * 200 + "\n```", False),
        ("短。\n\n### 为什么\n\n" + "字" * 200, False),
    ],
)
def test_an_answer_is_said_in_thirty_seconds(answer: str, long: bool) -> None:
    assert (("D901", 12) in found(f"## 问？ {{#q}}\n\n{answer}")) is long


def test_lists_that_are_asked_are_not_timed() -> None:
    long = "字" * 130
    assert found(f"## 问？ {{#q .choice}}\n\n- [x] {long}\n- [ ] 乙\n\n{long}") == []
    assert found(f"## 问？ {{#q .retired}}\n\n{long}") == []


# --- sources -------------------------------------------------------------------------------------

SOURCE = "\n\n### 来源\n\n- [页](https://example.org/page)"


def card(number: int, more: str = "") -> str:
    return f"## 第{number}问？ {{#q{number}}}\n\n因为如此。{more}"


def test_most_cards_have_a_source_so_this_one_should() -> None:
    assert found(card(1, SOURCE), card(2, SOURCE), card(3)) == [("D902", 26)]
    assert found(card(1, SOURCE), card(2)) == []
    assert found(card(1), card(2)) == []
    assert found(card(1, SOURCE), card(2, SOURCE), card(3).replace("q3", "q3 .retired")) == []


@pytest.mark.parametrize(
    ("sources", "codes"),
    [
        ("- 手册", ["D903"]),
        ("- [卡](#q1)", ["D903"]),
        ("- `https://example.org/page`", ["D903"]),
        ("- 《深入理解计算机系统》", []),
        ("- CS:APP, chapter 8", []),
        ("- K&R, p. 12", []),
        ("- [RFC 9293][rfc]\n\n[rfc]: https://www.rfc-editor.org/rfc/rfc9293", []),
        ("- <https://example.org/page>", []),
        ("- https://example.org/page", []),
        ("- [站](https://example.org)", ["D904"]),
        ("- [站](https://example.org/)", ["D904"]),
        ("- <http://example.org:8080/>和https://example.org。", ["D904", "D904"]),
        ("- [页](https://semver.org/#summary)", []),
        ("- [页](https://example.org/?page=1)", []),
        ("- [页](https://example.org/a_(b))", []),
    ],
)
def test_a_source_is_a_page(sources: str, codes: list[str]) -> None:
    assert [code for code, _ in found(card(1, f"\n\n### 来源\n\n{sources}"))] == codes


# --- asked twice ---------------------------------------------------------------------------------

SAME = [
    ("COPY与ADD的区别？", "ADD和COPY有什么不同"),
    ("`COPY`与`ADD`有哪些区别？", "COPY 和 ADD 的区别是什么？"),
    ("什么是正向代理", "正向代理是什么？"),
    ("怎么查看日志？", "如何查看日志"),
    ("请简述Docker的网络模式。", "Docker网络模式是什么呢？"),
    ("为什么用Redis?", "为何用redis？"),
    ("What is the difference between COPY and ADD?", "What's the difference between ADD and COPY"),
    ("Which ports does HTTPS use?", "Which port does https use"),
    ("How does a worker start?", "How do workers start?"),
]
OTHER = [
    ("COPY与ADD的区别", "CMD与ENTRYPOINT的区别"),
    ("什么是正向代理", "什么是反向代理"),
    ("进程和线程的区别", "线程和协程的区别"),
    ("为什么用Redis", "怎么用Redis"),
    ("什么时候用Redis", "为什么用Redis"),
    ("什么是设计模式", "设计模式有哪些"),
    ("容器能访问外网吗", "容器能访问外网的原理"),
    ("在Linux服务器上怎样查看内存使用情况", "在Linux服务器上怎样查看磁盘使用情况"),
    ("有状态的服务怎么扩容", "无状态的服务怎么扩容"),
    ("What is C?", "What is C++?"),
    ("What is HTTP?", "What is HTTPS?"),
    ("What does `-v` do?", "What does `-V` do?"),
    ("What is 2 - 1?", "What is 2 + 1?"),
    ("How to move from MySQL to PostgreSQL?", "How to move from PostgreSQL to MySQL?"),
    ("What does request 12 return?", "What does request 13 return?"),
    ("Can it be stopped?", "Should it be stopped?"),
    ("Why is Redis fast?", "When is Redis fast?"),
    ("？？", "！！"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_questions_with_the_same_content_are_the_same(one: str, other: str) -> None:
    assert content_of(one).words == content_of(other).words
    cards = [f"## {one} {{#a}}\n\n甲。", f"## {other} {{#b}}\n\n乙。"]
    (diagnostic,) = content.check(deck_of(*cards))
    assert (diagnostic.code, diagnostic.span.line, diagnostic.args) == (
        "D905",
        14,
        {"id": "a", "line": "10"},
    )


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_questions_that_ask_something_else_are_not(one: str, other: str) -> None:
    assert content_of(one).words != content_of(other).words


def test_a_section_says_what_a_question_is_about() -> None:
    ask = "## 默认端口是多少？ {{#{id}}}\n\n{id}。"
    named = "## Redis的默认端口是多少？ {{#{id}}}\n\n{id}。"
    for question, codes in ((ask, []), (named, ["D905"])):
        cards = [question.format(id="a"), "# T {#t}", question.format(id="b")]
        assert [code for code, _ in found(*cards)] == codes


def test_what_else_is_asked_counts() -> None:
    pick = "## 下列说法哪个正确？ {{#{id} .choice}}\n\n- [x] {id}\n- [ ] 错"
    gap = "## 填空 {{#{id} .cloze}}\n\n{id}是{{{{c1::一}}}}。"
    steps = "## 按顺序排列 {{#{id} .ordered}}\n\n关于{id}：\n\n1. 一\n2. 二"
    for question in (pick, gap, steps):
        assert found(question.format(id="a"), question.format(id="b")) == []
        twice = [question.format(id="a"), question.format(id="a").replace("#a", "#b")]
        assert [code for code, _ in found(*twice)] == ["D905"]


def test_a_retired_card_may_be_asked_anew() -> None:
    assert found("## 什么是a？ {#a .retired}\n\n甲。", "## 什么是a？ {#b}\n\n乙。") == []


# --- said twice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "repeats"),
    [
        ("什么是反向代理？", "反向代理。", True),
        ("什么是反向代理？", "反向代理，就是反向的代理。", False),
        ("什么是反向代理？", "它代替后端接待客户端。", False),
        ("为什么Redis快？", "Redis快。", True),
        ("Redis快吗？", "Redis快。", False),
        ("TCP和UDP哪个可靠？", "TCP可靠。", False),
        ("用TCP还是UDP？", "TCP。", False),
        ("HTTPS的默认端口是多少？", "443", False),
        ("What is a load balancer?", "A load balancer.", True),
        ("Is TCP reliable?", "TCP is reliable.", False),
        ("Which is reliable, TCP or UDP?", "TCP is reliable.", False),
        ("What does TCP stand for?", "TCP stands for Transmission Control Protocol.", False),
        ("Who wrote Python?", "Guido van Rossum wrote Python.", False),
    ],
)
def test_an_answer_says_more_than_its_question(question: str, answer: str, repeats: bool) -> None:
    codes = [code for code, _ in found(f"## {question} {{#q}}\n\n{answer}")]
    assert codes == (["D906"] if repeats else [])


# --- all of it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_many_cards_that_are_nearly_alike_have_no_finding(count: int) -> None:
    text = synthetic.deck(count)
    deck, structure = read(LoadedSource("deck", "deck.md", text.encode(), text, {}, ()))
    assert structure == ()
    assert check(deck) == ()
