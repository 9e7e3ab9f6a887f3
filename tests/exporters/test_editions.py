"""What people read of an edition: on paper, and in the names of its files."""

from __future__ import annotations

import re

import pytest

from deckpress.model import Meta, RawDeck, RawSection, Span, Text, Version
from deckpress.selection import Selection
from exporters.editions import edition, file_label
from exporters.job import PrintOptions
from exporters.pdf.sheets.running_heads import edition_text

HERE = Span("deck.md", 1, 1)
SECTIONS = tuple(
    RawSection(id, Text(title, HERE), Text("", HERE), (), HERE)
    for id, title in (("docker", "Docker/容器"), ("nginx", "Nginx"))
)


def deck(lang: str) -> RawDeck:
    meta = Meta("T", lang, "t", "T", tags={"vs": "选型"})
    return RawDeck("deck", meta, SECTIONS, {}, b"")


@pytest.mark.parametrize(
    ("selection", "lang", "name", "label"),
    [
        (Selection(), "zh-CN", "", ""),
        (Selection(tiers=("core",)), "zh-CN", "核心版", "核心版"),
        (Selection(tiers=("core",)), "en", "Core", "Core"),
        (Selection(tiers=("must",)), "en", "Must-know", "Must-know"),
        (
            Selection(("docker",), tiers=("core",)),
            "zh-CN",
            "Docker/容器 · 核心版",
            "Docker-容器-核心版",
        ),
        (Selection(("nginx",), levels=(1, 2)), "zh-CN", "Nginx · 入门、进阶", "Nginx-入门-进阶"),
        (Selection(tags=("vs",)), "zh-CN", "选型", "选型"),
        (Selection(tags=("vs", "x" * 30)), "en", "Selection", "Selection"),
    ],
)
def test_an_edition_is_named_in_the_words_of_its_deck(
    selection: Selection, lang: str, name: str, label: str
) -> None:
    assert edition(deck(lang), selection) == name
    assert file_label(name, lang, PrintOptions()) == label


@pytest.mark.parametrize("title", ["a/b\\c:d", "..", "汉" * 200, "tab\there", "con", "é\u0301"])
def test_words_in_a_file_name_are_safe_and_short(title: str) -> None:
    label = file_label(title, "zh-CN", PrintOptions(paper="A5", large_print=True))
    assert re.fullmatch(r"[\w-]+", label)
    assert len(label.encode()) <= 60


def test_a_file_says_on_what_paper_it_is() -> None:
    printing = PrintOptions(paper="A5", ink_saver=True)
    assert file_label("核心版", "zh-CN", printing) == "核心版-A5-省墨版"


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (Version("1.0.0", {}, 0, release=True, month="2026-11"), "1.0.0 · 2026-11"),
        (
            Version("1.0.1-dev+4f1c09aa27.core", {}, 0, partial=True, edition="核心版"),
            "核心版 · 1.0.1-dev+4f1c09aa27",
        ),
        (
            Version("1.0.1-dev+4f1c.core", {}, 0, partial=True, edition="核心版", month="2026-11"),
            "核心版 · 2026-11",
        ),
        (Version("1.0.1-dev+4f1c09aa27", {}, 0), "1.0.1-dev+4f1c09aa27"),
    ],
)
def test_the_foot_names_the_edition_in_a_few_words(version: Version, text: str) -> None:
    assert edition_text(version) == text
