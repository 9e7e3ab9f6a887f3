"""Pieces of a line as Markdown: text with its marks escaped, code, formulas, links."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\\`*\[\]~$|]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
# What would begin a block at the start of a line.
_LINE_START = re.compile(r"^(?P<space>[ \t]*)(?:(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?=[#>+=:-]))")
_GAP = re.compile(r"\{\{(?=\s*c\d)", re.IGNORECASE)
_BRACE = re.compile(r"\{(?=[ \t]*[#.＃]|(?:level|tier)=)|｛(?=[ \t]*[#.＃])")
_EDGE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_ADDRESS = re.compile(r"(?:https?://[^/\s]|mailto:[^\s@]+@)[^\s<>]*", re.IGNORECASE)
_BARE = re.compile(r"https?://[A-Za-z0-9][^\s<>\[\]()`\"'|\\，。；：、）」]*")

_SUPER = str.maketrans("0123456789+-=()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿ")
_SUB = str.maketrans("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")


def escape(text: str, *, gaps: bool) -> str:
    """`text` so that Markdown shows it as it is. With `gaps`, Anki's gaps stay gaps.

    The text of a bare address stays as it is, because it becomes a link.
    """
    out: list[str] = []
    position = 0
    for match in _BARE.finditer(text) if "://" in text else ():
        out += (_escape(text[position : match.start()], gaps), match.group())
        position = match.end()
    return "".join(out) + _escape(text[position:], gaps)


def _escape(text: str, gaps: bool) -> str:
    text = _MARKS.sub(r"\\\g<0>", text).replace("\\](", "\\]\\(")
    return text if gaps or "{{" not in text else _GAP.sub(r"{\\{", text)


def escape_line_start(line: str) -> str:
    """A line of Markdown that begins no list, heading, quote, rule or table."""
    match = _LINE_START.match(line)
    if not match:
        return line
    if match["number"]:
        return f"{line[: match.end()]}\\{line[match.end() :]}"
    return f"{match['space']}\\{line[match.end() :]}"


def heading_text(line: str) -> str:
    """A line as the title of a heading: nothing at its end is taken for an attribute."""
    line = _BRACE.sub(lambda match: f"`{match[0]}`", line) if "{" in line or "｛" in line else line
    return re.sub(r"^#|#+$", lambda match: "\\" + match[0], line)


def code(text: str) -> str:
    """A code span; empty if there is nothing in it."""
    text = " ".join(text.split("\n"))
    if not text.strip():
        return text
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    mark = "`" * (longest + 1)
    space = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{mark}{space}{text}{space}{mark}"


def emphasise(text: str, mark: str) -> str:
    """`text` between two marks such as ``**``, which stand at letters.

    Beside punctuation or white space they would not be marks everywhere: Chinese writes no space
    behind them.
    """
    match = _EDGE.match(text)
    if not match or not match[2] or "\n\n" in text:
        return text
    before, inner, after = match.groups()
    # Code, formulas, brackets and gaps begin and end with marks that belong to them.
    if re.search(r"[`$\[\](){}\\*~<>]", before + after):
        return f"{mark}{text}{mark}" if text == text.strip() else text
    return f"{before}{mark}{inner}{mark}{after}"


def superscript(text: str) -> str:
    """A raised text, in characters that are raised by themselves or as a formula."""
    return _shifted(text, _SUPER, "^")


def subscript(text: str) -> str:
    """A lowered text, in characters that are lowered by themselves or as a formula."""
    return _shifted(text, _SUB, "_")


def _shifted(text: str, table: dict[int, int], sign: str) -> str:
    text = " ".join(text.split())
    if not text or text.startswith("{{"):
        return text
    if all(ord(character) in table for character in text):
        return text.translate(table)
    if re.fullmatch(r"[A-Za-z0-9+=(), -]+", text):
        return f"${{}}{sign}{{\\text{{{text}}}}}$"
    return f"{sign}({escape(text, gaps=False)})"


def is_address(target: str) -> bool:
    """Whether a link in a deck may lead there."""
    return _ADDRESS.fullmatch(target) is not None


def link(text: str, target: str) -> str:
    """A link; `target` is an address for which `is_address` holds."""
    target = target.replace("(", "%28").replace(")", "%29")
    return f"[{text}]({target})" if text else f"<{target}>"


def picture(alt: str, path: str, width: str = "") -> str:
    """A picture with its description, and with its width in pixels if that is a number."""
    size = f"{{width={width}}}" if re.fullmatch("[1-9][0-9]{0,3}", width) else ""
    return f"![{escape(' '.join(alt.split()), gaps=False)}]({path}){size}"


def fence(text: str, info: str = "") -> str:
    """A code block."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    mark = "`" * (longest + 1)
    body = text.strip("\n")
    return f"{mark}{info}\n{body}\n{mark}"


def plain(text: str) -> str:
    """Text without characters that no source may have; white space of all kinds is a space."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(c) == "Zs" and c != "\u3000" else c
        for c in text
        if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs", "Cn") and c not in _HIDDEN)
    )


_HIDDEN = (
    "\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
