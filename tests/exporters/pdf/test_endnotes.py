"""The sources of a section: behind its cards, each once, with an address that can be typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deckpress.model import Card, Part, PartName, Section
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.sheets.endnotes import endnotes
from exporters.view import chapters
from tests.exporters.pdf_reading import body, links
from tests.exporters.printing import printed
from tests.exporters.samples import card, deck


def link(href: str, text: str) -> str:
    return f'<a href="{href}" rel="noopener noreferrer">{text}</a>'


MANUAL = link("https://www.rfc-editor.org/rfc/rfc9293#section-3.6", "RFC 9293, section 3.6")
LONG = link(f"https://example.org/{'way/' * 30}", "A far page")


def sources(*lines: str) -> tuple[Part, ...]:
    return (Part(PartName.SOURCES, (f"<ul>{''.join(f'<li>{each}</li>' for each in lines)}</ul>",)),)


def noted(*lines: str, coded: bool = False) -> list[str]:
    one = replace(card("one", "Q?", "<p>A.</p>"), parts=sources(*lines))
    (chapter,) = chapters(deck(Section("s", "S", (), (one,))))
    notes = endnotes(chapter, PaperRenderer({}).field, coded)
    shown = (" ".join(f"{source.html.striptags()}" for source in note) for note in notes)
    return [text.replace("\u200b", "").replace("\u2060", "") for text in shown]


@pytest.mark.parametrize(
    ("line", "typed", "coded"),
    [
        (MANUAL, "RFC 9293, section 3.6 rfc-editor.org/rfc/rfc9293", "RFC 9293, section 3.6"),
        (LONG, "A far page example.org", "A far page"),
        (link("https://nginx.org/en/docs/", "nginx.org"), "nginx.org/en/docs", None),
        (link("https://nginx.org/", "https://nginx.org/"), None, None),
        (link("https://nginx.org/", "nginx.org"), None, None),
        (link("https://nginx.org/a", "https://nginx.org/a"), "nginx.org/a", "nginx.org/a"),
        ("A book, page 12", "A book, page 12", "A book, page 12"),
    ],
)
def test_a_source_says_what_can_be_typed(line: str, typed: str | None, coded: str | None) -> None:
    assert noted(line) == ([typed] if typed else [])
    assert noted(line, coded=True) == ([coded] if coded else [])


def test_a_source_of_several_cards_stands_once_behind_all_of_them() -> None:
    cards = [
        replace(card(f"c{n}", f"问{n}？", f"<p>答{n}。</p>"), parts=sources(MANUAL))
        for n in range(1, 4)
    ]
    other = replace(card("c4", "问4？", "<p>答4。</p>"), parts=sources("A book", MANUAL))
    made = deck(Section("s", "甲", (), (*cards, other)))
    text = body(printed(replace(made, meta=replace(made.meta, homepage=""))))
    assert text.count("RFC9293") == 1
    assert "1234RFC9293,section3.6rfc-editor.org/rfc/rfc9293·4Abook" in text
    assert text.index("答4。") < text.index("来源") < text.index("RFC9293")


def test_sources_on_one_page_share_its_address_and_each_leads_to_its_own_place() -> None:
    def place(name: str) -> str:
        return link(f"https://nginx.org/en/docs/upstream.html#{name}", name)

    def asked(id: str, *lines: str) -> Card:
        return replace(card(id, "问？", "<p>答。</p>"), parts=sources(*lines))

    cards = (
        asked("a", place("hash"), "A book"),
        asked("b", place("random"), place("hash")),
        asked("c", link("https://nginx.org/en/docs/upstream.html", "nginx.org")),
    )
    made = deck(Section("s", "甲", (), cards))
    pdf = printed(replace(made, meta=replace(made.meta, homepage="")))
    address = "nginx.org/en/docs/upstream.html"
    assert f"12hash;2random{address}·1Abook·3{address}" in body(pdf)
    ends = {href.partition("#")[2] for href in links(pdf)[0] if "upstream" in href}
    assert ends == {"hash", "random", ""}
