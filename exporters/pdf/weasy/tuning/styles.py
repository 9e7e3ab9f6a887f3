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
_set = css.StyleFor.set_computed_styles


def tune() -> None:
    """Change WeasyPrint."""
    css.ComputedStyle.__missing__ = _quick_missing
    css.StyleFor.set_computed_styles = _set_shared
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


def _set_shared(
    self: Any, element: Any, parent: Any, root: Any = None, pseudo_type: Any = None, **how: Any
) -> None:
    """Elements, pages and pseudo-elements with the same rules below the same style have one style.

    WeasyPrint shares only those of elements, and none below an element with an id. An id is an
    anchor, which is not inherited.
    """
    computed = self._computed_styles
    if parent is None:
        _set(self, element, parent, root, pseudo_type, **how)
        return
    shared = kept(self, "shared", lambda _: {})
    above = computed[parent, None]
    cascaded = self._cascaded_styles.get((element, pseudo_type), {})
    rules = (
        (name, id(value), *weight[:2], *weight[2])
        for name, (value, weight) in cascaded.items()
        if name != "anchor"
    )
    key = (vars(above).get("like", id(above)), pseudo_type, *rules)
    like = shared.get(key)
    if like is not None and "anchor" not in cascaded and "anchor" not in like.cascaded:
        computed[element, pseudo_type] = like
        return
    _set(self, element, parent, root, pseudo_type, **how)
    made = computed[element, pseudo_type]
    if like is None:
        shared[key] = made
    else:
        made.like = id(like)  # for what is below it


def _is_logical(style: Any) -> bool:
    return not _LOGICAL.isdisjoint(style.cascaded)
