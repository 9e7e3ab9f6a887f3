"""Writes the styles of a drawing so that every output understands them.

What prints knows no variables of CSS, no ``light-dark()`` and no ``font`` in one. They are replaced
by what they stand for; of two colours the light one counts, as the ground of a figure stays light.
What is drawn in black on nothing is turned over in the dark instead.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

_MARKS = re.compile(rb"var\(|light-dark\(|font\s*[:=]|prefers-color-scheme")
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
_DARK = re.compile(
    r"@media[^{}]*prefers-color-scheme\s*:\s*dark[^{}]*\{(?:[^{}]|\{[^{}]*\})*\}", re.IGNORECASE
)
_COLOURED = ("fill", "stroke", "color", "stop-color", "flood-color", "lighting-color")
_DECLARED = re.compile(r"(?<![\w-])([a-z-]+)\s*:\s*([^;{}]+)", re.IGNORECASE)
# What has no colour: words, ``#888``, ``rgb(9, 9, 9)``, and gradients, whose stops are looked at.
_GREY = re.compile(
    r"(?:none|currentcolor|inherit|initial|unset|transparent|context-(?:fill|stroke)|black|white"
    r"|(?:dim|dark|light)?gr[ae]y|silver|gainsboro|whitesmoke|url\(\s*['\"]?#[^)]*\)\s*(?:none)?"
    r"|#([0-9a-f])\1\1[0-9a-f]?|#([0-9a-f]{2})\2\2(?:[0-9a-f]{2})?"
    r"|rgba?\(\s*([\d.]+%?)[\s,]+\3[\s,]+\3\s*(?:[,/]\s*[\d.]+%?\s*)?\))(?:\s*!important)?",
    re.IGNORECASE,
)
_OWN_PIXELS = ("image", "feimage", "feflood", "fecolormatrix", "fediffuselighting")


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
    text = _LIGHT_DARK.sub(lambda match: match[1].strip(), _DARK.sub("", text))
    text = _FONT.sub(lambda m: "".join(f"{k}:{v};" for k, v in _longhand(m[1])) or m[0], text)
    text = _FONT_ATTRIBUTE.sub(
        lambda m: " ".join(f"{k}={m[1]}{v}{m[1]}" for k, v in _longhand(m[2])) or m[0], text
    )
    return text.encode()


def is_colourless(data: bytes) -> bool:
    """Whether a drawing with plain styles has only black, white and grey, as ink on any paper."""
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError):
        return False
    return all(_is_grey(element) for element in root.iter())


def _is_grey(element: ElementTree.Element) -> bool:
    tag = str(element.tag).rpartition("}")[2].lower()
    if tag in _OWN_PIXELS:
        return False
    values = [value for name, value in element.attrib.items() if name in _COLOURED]
    declared = element.get("style", "") + (";".join(element.itertext()) if tag == "style" else "")
    if "color-scheme" in declared:
        return False
    values += [value for name, value in _DECLARED.findall(declared) if name.lower() in _COLOURED]
    return all(_GREY.fullmatch(value.strip()) for value in values)


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
