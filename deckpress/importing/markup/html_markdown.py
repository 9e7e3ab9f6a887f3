"""Turns the HTML of a field into the Markdown of a deck.

What Markdown cannot say is dropped and remarked. Formulas and diagrams are drawn once, to see that
they can be: those that cannot become code. The result has no HTML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from html import escape as escape_html

from deckpress.importing.markup.formula_tags import mark_formulas, without_gaps
from deckpress.importing.markup.html_tree import BLOCKS, Element, parse
from deckpress.importing.markup.inline_markdown import (
    code,
    emphasise,
    escape,
    escape_line_start,
    fence,
    is_address,
    link,
    picture,
    plain,
    subscript,
    superscript,
)

# Between pieces of a line: the end of a line, and the ends of a block inside it.
_BREAK, _BLOCK = "\x01", "\x02"
_SPACE = re.compile(r"\s+")
_HAN_BREAK = re.compile(
    r"(?<=[\u3001-\u9fff\uff00-\uffef])\s*\n\s*(?=[\u3001-\u9fff\uff00-\uffef])"
)
_LANGUAGE = re.compile(r"(?:lang(?:uage)?-|brush:\s*|highlight-(?:source|text)-)([\w+#.-]+)")
_TASK = re.compile(r"\\\[( |x|X)\\\](?=\s)")
_CALLOUT = re.compile(r"\\\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\\\]", re.IGNORECASE)
_COLOUR = re.compile(r"(?:^|[;\s])(?:background|color)\b", re.IGNORECASE)
_SOUND = re.compile(r"\[sound:([^\]\n]{1,255})\]|\[anki:(?:tts|play)[^\]\n]{0,255}\]")
_DATA = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_EMPHASES = {
    **dict.fromkeys(("b", "strong"), "**"),
    **dict.fromkeys(("i", "em", "cite", "dfn", "var"), "*"),
    **dict.fromkeys(("s", "del", "strike"), "~~"),
}
_CODE = frozenset({"code", "kbd", "samp", "tt"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

# What finds a file that a text shows: its path in the deck, or None. `None` has been remarked.
Finder = Callable[[str], "str | None"]


class HtmlConverter:
    """Converts the texts of one note. `remarks` counts what was changed or lost, by key.

    `find_picture` and `find_sound` take a name as it stands in the text, `attach` the target of a
    link to a file. With `gaps`, Anki's gaps
    stay gaps.
    """

    def __init__(
        self,
        find_picture: Finder,
        find_sound: Finder,
        *,
        attach: Finder | None = None,
        gaps: bool = False,
    ) -> None:
        self._attach = attach
        self._find_picture = find_picture
        self._find_sound = find_sound
        self._gaps = gaps
        self.remarks: Counter[str] = Counter()
        self.details: dict[str, str] = {}

    def blocks(self, html: str) -> list[str]:
        """The blocks of a text, each without blank lines around it."""
        if "<" not in html and "&" not in html and "\\" not in html and "[" not in html:
            return self._paragraphs(self._text(html))
        return self.tree_blocks(self.read(html))

    def read(self, html: str) -> Element:
        """The tree of a text; scripts in it are remarked."""
        root, dropped = parse(mark_formulas(html))
        if dropped["script"] or dropped["handler"]:
            self.remarks["script"] += dropped.total()
        return root

    def tree_blocks(self, root: Element) -> list[str]:
        """The blocks of what is in an element."""
        return [block for block in self._flow(root.children) if block.strip()]

    def question(self, blocks: list[str]) -> tuple[str, list[str]]:
        """A question as one line, for a heading, and the blocks that stand below it as its prompt.

        The line is the first paragraph, or the beginning of what there is instead.
        """
        if len(blocks) == 1 and (_is_paragraph(blocks[0]) or _is_one_line(blocks[0])):
            return _as_line(blocks[0]), []
        if not blocks:
            return "", []
        self.remarks["prompt"] += 1
        place = next((n for n, b in enumerate(blocks) if _is_paragraph(b) or _is_title(b)), None)
        if place is None:
            return _beginning(blocks[0]), blocks
        return _as_line(blocks[place]), blocks[:place] + blocks[place + 1 :]

    def _flow(self, children: Iterable[Element | str]) -> list[str]:
        """The blocks that some children make."""
        out: list[str] = []
        pieces: list[str] = []

        def flush() -> None:
            if pieces:
                out.extend(self._paragraphs("".join(pieces)))
                pieces.clear()

        for child in children:
            if isinstance(child, Element) and _is_block(child):
                flush()
                out += self._block(child)
            else:
                _add(pieces, self._inline(child))
        flush()
        return out

    def _paragraphs(self, text: str) -> list[str]:
        """The paragraphs of a line of pieces, and the blocks that stand inside it."""
        out = []
        for number, part in enumerate(text.split(_BLOCK)):
            if number % 2:
                out.append(part)
                continue
            lines: list[str] = []
            for line in [*(_SPACE.sub(" ", each).strip() for each in part.split(_BREAK)), ""]:
                if line:
                    lines.append(escape_line_start(line))
                elif lines:
                    out.append("  \n".join(lines))
                    lines = []
        return out

    def _block(self, element: Element) -> list[str]:
        name = element.name
        self._note_style(element)
        if name == "pre":
            return self._code_block(element)
        if name in ("ul", "ol"):
            return self._list(element)
        if name == "table":
            return self._table(element)
        if name == "blockquote":
            return self._quote(element)
        if name == "hr":
            return ["* * *"]
        if name in _HEADINGS:
            title = " ".join(map(_as_line, self._flow(element.children)))
            return [f"#### {title}"] if title else []
        if name in ("dt", "summary"):
            return [emphasise(_as_line(b), "**") for b in self._flow(element.children)]
        return self._flow(element.children)

    def _code_block(self, element: Element) -> list[str]:
        text = plain(_code_text(element)).replace("\xa0", " ")
        if not text.strip():
            return []
        inner = [element, *element.walk()]
        classes = " ".join(e.attributes.get("class", "") for e in inner)
        found = _LANGUAGE.search(classes)
        info = re.sub(r"[^\w+#.-]", "", found[1]) if found else ""
        if info == "mermaid":
            info = "text" if not _is_drawable(text) else 'mermaid alt="Diagram"'
        return [fence(text, info)]

    def _list(self, element: Element) -> list[str]:
        items = [
            child
            if isinstance(child, Element) and child.name == "li"
            else Element("li", {}, [child])
            for child in element.children
            if isinstance(child, Element) or child.strip()
        ]
        start = element.attributes.get("start", "1")
        number = int(start) if start.isdecimal() and len(start) < 9 else 1
        lines: list[str] = []
        for item in items:
            blocks = [block for block in self._flow(item.children) if block.strip()]
            if not blocks:
                continue
            mark = f"{number}." if element.name == "ol" else "-"
            number += 1
            if blocks[0].startswith(("```", "| ", "- ", "> ", "1. ", "$$", "* * *")):
                blocks.insert(0, "↓")
            first = _TASK.sub(lambda match: f"[{match[1].lower()}]", blocks[0], count=1)
            text = f"{mark} {_indented(first).lstrip()}"
            for block in blocks[1:]:
                tight = re.match(r"(?:-|\d+\.) ", block) and "\n\n" not in block
                text += ("\n" if tight else "\n\n") + _indented(block)
            if lines and ("\n\n" in lines[-1] or "\n\n" in text):
                lines.append("")
            lines.append(text)
        return ["\n".join(lines)] if lines else []

    def _quote(self, element: Element) -> list[str]:
        blocks = self._flow(element.children)
        if not blocks:
            return []
        text = "\n\n".join(blocks)
        if match := _CALLOUT.match(text):
            rest = text[match.end() :].lstrip(" \n")
            text = f"[!{match[1].upper()}]\n{rest}"
        return ["\n".join(f"> {line}".rstrip() for line in text.split("\n"))]

    def _table(self, element: Element) -> list[str]:
        rows = [list(row.elements()) for row in element.walk() if row.name == "tr"]
        rows = [[cell for cell in row if cell.name in ("td", "th")] for row in rows]
        rows = [row for row in rows if row]
        if len(rows) < 2 and all(len(row) < 2 for row in rows):
            return [b for row in rows for cell in row for b in self._flow(cell.children)]
        cells = []
        for row in rows:
            out: list[str] = []
            for cell in row:
                text = " ".join(map(_as_line, self._flow(cell.children)))
                out.append(re.sub(r"(?<!\\)\|", r"\\|", text))
                span = cell.attributes.get("colspan", "1")
                out += [""] * (min(int(span), 50) - 1 if span.isdecimal() else 0)
            cells.append(out)
        width = max(map(len, cells), default=0)
        if not width:
            return []
        cells = [row + [""] * (width - len(row)) for row in cells]
        lines = ["| " + " | ".join(row) + " |" for row in cells]
        lines.insert(1, "| " + " | ".join(["---"] * width) + " |")
        return ["\n".join(lines)]

    def _inline(self, child: Element | str) -> str:
        if isinstance(child, str):
            return self._text(child)
        self._note_style(child)
        name = child.name
        if name == "br":
            return _BREAK
        if name == "img":
            return self._picture(child)
        if name == "input":
            box = "[x]" if "checked" in child.attributes else "[ ]"
            return escape(box, gaps=False) if child.attributes.get("type") == "checkbox" else ""
        if name == "x-math":
            return self._formula(child.text(), display=child.attributes.get("d") == "1")
        if name in _CODE:
            return code(plain(_code_text(child)))
        if name in ("audio", "video", "source"):
            return self._sound(child.attributes.get("src", ""))
        inner = self._inlines(child)
        if name in _EMPHASES:
            return _marked(inner, _EMPHASES[name])
        if name in ("u", "mark") and inner.strip() and _BLOCK not in inner:
            lines = (f"<{name}>{line}</{name}>" if line else "" for line in inner.split(_BREAK))
            return _BREAK.join(lines)
        if name in ("sup", "sub") and not _has_markup(child):
            return superscript(child.text()) if name == "sup" else subscript(child.text())
        return self._link(child, inner) if name == "a" else inner

    def _inlines(self, element: Element) -> str:
        pieces: list[str] = []
        for child in element.children:
            _add(pieces, self._inline(child))
        return "".join(pieces)

    def _text(self, text: str) -> str:
        text = plain(text)
        if "[sound:" not in text and "[anki:" not in text:
            return self._words(text)
        out: list[str] = []
        position = 0
        for match in _SOUND.finditer(text):
            out += (self._words(text[position : match.start()]), self._sound(match[1] or ""))
            position = match.end()
        return "".join(out) + self._words(text[position:])

    def _words(self, text: str) -> str:
        if "\n" in text:
            text = _HAN_BREAK.sub("", text)
        return escape(_SPACE.sub(" ", text), gaps=self._gaps)

    def _sound(self, name: str) -> str:
        if name and (path := self._find_sound(name)):
            self.remarks["audio"] += 1
            self.details["audio"] = path
        return ""

    def _picture(self, element: Element) -> str:
        source = element.attributes.get("src", "")
        alt = element.attributes.get("alt") or element.attributes.get("title") or ""
        name = "" if _DATA.match(source) else source.rpartition("/")[2]
        if is_address(source):
            self.remarks["picture-elsewhere"] += 1
            self.details.setdefault("picture-elsewhere", source)
            return link(escape(alt or name, gaps=False), source)
        path = self._find_picture(source) if source else None
        if path is None:
            return escape(f"[{alt or name}]", gaps=False) if alt or name else ""
        width = element.attributes.get("width", "").removesuffix("px")
        return picture(alt or name.rpartition(".")[0] or "-", path, width)

    def _link(self, element: Element, inner: str) -> str:
        target = element.attributes.get("href", "").strip()
        if not inner.strip() or "![" in inner or "](" in inner or _BLOCK in inner:
            return inner
        if is_address(target):
            return link("" if element.text().strip() == target else inner.strip(), target)
        if target and self._attach is not None and (path := self._attach(target)):
            self.remarks["attached"] += 1
            self.details.setdefault("attached", path)
        elif target and not target.startswith("#"):
            self.remarks["link"] += 1
            self.details.setdefault("link", target)
        return inner

    def _formula(self, tex: str, *, display: bool) -> str:
        tex = " ".join(tex.split())
        tex, number, others = without_gaps(tex)
        if not tex:
            return ""
        if others:
            self.remarks["gaps-in-formula"] += 1
        if not _is_formula(tex):
            self.remarks["formula"] += 1
            self.details.setdefault("formula", tex)
            piece = code(tex)
        elif display and not number:
            return f"{_BLOCK}$$\n{tex}\n$${_BLOCK}"
        else:
            piece = f"${tex}$"
        if number and self._gaps:
            self.remarks["gap-around-formula"] += 1
            return f"{{{{c{number}::{piece}}}}}"
        return piece

    def _note_style(self, element: Element) -> None:
        if (
            element.name == "font"
            or ("style" in element.attributes and _COLOUR.search(element.attributes["style"]))
            or "color" in element.attributes
        ):
            self.remarks["style"] += 1


def text_as_html(text: str) -> str:
    """Plain text as HTML that shows the same lines."""
    return escape_html(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")


def _add(pieces: list[str], piece: str) -> None:
    """Add a piece; two emphases side by side become one, and no digit follows a formula."""
    if not piece:
        return
    if pieces:
        last = pieces[-1]
        if piece.startswith("**") and last.endswith("**") and len(last) > 4 and len(piece) > 4:
            pieces[-1] = last[:-2]
            piece = piece[2:]
        elif last.endswith("$") and not last.endswith("\\$") and piece[0].isdigit():
            piece = f" {piece}"
    pieces.append(piece)


def _marked(inner: str, mark: str) -> str:
    """Emphasis on each line of `inner`."""
    if _BLOCK in inner:
        return inner
    if mark == "**" and "**" in inner:
        inner = inner.replace("**", "")
    return _BREAK.join(emphasise(line, mark) for line in inner.split(_BREAK))


def _is_block(element: Element) -> bool:
    if element.name in BLOCKS:
        return True
    return element.name not in _CODE and any(e.name in BLOCKS for e in element.walk())


def _has_markup(element: Element) -> bool:
    return any(True for _ in element.elements())


def _code_text(element: Element) -> str:
    """The text of code. Editors write its lines as elements, too."""
    out: list[str] = []
    for child in element.children:
        if isinstance(child, str):
            out.append(child)
        elif child.name == "br":
            out.append("\n")
        else:
            text = _code_text(child)
            block = child.name in ("div", "p", "li", "tr")
            if block and out and not out[-1].endswith("\n"):
                out.append("\n")
            out.append(text + "\n" if block and not text.endswith("\n") else text)
    return "".join(out)


def _indented(block: str) -> str:
    return "\n".join(f"    {line}" if line.strip() else line for line in block.split("\n"))


def _as_line(block: str) -> str:
    """A block as a piece of a line."""
    if block.startswith("```") and "\n" in block:
        lines = block.split("\n")[1:-1]
        return code(" ".join(line.strip() for line in lines))
    if block.startswith("$$"):
        return f"${block.strip('$').strip()}$"
    if block.startswith("| "):
        block = re.sub(r"(?<!\\)\|(?:[ -]+\|)*", " ", block)
    block = re.sub(r"^(?:#### |> ?|- (?:\[[ x]\] )?)", "", block, flags=re.MULTILINE)
    return " ".join(block.split())


def _is_paragraph(block: str) -> bool:
    return not block.startswith(("```", "~~~", "| ", "- ", "> ", "$$", "#### ", "* * *")) and (
        re.match(r"\d+\. ", block) is None
    )


def _is_title(block: str) -> bool:
    return block.startswith("#### ")


def _is_one_line(block: str) -> bool:
    """Whether a heading, a formula or some code has a single line."""
    fenced = block.startswith(("```", "~~~", "$$"))
    return _is_title(block) or (fenced and block.count("\n") == 2)


def _beginning(block: str) -> str:
    """The first line of a block that is no paragraph."""
    lines = [line for line in block.split("\n") if line.strip()]
    if block.startswith(("```", "~~~")):
        return code(f"{lines[1].strip()} …") if len(lines) > 2 else "…"
    if block.startswith("$$"):
        return _as_line(block)
    return _as_line(re.sub(r"^\d+\. ", "", lines[0])) or "…"


@lru_cache(maxsize=4096)
def _is_formula(tex: str) -> bool:
    from deckpress.render.formulas import FormulaError, draw

    if "$" in tex or tex.endswith("\\"):
        return False
    try:
        draw(tex, display=False)
    except FormulaError:
        return False
    return True


@lru_cache(maxsize=256)
def _is_drawable(source: str) -> bool:
    from deckpress.render.diagrams import DiagramError, draw

    try:
        draw(source, "Diagram")
    except DiagramError:
        return False
    return True
