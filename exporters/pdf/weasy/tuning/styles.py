"""Styles: what an element's rules say, and the values of its properties."""

from __future__ import annotations

from typing import Any

from weasyprint import css
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.html import UA_STYLESHEET

from exporters.pdf.weasy.tuning.keeping import kept

# Properties whose value is not simply the inherited or the initial one.
_OWN = {"position", "float", "display", "page"}
_OWN |= {name for name in INITIAL_VALUES if name.startswith("text_decoration_")}
_INHERITED = set(INHERITED) - _OWN
_INITIAL = {
    name: value
    for name, value in INITIAL_VALUES.items()
    if name not in INHERITED | INITIAL_NOT_COMPUTED | _OWN and not css.check_math(value)
}
# Logical properties, such as margin-inline-start, which stand for physical ones.
_LOGICAL = {
    function(block="ttb", inline=inline)
    for function in PHYSICAL_FUNCTIONS.values()
    for inline in ("ltr", "rtl")
}
# Pseudo-elements of footnotes set by the printer, which no sheet has. WeasyPrint computes a style
# for each of them on each element.
_NOTES = {"footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"}
_LISTED = ("li", "summary")  # the elements that may have a marker

_missing = css.ComputedStyle.__missing__


def tune() -> None:
    """Change WeasyPrint."""
    css.ComputedStyle.__missing__ = _quick_missing
    _match_less(UA_STYLESHEET.matcher)


def _match_less(matcher: Any) -> None:
    """Remove rules from the browser's own style sheet whose styles are never asked for."""
    matcher.other_selectors = [
        (_is_listed if pseudo == "marker" else test, specificity, order, pseudo, declarations)
        for test, specificity, order, pseudo, declarations in matcher.other_selectors
        if pseudo not in _NOTES
    ]


def _is_listed(element: Any) -> bool:
    return element.local_name in _LISTED


def _quick_missing(self: Any, key: str) -> Any:
    """A property that is inherited or has its initial value, without a look at the others."""
    if key in self.cascaded or (key in PHYSICAL_FUNCTIONS and kept(self, "logical", _is_logical)):
        return _missing(self, key)
    if key in _INHERITED and self.parent_style is not None:
        value = self.parent_style[key]
        if css.check_math(value):
            return _missing(self, key)
    elif key in _INITIAL:
        value = _INITIAL[key]
    else:
        return _missing(self, key)
    self[key] = value
    return value


def _is_logical(style: Any) -> bool:
    return not _LOGICAL.isdisjoint(style.cascaded)
