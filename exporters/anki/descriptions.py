"""The descriptions of the decks, which Anki's overview shows without the cards' style sheet."""

from __future__ import annotations

import re

_CODE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_CALLOUT = re.compile(
    r'<div class="callout [a-z]+">\s*<p class="callout-title">(?P<title>[^<]*)</p>\s*(?P<text><p>)?'
)
# Line breaks between blocks.
_BETWEEN = re.compile(
    r"(?<=>)\n+(?=</?(?:p|div|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|h[4-6]|hr)\b|$)"
)
# A quotation mark at the left, in whatever colour the overview has its text.
_ASIDE = '<div style="margin:0.6em 0;padding-left:0.8em;border-left:3px solid">'


def introduction(html: str, lang: str) -> str:
    """A section's introduction, from the field HTML `html` in the language `lang`, for its deck.

    The title of a callout stands before its text, in bold. The overview keeps line breaks, so only
    those of code are left.
    """
    colon = "：" if lang.startswith("zh") else ": "
    pieces = _CODE.split(_CALLOUT.sub(rf"{_ASIDE}<p><b>\g<title>{colon}</b>", html))
    pieces[::2] = (_BETWEEN.sub("", piece).replace("\n", " ") for piece in pieces[::2])
    return "".join(pieces)
