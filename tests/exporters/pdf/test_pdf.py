"""What a reader of the printed deck can count on, read back from the PDF itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from deckpress.model import Card, Section
from exporters.pdf import export
from tests.exporters.pdf_reading import (
    HANDBOOK,
    body,
    document,
    fields,
    glyphs,
    links,
    margins,
    outline,
    page_sizes,
    places,
    sample_pdf,
    sentences,
    squeezed,
)
from tests.exporters.samples import CODE, RELEASE, card, deck, sample

ENGLISH = card("a", "What?", "<p>That ✔ 🎉.</p>", level=2, parts=sample().cards()[0].parts)
PRINTED = [card for card in sample().cards() if not card.retired]


@cache
def _english() -> bytes:
    """A deck of one card, in English; the card that it links to is not in it."""
    (artifact,) = export(
        deck(Section("s", "Part one", (), (ENGLISH,)), lang="en"), RELEASE, HANDBOOK
    )
    assert artifact.name == "sample-1.2.3-handbook.pdf"
    return artifact.data


def test_a_deck_without_cards_still_has_a_title_page() -> None:
    (artifact,) = export(deck(Section("s", "空", (), ()), title="空的卡组"), RELEASE, HANDBOOK)
    assert artifact.name == "sample-1.2.3-handbook.pdf"
    assert "空的卡组给测试用的小卡组。0张卡片" in body(artifact.data)


@pytest.mark.parametrize("card", PRINTED, ids=lambda card: card.id)
def test_every_sentence_of_a_card_is_printed(card: Card) -> None:
    text = body(sample_pdf())
    missing = [part for html in fields(card) for part in sentences(html) if part not in text]
    assert missing == []


def test_introductions_are_printed_and_retired_cards_are_not() -> None:
    text = body(sample_pdf())
    for section in sample().sections:
        assert all(part in text for part in sentences(section.intro))
    assert "下架" not in text


def test_parts_and_kinds_are_named_in_the_language_of_the_deck() -> None:
    text = body(sample_pdf())
    for word in ("为什么", "例子", "追问", "误区", "来源", "填空", "双向", "选择", "排序", "进阶"):
        assert word in text
    text = body(_english())
    for word in ("1card·", "Version", "Licence", "Intermediate", "Why", "Follow-ups", "Pitfalls"):
        assert word in text
    assert "Page1of1" in margins(_english())


def test_right_options_are_told_by_a_word_and_not_only_by_colour() -> None:
    text = body(sample_pdf())
    assert "轮询，默认就是它正确" in text
    assert "按响应时间的fair按客户端" in text


def test_a_link_to_a_card_says_its_number_and_a_source_its_name() -> None:
    text = body(sample_pdf())
    assert "容器与虚拟机→3" in text
    assert "Dockeroverview" in text
    assert "https://example.org/a/very" not in text


def test_a_link_to_a_card_that_is_not_printed_is_plain_text() -> None:
    assert "容器与虚拟机。" in body(_english())
    assert links(_english())[1] <= places(_english())


def test_code_copied_from_the_page_is_the_code() -> None:
    text = body(sample_pdf())
    for code in CODE.values():
        for line in code.splitlines():
            assert squeezed(line) in text
    assert "a->b!=c" in text


def test_the_words_of_a_drawing_are_copied_where_it_stands() -> None:
    text = body(sample_pdf())
    assert text.index("只看见它。") < text.index("浏览器反向代理") < text.index("upstreamapp{")


def test_pages_are_a4_with_running_heads_and_numbered_feet() -> None:
    sizes = page_sizes(sample_pdf())
    assert set(sizes) == {(210, 297)}
    text = margins(sample_pdf())
    for number in range(1, len(sizes) + 1):
        assert f"第{number}页，共{len(sizes)}页" in text
    assert text.count("运维面试速查·1.2.3-dev+0a1b2c3d·CC-BY-SA-4.0") == len(sizes)
    assert "Python运行时" in text


def test_each_section_and_card_has_a_bookmark() -> None:
    expected: list[tuple[int, str]] = []
    number = 0
    for section in sample().sections:
        expected.append((1, section.title))
        for each in section.cards:
            if not each.retired:
                number += 1
                expected.append((2, f"{number} {each.title}"))
    assert outline(sample_pdf()) == [*expected, (1, "索引")]


def test_every_link_leads_somewhere() -> None:
    outside, inside = links(sample_pdf())
    assert inside <= places(sample_pdf())
    assert {each.id for each in PRINTED} <= inside  # the contents
    written = re.findall(r'href="(http[^"]+)"', "".join(map(str, PRINTED)))
    assert outside == {unescape(address) for address in written} | {sample().meta.homepage}


def test_the_contents_give_the_page_on_which_a_card_stands() -> None:
    pdf = sample_pdf()
    pages = {glyph.page for glyph in glyphs(pdf)}
    for number, each in list(enumerate(PRINTED, 1))[-3:]:
        entry = [glyph for glyph in glyphs(pdf) if glyph.page == 0 and glyph.size < 7]
        text = "".join(glyph.text for glyph in entry)
        title = entry[text.index(f"{number}{each.title[:2]}")]
        beside = [glyph.text for glyph in entry if abs(glyph.y - title.y) < 1 and glyph.x > title.x]
        assert str(len(pages)) in beside


def test_the_document_says_what_it_is() -> None:
    info = document(sample_pdf()).info[0]
    read = {key: _decoded(value) for key, value in info.items() if isinstance(value, bytes)}
    assert read["Title"] == "运维面试速查"
    assert read["Author"] == "样例作者"
    assert read["Subject"] == "给测试用的小卡组。"
    assert read["Keywords"] == "概念, 配置, 排错, 1.2.3-dev+0a1b2c3d"
    assert read["Creator"].startswith("Deckpress")
    assert not {"CreationDate", "ModDate"} & set(read)
    catalog = document(sample_pdf()).catalog
    assert catalog["Lang"] == b"zh-CN"
    assert catalog["MarkInfo"]["Marked"] is True


def test_only_the_bundled_fonts_are_used() -> None:
    families = {glyph.font.partition("+")[2].replace("-", "") for glyph in glyphs(sample_pdf())}
    assert families == {"NotoSansSC", "NotoSansSCBold", "JetBrainsMono", "JetBrainsMonoBold"}


def test_a_missing_glyph_comes_from_the_symbol_fonts() -> None:
    families = {g.font.partition("+")[2] for g in glyphs(_english()) if g.text in "✔🎉"}
    assert families
    assert all(family.startswith(("Noto-Emoji", "Noto-Sans-Symbols")) for family in families)


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_nothing_wrong(tmp_path: Path) -> None:
    path = tmp_path / "sample.pdf"
    path.write_bytes(sample_pdf())
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_environment_is_left_as_it_was() -> None:
    sample_pdf()
    assert "FONTCONFIG_FILE" not in os.environ


def _decoded(value: bytes) -> str:
    return value.decode("utf-16" if value.startswith(b"\xfe\xff") else "utf-8")
