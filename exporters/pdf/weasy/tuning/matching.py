"""Matching: which rules of WeasyPrint's own style sheets an element has."""

from __future__ import annotations

from typing import Any

from weasyprint import css
from weasyprint.html import UA_STYLESHEET

from exporters.pdf.weasy.tuning.keeping import replace

# Pseudo-elements of footnotes set by the printer, which no sheet has. WeasyPrint computes a style
# for each of them on each element.
_NOTES = {"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"}
_LISTED = ("li", "summary")  # the elements that may have a marker
# The attributes of which each rule of the sheet of presentational hints needs one.
_HINTS = {"align", "border", "clear", "color", "frame", "frameborder", "noshade", "nowrap"}
_HINTS |= {"rules", "type", "valign", "wrap"}
_styles = css.get_all_computed_styles


def tune() -> None:
    """Change WeasyPrint."""
    _match_less(UA_STYLESHEET.matcher)
    replace(_styles, _quick_styles)


def _match_less(matcher: Any) -> None:
    """Remove rules from the browser's own style sheet whose styles are never asked for."""
    matcher.other_selectors = [
        (_is_listed if pseudo == "marker" else test, specificity, order, pseudo, declarations)
        for test, specificity, order, pseudo, declarations in matcher.other_selectors
        if pseudo not in _NOTES
    ]


def _is_listed(element: Any) -> bool:
    return element.local_name in _LISTED


def _quick_styles(html: Any, *rest: Any, **how: Any) -> Any:
    """`get_all_computed_styles` without rules for hints, if nothing in the document has any."""
    if _HINTS.isdisjoint(name for each in html.etree_element.iter() for name in each.attrib):
        html._ph_stylesheets = lambda: []
    return _styles(html, *rest, **how)
