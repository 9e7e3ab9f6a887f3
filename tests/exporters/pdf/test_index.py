"""The terms of the index, and their order."""

from __future__ import annotations

import re

from deckpress.model import CardKind, Option, PartName, Section
from exporters.pdf.book.binding import Places
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.sheets.index_terms import index_terms, sort_key
from exporters.view import chapters
from tests.exporters.samples import VERSION, card, deck, part


def test_chinese_terms_stand_among_the_others_at_their_pinyin() -> None:
    latin = ["zone", "nginx", "ip_hash", "docker rm", "docker", "ARG"]
    ordered = "ARG 安全 docker docker_rm ip_hash 架构 nginx 网络 鑫 性能 zone"
    chinese = ["网络", "安全", "鑫", "架构", "性能"]
    found = sorted([*latin, *chinese], key=sort_key)
    assert " ".join(term.replace(" ", "_") for term in found) == ordered


def test_terms_are_tags_names_of_code_and_words_in_capitals_but_no_examples() -> None:
    cards = (
        card(
            "a", "<p><code>ip_hash</code>?</p>", "<p>SIGTERM, <code>docker rm</code></p>", tags=()
        ),
        card("b", "?", "<p><code>ip_hash</code>, <code>kill -9 $PID</code>, NFS</p>", tags=("lb",)),
        card(
            "c",
            "?",
            kind=CardKind.CHOICE,
            options=(Option(("<code>a&amp;b</code><code>proxy_pass</code>",), True),),
            parts=(part(PartName.WHY, "<code>elsewhere</code>"),),
            tags=(),
        ),
    )
    made = deck(Section("one", "One", (), cards))
    terms = {
        term: [entry.number for entry in entries]
        for term, entries in index_terms(made, tuple(chapters(made)))
    }
    name = made.meta.tags.get("lb", "lb")
    assert terms == {
        "docker rm": [1], "ip_hash": [1, 2], name: [2], "proxy_pass": [3], "SIGTERM": [1]
    }  # fmt: skip


def test_a_term_of_many_cards_is_left_out_unless_it_is_a_tag() -> None:
    asked = "<code>nginx</code> OPS <code>oPs</code>?"
    cards = tuple(card(f"c{n}", asked, tags=("ops",)) for n in range(9))
    made = deck(Section("one", "One", (), cards))
    ((term, entries),) = index_terms(made, tuple(chapters(made)))
    assert (term, len(entries)) == ("ops", 9)


def test_cards_on_one_page_share_its_number() -> None:
    cards = tuple(card(id, "<code>ip_hash</code>?", tags=()) for id in "abc")
    book = Handbook(deck(Section("one", "One", (), cards)), VERSION).book()
    assert book.back
    (index,) = book.back(Places({"a": 3, "b": 3, "c": 4}, 4))
    told = re.findall(r'<a href="#(.)"( class="same")? data-page="(\d)"', index.html)
    assert told == [("a", ' class="same"', "3"), ("b", "", "3"), ("c", "", "4")]
