"""Reads Markdown with questions: a collection as people keep it in a repository.

The question is a heading, of whatever level, or the summary of a ``<details>``. Its answer is what
follows: the first paragraph is the short answer, links are the sources, the
rest says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from deckpress.importing.encoding import decode
from deckpress.importing.markup.choices import as_choice
from deckpress.importing.markup.foreign_markdown import LINE, outside_fences, to_html
from deckpress.importing.markup.html_markdown import HtmlConverter
from deckpress.importing.markup.html_tree import Element
from deckpress.importing.note import ForeignNote, Harvest, Remark, Weight
from deckpress.importing.note_text import remarks_of
from deckpress.importing.pictures import ShownFiles
from deckpress.importing.question_tables import question_rows
from deckpress.model import CardKind, PartName
from deckpress.reading.part_names import part_named

_NUMBERED_HEADING = re.compile(r"(?P<mark>\s{0,3}\d+[.)]\s+)(?P<heading>#{1,6}\s+\S.*)")
_NUMBERED_LINE = re.compile(r"(?P<mark>\s{0,3}\d+[.)]\s+)(?P<text>\S.*)")
QUESTION_LINE = re.compile(
    r"\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?(?:Q|Question|问题?|Q\d+)\s*\d*(?:\*\*|__)?\s*[:：.]\s*(?:\*\*|__)?\s*(?P<text>\S.*)$",
    re.IGNORECASE,
)
_ANSWER_LINE = re.compile(
    r"\s{0,3}(?:[-*]\s+)?(?:\*\*|__)?(?:A|Answer|Ans|答案?|回答)\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*(?P<text>.*)$",
    re.IGNORECASE,
)
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*[#.][^{}]*\}[ \t]*$")
_OPTION_LINE = re.compile(
    r"\s{0,3}\(?(?:[A-H][.):、．：]\s*\S|(?:correct )?answer\b|正确答案|参考答案|答案)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"\(?[A-H]\)?\s*(?:[.):,、，。&]|$|(?:and|because|since|as)\b|和)")
_NUMBER = re.compile(
    r"^(?:\*\*)?(?:Q(?:uestion)?\s*)?\d+\s*\\?[.)、:：]\s*(?:\*\*)?", re.IGNORECASE
)
ASKS = re.compile(
    r"[?？]\W*$|^(?:\d+\\?[.)、]\s*)?(?:what|why|how|when|which|who|where|explain|describe|什么|为什么|如何|怎)",
    re.IGNORECASE,
)
# The same at the beginning of what stands below a heading.
_ANSWER_LABEL = re.compile(
    r"^(?:\*\*)?(?:A|[Aa]ns(?:wer)?|ANSWER|(?:参考)?答案|[回解]?答)(?:\*\*)?\s*[:：](?:\*\*)?\s*"
)
_ANSWER_WORDS = re.compile(
    r"^\W*(?:(?:click|show|view|see|reveal|点击|展开|查看|显示|参考)?\W*(?:(?:the|to|for|me|here)\W+)*"
    r"(?:answers?|solutions?|答案|解答|回答|解析|详情)?(?:\s*\d+)?)\W*$",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"^\W*(?:table of contents|contents|toc|目录|index)\W*$", re.IGNORECASE)
_TOP = re.compile(
    r"^\W*(?:back to (?:the )?top|top|⬆|↑|返回顶部|回到顶部|回到目录|返回目录)\W*", re.IGNORECASE
)
_SOURCES_LABEL = re.compile(
    r"^\W*(?:references?|sources?|further reading|see also|links|resources"
    r"|参考(?:资料|链接|文献)?|来源)\W*$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"h[1-6]")
# Marks a heading that was made of another line: it is a question, whatever level the others have.
_ASKED = "\ue000"
# Marks such a heading that was made of a row of a table.
_ROW = "data-row"
# Stands behind a table of questions: what follows belongs to none of them.
_END = "x-end"


@dataclass(slots=True)
class _Asked:
    """A question and what follows it."""

    title: Element
    section: str
    line: int
    body: list[Element | str] = field(default_factory=list)


def read_questions(data: bytes, name: str, find: Callable[[str], bytes | None]) -> Harvest:
    """The questions of a Markdown file; `find` gives the files beside it.

    Raises:
        RefusedError: it is no text.
    """
    text, remarks = decode(data, name)
    text = _without_front_matter(text)
    shown = ShownFiles(find)
    converter = HtmlConverter(shown.picture, shown.sound)
    blocks = _unwrapped(converter.read(to_html(_with_headings(text))))
    remarks += remarks_of((converter,), name)
    blocks, dropped = _without_navigation(blocks)
    if dropped:
        remarks.append(Remark(Weight.LOST, "dropped", name, count=dropped))
    blocks = list(_with_rows(blocks))
    details = sum(_is_question_details(each) for each in blocks)
    level = _question_level(blocks, details)
    asked, outside, title = _collect(blocks, level)
    notes = []
    for one in asked:
        shown.place = f"{name}:{one.line + 1}"
        note, told = _note(one, shown, name)
        remarks += told
        if note is not None:
            notes.append(note)
    if notes and outside:
        remarks += [
            Remark(Weight.LOST, "outside", name, " ".join(words.split())[:60]) for words in outside
        ]
    return Harvest(
        _numbered(notes), remarks + shown.remarks, shown.pictures, shown.attachments, title
    )


def _numbered(notes: list[ForeignNote]) -> list[ForeignNote]:
    """The notes with origins that differ, where a question is asked twice."""
    from dataclasses import replace

    seen: Counter[str] = Counter()
    out = []
    for note in notes:
        seen[note.origin] += 1
        count = seen[note.origin]
        out.append(note if count == 1 else replace(note, origin=f"{note.origin}-{count}"))
    return out


def _without_front_matter(text: str) -> str:
    """The text with its front matter blanked out, so that the lines keep their numbers."""
    match = re.match(r"\ufeff?---\n.*?\n(?:---|\.\.\.)(?:\n|$)", text, re.DOTALL)
    return "\n" * match[0].count("\n") + text[match.end() :] if match else text.lstrip("\ufeff")


def _with_headings(text: str) -> str:
    """The text with headings for questions: those in numbered lists, and lines that begin ``Q:``.

    Lines keep their numbers, but for the blank ones that a heading needs.
    """
    lines = text.split("\n")
    outside = outside_fences(lines)
    pairs = any(
        free and QUESTION_LINE.match(line) for line, free in zip(lines, outside, strict=True)
    ) and any(free and _ANSWER_LINE.match(line) for line, free in zip(lines, outside, strict=True))
    out: list[str] = []
    margin = 0
    for line, free, following in zip(lines, outside, [*lines[1:], ""], strict=True):
        numbered = _NUMBERED_LINE.match(line) if free else None
        if numbered and _ANSWER_LINE.match(following):
            pairs, margin = True, len(numbered["mark"])
            out.append(f"###### {_ASKED}{numbered['text'].strip()}")
            continue
        if free and (match := _NUMBERED_HEADING.match(line)):
            margin = len(match["mark"])
            out.append(match["heading"])
            continue
        if free and line.strip() and not line[0].isspace():
            margin = 0
        if free and _OPTION_LINE.match(line) and out and out[-1].strip():
            out[-1] = out[-1].rstrip() + "  "  # each option on a line of its own
        line = line[min(margin + 1, len(line) - len(line.lstrip())) :] if margin else line
        if free and line.startswith("#"):
            line = _ATTRIBUTES.sub("", line)
        if pairs and free and (match := QUESTION_LINE.match(line)):
            out.append(f"###### {_ASKED}{match['text'].replace('**', '').strip()}")
        elif pairs and free and (match := _ANSWER_LINE.match(line)) and not _is_letter(match):
            out.append(match["text"].removeprefix("**").strip())
        else:
            out.append(line)
    return "\n".join(out)


def _is_letter(match: re.Match[str]) -> bool:
    return _LETTERS.match(match["text"]) is not None


def _unwrapped(root: Element) -> list[Element | str]:
    """The blocks of a document; those in containers that only set the look come out."""
    out: list[Element | str] = []
    for child in root.children:
        if isinstance(child, Element) and child.name in ("div", "section", "center", "main", "b"):
            out += _unwrapped(child)
        elif isinstance(child, Element) or child.strip():
            out.append(child)
    return out


def _without_navigation(blocks: list[Element | str]) -> tuple[list[Element | str], int]:
    """The blocks without tables of contents, badges and links to the top, and how many went."""
    kept = [block for block in blocks if not _is_navigation(block)]
    return kept, len(blocks) - len(kept)


def _is_navigation(block: Element | str) -> bool:
    if isinstance(block, str):
        return False
    links = [e for e in block.walk() if e.name == "a"]
    if block.name in ("ul", "ol"):
        items = [e for e in block.walk() if e.name == "li"]
        inside = [a for a in links if a.attributes.get("href", "").startswith("#")]
        return bool(inside) and len(inside) == len(links) >= len(items)
    if block.name not in ("p", "h6"):
        return False
    text = "".join(block.text().split())
    pictures = [e for e in block.walk() if e.name == "img"]
    if pictures and not text:
        return all("://" in e.attributes.get("src", "") for e in pictures)
    own = "".join("".join(a.text().split()) for a in links)
    to_anchor = bool(links) and all(a.attributes.get("href", "").startswith("#") for a in links)
    return to_anchor and (own == text.strip("[]()*_⬆↑ ") or _TOP.match(block.text()) is not None)


def _with_rows(blocks: list[Element | str]) -> Iterator[Element | str]:
    """The blocks, and for each row of a table of questions a heading and the answer below it."""
    for block in blocks:
        rows = None
        if isinstance(block, Element) and block.name == "table":
            rows = question_rows(block)
        if rows is None or isinstance(block, str):
            yield block
            continue
        for row, question, answer in rows:
            line = row.attributes.get(LINE) or block.attributes.get(LINE, "0")
            yield Element("h6", {LINE: line, _ROW: ""}, [_ASKED, *question.children])
            yield Element("p", {}, answer.children)
        yield Element(_END, {}, [])


def _summary(block: Element | str) -> Element | None:
    if isinstance(block, str) or block.name != "details":
        return None
    return next((e for e in block.elements() if e.name == "summary"), None)


def _is_question_details(block: Element | str) -> bool:
    summary = _summary(block)
    return summary is not None and not _ANSWER_WORDS.match(summary.text())


def _level_of(block: Element | str) -> int:
    is_heading = isinstance(block, Element) and _HEADING.fullmatch(block.name)
    return int(block.name[1]) if is_heading and isinstance(block, Element) else 0


def _question_level(blocks: list[Element | str], details: int) -> int:
    """The level of the headings that are questions; 0 if the details are."""
    scores: Counter[int] = Counter()
    asking = rows = 0
    for number, block in enumerate(blocks):
        level = _level_of(block)
        if not level or not isinstance(block, Element) or _CONTENTS.match(block.text()):
            continue
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        if following is None or _is_question_details(following):
            continue
        deeper = _level_of(following)
        own = not deeper or (
            deeper > level and isinstance(following, Element) and _is_part(following)
        )
        if _ROW in block.attributes:
            rows += 1
        elif own and not _is_part(block):
            asks = bool(ASKS.search(block.text().strip()))
            asking += asks
            scores[level] += 1 + 2 * asks
    if rows and not asking:
        return 7
    if not scores or details > max(scores.values()):
        return 0 if details else 7
    return min(scores, key=lambda level: (-scores[level], level))


def _is_part(heading: Element) -> bool:
    text = heading.text().strip()
    return part_named(text) is not None or bool(text and _ANSWER_WORDS.match(text))


def _collect(blocks: list[Element | str], level: int) -> tuple[list[_Asked], list[str], str]:
    """The questions, the texts that belong to none, and the title of the document."""
    asked: list[_Asked] = []
    outside: list[str] = []
    title = section = ""
    current: _Asked | None = None
    tops = sum(_level_of(block) == 1 for block in blocks)
    line = 0
    for block in blocks:
        if isinstance(block, Element) and LINE in block.attributes:
            line = int(block.attributes[LINE])
        depth = _level_of(block)
        summary = _summary(block)
        if level == 0 and isinstance(block, Element) and summary and _is_question_details(block):
            rest = [child for child in block.children if child is not summary]
            asked.append(_Asked(summary, section, line, rest))
            current = None
        elif isinstance(block, Element) and depth and _is_above(block, depth, level):
            current = None
            text = " ".join(block.text().split())
            if depth == 1 and tops == 1:
                title, section = text, ""
            elif not _CONTENTS.match(text):
                section = text
        elif isinstance(block, Element) and (depth == level or _is_asked(block)):
            current = _Asked(block, section, line)
            asked.append(current)
        elif isinstance(block, Element) and block.name == _END:
            current = None
        elif current is not None:
            if (
                isinstance(block, Element)
                and summary is not None
                and not _is_question_details(block)
            ):
                current.body += [child for child in block.children if child is not summary]
            else:
                current.body.append(block)
        else:
            outside.append(block if isinstance(block, str) else block.text())
    return asked, [text for text in outside if text.strip()], title


def _is_asked(block: Element) -> bool:
    return block.name == "h6" and block.text().startswith(_ASKED)


def _is_above(heading: Element, depth: int, level: int) -> bool:
    """Whether a heading is that of a section."""
    return not _is_asked(heading) and (level == 0 or depth < level)


def _note(asked: _Asked, shown: ShownFiles, name: str) -> tuple[ForeignNote | None, list[Remark]]:
    converter = HtmlConverter(shown.picture, shown.sound, attach=shown.attachment)
    title = _without_emphasis(asked.title)
    question = " ".join(converter.tree_blocks(Element("", {}, title.children))).strip()
    question = _NUMBER.sub("", question.replace("  \n", " ").lstrip(_ASKED)).strip()
    held: dict[PartName | None, list[str]] = {None: []}
    part: PartName | None = None
    for child in _body(asked.body):
        if isinstance(child, Element) and _level_of(child) and _is_part(child):
            part = part_named(child.text().strip())
            held.setdefault(part, [])
            continue
        if isinstance(child, Element) and _is_list_of_links(child):
            held.setdefault(PartName.SOURCES, []).extend(converter.tree_blocks(_wrap(child)))
            own = held[part]
            if own and _SOURCES_LABEL.match(own[-1]):
                own.pop()
            continue
        held[part] += converter.tree_blocks(_wrap(child))
    remarks = remarks_of((converter,), shown.place)
    blocks = [block for block in held.pop(None, []) if block != "* * *"]
    if not question:
        return None, remarks
    kind, answer, rest = _answer(blocks)
    if not answer:
        fallback = next((p for p in held if p is not PartName.SOURCES and held[p]), None)
        if fallback is None:
            lost = Remark(Weight.LOST, "no-answer", shown.place, question[:60])
            return None, [*remarks, lost]
        answer, *more = held[fallback]
        held[fallback] = more
    if rest:
        held[PartName.WHY] = rest + held.get(PartName.WHY, [])
    return ForeignNote(
        place=shown.place,
        origin=blake2b(f"{asked.section}\0{question}".encode(), digest_size=8).hexdigest(),
        kind=kind,
        question=question,
        answer=answer,
        section=asked.section,
        parts=tuple((p, "\n\n".join(held[p])) for p in PartName if held.get(p)),
    ), remarks


def _without_emphasis(title: Element) -> Element:
    """A heading without emphasis on all of it."""
    inner = [child for child in title.children if isinstance(child, Element) or child.strip()]
    only = inner[0] if len(inner) == 1 else None
    if isinstance(only, Element) and only.name in ("b", "strong", "i", "em"):
        return _without_emphasis(only)
    return title


def _body(children: list[Element | str]) -> list[Element | str]:
    """The blocks of an answer, with those inside containers."""
    out: list[Element | str] = []
    inline: list[Element | str] = []
    for child in children:
        block = isinstance(child, Element) and child.name in (
            *(
                "p",
                "ul",
                "ol",
                "pre",
                "table",
                "blockquote",
                "hr",
                "details",
                "dl",
                "div",
                "section",
            ),
            *("h1", "h2", "h3", "h4", "h5", "h6", "b", "center"),
        )
        if not block or (
            isinstance(child, Element) and child.name == "b" and not _holds_all(child, children)
        ):
            inline.append(child)
            continue
        if inline:
            out.append(Element("p", {}, inline))
            inline = []
        if isinstance(child, Element) and child.name in ("div", "section", "b", "center"):
            out += _body(child.children)
        else:
            out.append(child)
    return [*out, Element("p", {}, inline)] if inline else out


def _holds_all(element: Element, among: list[Element | str]) -> bool:
    """Whether an element holds blocks, or all the text that is there: then it is a container."""
    rest = [child for child in among if child is not element]
    if not any((c if isinstance(c, str) else c.text()).strip() for c in rest):
        return True
    return any(e.name in ("p", "ul", "ol", "pre", "table", "div") for e in element.walk())


def _wrap(child: Element | str) -> Element:
    return Element("", {}, [child])


def _is_list_of_links(block: Element) -> bool:
    if block.name not in ("ul", "ol"):
        return False
    items = list(block.elements())
    return bool(items) and all(_is_link_item(item) for item in items)


def _is_link_item(item: Element) -> bool:
    links = [e for e in item.walk() if e.name == "a"]
    if len(links) != 1 or "://" not in links[0].attributes.get("href", ""):
        return (
            item.text().strip().startswith(("http://", "https://"))
            and " " not in item.text().strip()
        )
    return "".join(links[0].text().split()) == "".join(item.text().split())


def _answer(blocks: list[str]) -> tuple[CardKind, str, list[str]]:
    """The kind of a card, its short answer or its list of options, and what says why."""
    if choice := as_choice(blocks):
        return CardKind.CHOICE, choice, []
    if blocks:
        first = _ANSWER_LABEL.sub("", blocks[0])
        blocks = [first, *blocks[1:]] if first else blocks[1:]
    if not blocks:
        return CardKind.BASIC, "", []
    stop = 1
    while stop < len(blocks) and blocks[stop - 1].rstrip("*").endswith((":", "：")):
        stop += 1
    return CardKind.BASIC, "\n\n".join(blocks[:stop]), blocks[stop:]
