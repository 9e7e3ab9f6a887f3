"""A deck of many cards is printed in parts: nobody who reads it can tell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import cache
from io import BytesIO
from pathlib import Path
from time import sleep
from typing import Any

import pikepdf
import pytest
from pdfua import Severity, validate

from deckpress.model import Card, Deck, LinkEnd, LinkStart, Section, Version
from exporters.job import DEFAULT_JOB, Job, LayoutError, Memo, PrintOptions
from exporters.pdf import export
from exporters.pdf.book.binding import Places, start_book
from exporters.pdf.book.pdf_merge import Part
from exporters.pdf.book.workers import Workers
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.setting.text_width import text_width
from exporters.pdf.sheet import Sheet
from exporters.pdf.sheets.chunks import chunks, usual_weight, weight
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.sheets.running_heads import section_heads
from exporters.pdf.weasy.press import print_part
from exporters.view import chapters
from tests.exporters.pdf_reading import body, glyphs, links, outline, places, squeezed
from tests.exporters.samples import RELEASE, VERSION, Kept, card, deck

SECTIONS, CARDS = 4, 5
# Large type in two columns: a few cards fill several pages.
HANDBOOK = PrintOptions(sheets=("handbook",), large_print=True, columns=2)
# It makes each section heavy enough for a chunk of its own, and nothing more to lay out.
ADDRESS = "https://example.org/" + "a" * 8_000
TABLE = (
    '<div class="table"><table><thead><tr><th>甲</th><th>乙</th></tr></thead>'
    "<tbody><tr><td>一</td><td>二</td></tr></tbody></table></div>"
)


def _card(section: int, number: int) -> Card:
    """It links to the card of the same number in the next section, and to a heavy address."""
    other = f"c{section % SECTIONS + 1}-{number}"
    answer = (
        f"<p>第{section}节第{number}题的回答，",
        LinkStart(other),
        "见别处",
        LinkEnd(),
        "。" + f"说明文字{section}{number}，" * 15 + f'<a href="{ADDRESS}">外面</a></p>',
        TABLE,
        f'<div class="code"><pre><code>run --number {section}.{number}</code></pre></div>',
    )
    return card(f"c{section}-{number}", f"问题{section}之{number}是什么？", answer)


@cache
def _deck(edited: str = "") -> Deck:
    """`edited` is the id of a card whose answer has two more characters."""
    sections = []
    for section in range(1, SECTIONS + 1):
        cards = []
        for number in range(1, CARDS + 1):
            made = _card(section, number)
            if made.id == edited:
                made = card(made.id, made.title, ("<p>改了",), made.short)
            cards.append(made)
        sections.append(Section(f"s{section}", f"第{section}部分", (), tuple(cards)))
    return deck(*sections)


def _begun(job: Job, pool: Workers, edited: str, version: Version) -> Callable[[], bytes]:
    return start_book(Handbook(_deck(edited), version, HANDBOOK).book(), job, pool)


def _printed(memo: Memo = DEFAULT_JOB.memo, edited: str = "", version: Version = VERSION) -> bytes:
    return _begun(Job(HANDBOOK, memo), Workers(1), edited, version)()


@cache
def _first_build() -> tuple[bytes, Kept]:
    """The book, and what is remembered of it; nothing was when it was printed."""
    memo = Kept()
    return _printed(memo), memo


def _book() -> bytes:
    return _first_build()[0]


def _remembered() -> Kept:
    return Kept(_first_build()[1])


@cache
def _opened() -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(_book()))


def _page_of(name: str) -> int:
    """The page, counted from 1, to which a link of that name leads."""
    names = list(_opened().Root.Names.Dests.Names)
    target = next(names[at + 1] for at in range(0, len(names), 2) if str(names[at]) == name)
    numbers: dict[Any, int] = {page.objgen: at for at, page in enumerate(_opened().pages, 1)}
    return numbers[target[0].objgen]


@pytest.mark.slow
def test_every_card_is_printed_once_and_in_order() -> None:
    text = body(_book())
    text = text[text.rindex("第4部分", 0, text.index("第1节第1题")) :]
    asked = re.findall(r"第(\d)节第(\d+)题的回答", text)
    wanted = [(s, n) for s in range(1, SECTIONS + 1) for n in range(1, CARDS + 1)]
    assert [(int(s), int(n)) for s, n in asked] == wanted
    assert all(squeezed(f"run --number {s}.{n}") in text for s, n in wanted)


def test_bookmarks_stand_as_in_one_piece() -> None:
    expected: list[tuple[int, str]] = []
    for number, each in enumerate(_deck().cards()):
        if number % CARDS == 0:
            expected.append((1, _deck().sections[number // CARDS].title))
        expected.append((2, f"{number + 1} {each.title}"))
    assert outline(_book()) == [*expected, (1, "索引")]


@pytest.mark.slow
def test_the_cards_of_a_section_that_was_cut_stay_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = _book()
    most = sum(weight(each) for each in next(chapters(_deck())).entries) * 0.6
    monkeypatch.setattr("exporters.pdf.sheets.chunks.MAX_WEIGHT", most)
    parts = list(chunks(tuple(chapters(_deck())), usual_weight(2)))
    assert [part[0].continues for part in parts] == [False, True] * SECTIONS
    assert [each.card for part in parts for run in part for each in run.entries] == list(
        _deck().cards()
    )
    cut = _printed()
    assert cut != whole
    assert outline(cut) == outline(whole)


def test_a_section_begins_in_the_column_behind_the_last_one() -> None:
    ends = [_page_of(f"c{section}-{CARDS}") for section in range(1, SECTIONS)]
    begins = [_page_of(f"s{section}") for section in range(2, SECTIONS + 1)]
    assert all(0 <= begin - end <= 1 for end, begin in zip(ends, begins, strict=True))
    assert set(ends) & set(begins)
    assert _page_of("_index") - _page_of(f"c{SECTIONS}-{CARDS}") <= 1


def test_small_sections_share_a_chunk() -> None:
    small = [Section(f"s{n}", f"{n}", (), (card(f"c{n}", "?"),)) for n in range(9)]
    assert len(list(chunks(tuple(chapters(deck(*small))), usual_weight(2)))) == 1


def test_links_lead_from_part_to_part() -> None:
    inside = links(_book())[1]
    assert inside == places(_book()) & inside
    assert {each.id for each in _deck().cards()} <= inside
    lost = [link for link in _annotations() if "/A" in link and "place:" in str(link.A)]
    assert lost == []


def test_a_link_to_a_card_says_its_page() -> None:
    said: dict[str, set[str]] = {}
    shown = glyphs(_book())
    for number, page in enumerate(_opened().pages):
        for link in page.obj.get("/Annots", ()):
            if "/Dest" in link and str(link.Dest).startswith("c"):
                left, high, right, low = map(float, link.Rect)
                inside = [g for g in shown if g.page == number and left - 1 <= g.x < right - 0.01]
                text = "".join(g.text for g in inside if low - 0.1 <= g.y < high - 1)
                said.setdefault(str(link.Dest), set()).add(squeezed(text))
    for each in _deck().cards():
        assert f"{_page_of(each.id)}页" in said[each.id]


def test_the_contents_and_the_foot_say_the_page() -> None:
    pages = len(_opened().pages)
    texts = [squeezed(text) for text in _texts()]
    for number, text in enumerate(texts, 1):
        assert f"第{number}页，共{pages}页" in text
    contents = "".join(texts[: _page_of("c1-1")])  # cards begin below the last of the contents
    cards = _deck().cards()
    for number in (1, 2, len(cards) - 1, len(cards)):
        each = cards[number - 1]
        assert f"{number}{each.title}{_page_of(each.id)}" in contents
        assert f"第{each.id[1]}节第{each.id[3:]}题的回答" in texts[_page_of(each.id) - 1]


def test_the_head_says_which_cards_stand_on_the_page() -> None:
    one = Section("one", "一", (), tuple(card(f"c{n}", "?") for n in range(1, 6)))
    two = Section("two", "二", (), (card("c6", "?"),))
    empty = Section("three", "三", (), ())
    starts = {"one": 2, "c1": 2, "c2": 2, "c3": 3, "c4": 5, "c5": 6, "two": 6, "c6": 6, "three": 7}
    room = Geometry().head_left("")
    shown = tuple(chapters(deck(one, two, empty)))
    heads = section_heads(shown, Places(starts, 7, (2, 5, 7)), room)
    assert heads == ("", "一 1–2", "一 2–3", "一 3", "一 4", "一 4–5 · 二 6", "三")


def test_a_head_that_is_too_long_says_with_what_a_page_begins_and_ends() -> None:
    """The numbers are what one looks for, so long titles are cut short and they are not."""
    many = [Section(f"s{n}", f"Section {n}", (), (card(f"c{n}", "?"),)) for n in range(30)]
    long = [Section(f"s{n}", f"{n}{'长' * 90}", (), (card(f"c{n}", "?"),)) for n in range(2)]
    room = Geometry().head_left("")
    for some, begins, ends in ((many, "Section 0 1 … ", "Section 29 30"), (long, "0长", "… 2")):
        cards = [each.id for one in some for each in one.cards]
        places = Places(dict.fromkeys([*(one.id for one in some), *cards], 1), 1, (1,))
        (head,) = section_heads(tuple(chapters(deck(*some))), places, room)
        assert head.startswith(begins)
        assert head.endswith(ends)
        assert text_width(head, room.size, bold=True) <= room.width


def test_the_heads_of_a_book_name_all_cards_and_no_others() -> None:
    for page in range(2, len(_texts()) + 1):  # the first has the title
        begun = [at for at, each in enumerate(_deck().cards(), 1) if _page_of(each.id) == page]
        head = "".join(g.text for g in glyphs(_book()) if g.page == page - 1 and g.y > 808)
        if begun:
            head = re.sub(" ?· ?索引", "", head).partition("部分")[2]
            first, last = map(int, re.findall(r"\d+(?=–|运|$)", head))
            assert last == begun[-1]
            assert first in (begun[0], begun[0] - 1)


def test_the_head_names_the_section() -> None:
    texts = _texts()
    for section in range(1, SECTIONS + 1):
        first, last = _page_of(f"c{section}-1"), _page_of(f"c{section}-{CARDS}")
        for page in range(max(first, 2), last + 1):  # the first has the title
            heads = "".join(g.text for g in glyphs(_book()) if g.page == page - 1 and g.y > 790)
            assert f"第{section}部分" in heads
    assert len(texts) > SECTIONS
    assert "索引" in "".join(g.text for g in glyphs(_book()) if g.page == len(texts) - 1)


def test_a_page_with_the_last_cards_and_the_index_says_both() -> None:
    one = Section("one", "One", (), (card("c1", "What is <code>nginx</code>?"), card("c2", "?")))
    recipe = Section("two", "Recipe", (), ())
    book = Handbook(deck(one, recipe, lang="en"), VERSION, HANDBOOK).book()
    places = {"one": 2, "c1": 2, "c2": 3, "two": 3, "_index": 4}
    heads = [labels[0].text for labels in book.running_labels(Places(places, 5, (2,)))][1:]
    assert heads == ["One 1", "One 1–2 · Recipe", "Recipe · Index", "Index"]


def test_all_marked_text_is_in_the_structure_once() -> None:
    pdf = _opened()
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    parents = {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}
    assert len(parents) == len(numbers) // 2
    for page in pdf.pages:
        content = b"".join(stream.read_bytes() for stream in page.Contents)
        marked = [int(number) for number in re.findall(rb"/MCID (\d+)", content)]
        above = parents[int(page.obj.StructParents)]
        assert sorted(marked) == list(range(len(above)))
        for number in marked:
            held = [int(kid) for kid in above[number].K if not isinstance(kid, pikepdf.Object)]
            assert held.count(number) == 1
            assert above[number].Pg.objgen == page.obj.objgen
    for link in _annotations():
        element = parents[int(link.StructParent)]
        assert link.objgen in [kid.Obj.objgen for kid in element.K if _is_reference(kid)]


def test_every_element_is_reached_from_the_one_document() -> None:
    root = _opened().Root.StructTreeRoot
    (document,) = root.K
    assert document.S == "/Document"
    waiting, kinds, ids = [document], Counter[str](), Counter[str]()
    while waiting:
        element = waiting.pop()
        kinds[str(element.S)] += 1
        if "/ID" in element:
            ids[str(element.ID)] += 1
        for kid in element.K:
            if isinstance(kid, pikepdf.Object) and "/S" in kid:
                assert kid.P.objgen == element.objgen
                waiting.append(kid)
    cards = SECTIONS * CARDS
    assert kinds["/H2"] == kinds["/Table"] == cards
    assert kinds["/TD"] == kinds["/TH"] == 2 * cards
    assert kinds["/Art"] >= cards
    assert set(ids.values()) == {1}
    listed = [str(name) for node in root.IDTree.Kids for name in list(node.Names)[::2]]
    assert sorted(listed) == sorted(ids)


def test_each_font_is_in_it_once() -> None:
    files = Counter(
        str(item.FontName) for item in _opened().objects if _is_of_type(item, "/FontDescriptor")
    )
    assert files
    assert set(files.values()) == {1}


def test_the_checkers_find_nothing_wrong(tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(_book())
    errors = [each for each in validate(str(path)).findings if each.severity is Severity.ERROR]
    assert errors == []
    if shutil.which("qpdf"):
        done = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("cards", "count"), [(24, 1), (25, 2), (99, 3)])
def test_many_cards_are_printed_by_processes_of_their_own(
    monkeypatch: pytest.MonkeyPatch, cards: int, count: int
) -> None:
    counts: list[int] = []

    class Noted(Workers):
        def __init__(self, count: int) -> None:
            counts.append(count)
            super().__init__(1)

    monkeypatch.setattr("exporters.pdf.book.workers.Workers", Noted)
    monkeypatch.setattr("exporters.pdf._most_workers", lambda: 3)
    of = deck(Section("one", "One", (), tuple(card(f"c{n}", "?") for n in range(cards))))
    assert export(of, VERSION, Job(PrintOptions(sheets=()))) == ()
    assert counts == [count]


@pytest.mark.slow
def test_an_edit_prints_one_part_again_and_a_new_version_the_title() -> None:
    memo = _remembered()
    count = len(memo)
    released = _printed(memo, version=RELEASE)
    assert len(memo) == count + 1
    assert RELEASE.name in body(released)
    edited = _printed(memo, edited="c2-4")
    assert len(memo) == count + 2
    assert "改了" in body(edited)
    assert edited == _printed(edited="c2-4")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_layout_that_does_not_end_is_ended_and_a_worker_that_dies_is_told(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process that only begins slowly is not ended as one that hangs.
    monkeypatch.setattr("exporters.pdf.book.workers._GRACE", 120)
    # Columns in columns in columns: balancing them takes a quarter of a minute.
    lines = "".join(f"<p>{'行' * (number % 40 + 1)}</p>" for number in range(30))
    card = f'<article><h2 id="endless">?</h2>{"<div>" * 3}{lines}{"</div>" * 3}</article>'
    html = f'<html lang="zh"><title>-</title><style>div {{ columns: 3 }}</style><body>{card}'
    _short("kurz")  # which loads the libraries
    with Workers(workers, limit=1) as pool:
        with pytest.raises(LayoutError) as caught:
            pool.submit(print_part, Sheet(html)).result()
        assert caught.value.card_id == "endless"
        # It goes on printing.
        assert pool.submit(_short, "<p>kurz").result().startswith(b"%PDF")
        if workers > 1:  # and one that dies is an error, and not an endless wait
            with pytest.raises(ChildProcessError, match="code 3"):
                pool.submit(os._exit, 3).result()
            assert pool.submit(_short, "<p>kurz").result().startswith(b"%PDF")


def test_a_process_prints_one_document_at_a_time() -> None:
    """Its documents share their fonts, which are not made for several threads."""
    at_work: list[int] = []
    seen: list[int] = []

    def work() -> bytes:
        at_work.append(1)
        sleep(0.01)  # so that another thread would begin
        seen.append(len(at_work))
        at_work.pop()
        return b""

    with Workers(1) as pool, ThreadPoolExecutor(4) as threads:
        for each in [threads.submit(pool.submit, work) for _ in range(8)]:
            each.result().result()
    assert seen == [1] * 8


def _short(html: str) -> bytes:
    return print_part(Sheet(f'<html lang="de"><title>-</title><body>{html}'))


@pytest.mark.slow
def test_workers_that_stay_print_one_build_after_another() -> None:
    with closing(Workers(2, stay=True)) as pool:
        with pool:
            there = _processes(pool)
        memo = Kept()
        (sheet,) = export(_deck(), VERSION, Job(HANDBOOK, memo, pool))
        with pool:
            assert _processes(pool) == there
        with pytest.raises(ChildProcessError), pool:
            pool.submit(os._exit, 3).result()
        with pool:  # what fails takes the others with it; these are new ones
            assert there.isdisjoint(_processes(pool))
    # They change no byte, and neither does what is remembered.
    assert sheet.data == _book()
    assert len(memo) >= SECTIONS
    assert _printed(memo) == _book()


def _processes(pool: Workers) -> set[bytes]:
    return {pool.submit(_process).result() for _ in range(4)}


def _process() -> bytes:
    return str(os.getpid()).encode()


@pytest.mark.slow
def test_what_knows_the_pages_is_printed_along_with_an_edit() -> None:
    memo = _remembered()
    pool = _Noting()
    for edited, version, known in (("c2-4", VERSION, _remembered()), ("c2-5", RELEASE, Kept())):
        finish = _begun(Job(HANDBOOK, memo), pool, edited, version)
        begun = pool.count
        assert finish() == _printed(known, edited, version)
        assert pool.count == begun  # what was begun was all of it
        pool.count = 0


class _Noting(Workers):
    """Prints in this process, and counts."""

    count = 0

    def __init__(self) -> None:
        super().__init__(1)

    def submit(self, work: Callable[..., bytes], *values: Any) -> Future[bytes]:
        self.count += 1
        return super().submit(work, *values)


def _annotations() -> list[Any]:
    return [link for page in _opened().pages for link in page.obj.get("/Annots", ())]


def _texts() -> list[str]:
    found = [""] * len(_opened().pages)
    for glyph in glyphs(_book()):
        found[glyph.page] += glyph.text
    return found


def _is_reference(kid: Any) -> bool:
    return isinstance(kid, pikepdf.Object) and kid.get("/Type") == "/OBJR"


def _is_of_type(item: Any, kind: str) -> bool:
    return isinstance(item, pikepdf.Dictionary) and item.get("/Type") == kind


@pytest.mark.parametrize(
    ("paper", "large"),
    [
        ("A5", False),
        *(
            pytest.param(*each, marks=pytest.mark.slow)
            for each in (("A4", False), ("Letter", True), ("A5", True))
        ),
    ],
)
def test_each_page_of_the_contents_takes_one_page(paper: str, large: bool) -> None:
    titles = (
        "容器怎样重启？",
        "What does it do, and why does it do that at all?",
        "镜像与容器有什么区别，" * 3,
    )
    cards = tuple(card(f"c{n}", titles[n % 3], "<p>A</p>") for n in range(150))
    printing = PrintOptions(sheets=("handbook",), paper=paper, large_print=large)
    book = Handbook(deck(Section("one", "One", (), cards)), VERSION, printing).book()
    pages = {id: 9 + number for number, id in enumerate(("one", *(each.id for each in cards)))}
    printed = [Part.read(print_part(sheet)) for sheet in book.front(Places(pages, 200))]
    assert [len(part) for part in printed] == [1] * book.front_pages
    assert len(printed) > 1
