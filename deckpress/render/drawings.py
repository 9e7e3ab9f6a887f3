"""Writes the styles of a drawing so that every output understands them.

What prints knows no variables of CSS, no ``light-dark()`` and no ``font`` in one. They are replaced
by what they stand for; of two colours the light one counts, as the ground of a figure stays light.
"""

from __future__ import annotations

import re

_MARKS = re.compile(rb"var\(|light-dark\(|font\s*[:=]")
_PROPERTY = re.compile(r"(--[\w-]+)\s*:\s*([^;{}\"]+)")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\([^()]*\))*))?\)")
_LIGHT_DARK = re.compile(
    r"light-dark\(\s*((?:[^(),]|\([^()]*\))+),(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
)
_FONT = re.compile(r"(?<![\w-])font\s*:\s*([^;{}\"]+)")
_FONT_ATTRIBUTE = re.compile(r"(?<=\s)font\s*=\s*(\"|')(.*?)\1")
_SIZE = re.compile(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|ex|mm|cm|in|%)?)(?:\s*/\s*[\w.%]+)?\s+(?=\S)")
_STYLE = re.compile(r"\b(italic|oblique)\b")
_WEIGHT = re.compile(r"\b(bold|bolder|lighter|[1-9]00)\b")
_DEEPEST = 10  # variables that stand for variables


def plain_drawing(data: bytes) -> bytes:
    """The bytes of a drawing, which must be a sound SVG, with plain styles."""
    if not _MARKS.search(data):
        return data
    text = data.decode("utf-8", "replace")
    values = {name: value.strip() for name, value in _PROPERTY.findall(text)}
    for _ in range(_DEEPEST):
        plain = _VARIABLE.sub(lambda m: values.get(m[1], (m[2] or "").strip()) or "none", text)
        if plain == text or len(plain) > 4 * len(data) + 10_000:
            break
        text = plain
    text = _LIGHT_DARK.sub(lambda match: match[1].strip(), text)
    text = _FONT.sub(lambda m: "".join(f"{k}:{v};" for k, v in _longhand(m[1])) or m[0], text)
    text = _FONT_ATTRIBUTE.sub(
        lambda m: " ".join(f"{k}={m[1]}{v}{m[1]}" for k, v in _longhand(m[2])) or m[0], text
    )
    return text.encode()


def _longhand(font: str) -> list[tuple[str, str]]:
    """The properties that a ``font`` in one stands for; none if it has no size and family."""
    size = _SIZE.search(font)
    if size is None:
        return []
    before = font[: size.start(1)]
    found = [("font-size", size[1]), ("font-family", font[size.end() :].strip())]
    if style := _STYLE.search(before):
        found.append(("font-style", style[1]))
    if weight := _WEIGHT.search(before):
        found.append(("font-weight", weight[1]))
    return found
