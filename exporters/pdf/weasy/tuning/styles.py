"""Styles: what an element's rules say, and the values of its properties."""

from __future__ import annotations

from typing import Any

from weasyprint import css
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES

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
# Attributes that are no presentational hints; and the language, by which styles are told apart.
_MUTE = {"alt", "class", "colspan", "href", "id", "lang", "rowspan", "scope", "src", "title"}

_missing = css.ComputedStyle.__missing__
_set = css.StyleFor.set_computed_styles


def tune() -> None:
    """Change WeasyPrint."""
    css.ComputedStyle.__missing__ = _quick_missing
    css.StyleFor.set_computed_styles = _set_shared


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

    So they have in all documents of a process that have the same style sheets. WeasyPrint shares
    only those of elements of one document, and none below an element with an id. An id is an
    anchor, which is not inherited.
    """
    computed = self._computed_styles
    above = None if parent is None else computed[parent, None]
    cascaded = self._cascaded_styles.get((element, pseudo_type), {})
    is_common = (above is None or hasattr(above, "is_common")) and (
        pseudo_type is not None or _is_plain(element)
    )
    shared = _common_styles(self) if is_common else kept(self, "shared", lambda _: {})
    rules = (
        (name, value if name == "lang" else id(value), *weight[:2], *weight[2])
        for name, (value, weight) in cascaded.items()
        if name != "anchor"
    )
    over = None if above is None else vars(above).get("like", id(above))
    key = (over, pseudo_type, *rules)
    like = shared.get(key)
    if like is not None and "anchor" not in cascaded and "anchor" not in like.cascaded:
        computed[element, pseudo_type] = like
        return
    _set(self, element, parent, root, pseudo_type, **how)
    made = computed[element, pseudo_type]
    if is_common:
        made.is_common = True
    if like is None:
        shared[key] = made
    else:
        made.like = id(like)  # for what is below it


def _common_styles(style_for: Any) -> dict[Any, Any]:
    """The styles of all documents with the same style sheets; the last of these keeps them."""
    sheets = [sheet for sheet, *_ in style_for._sheets]
    made_for = [*sheets, style_for.font_config]
    known = vars(sheets[-1]).get("common_styles")
    if not known or known[0] != made_for:
        known = sheets[-1].common_styles = made_for, {}
    styles: dict[Any, Any] = known[1]
    return styles


def _is_plain(element: Any) -> bool:
    """Whether no attribute of an element, or of a page, says how it looks."""
    attributes = getattr(element, "attrib", ())
    return all(name in _MUTE or name[:5] == "data-" for name in attributes)


def _is_logical(style: Any) -> bool:
    return not _LOGICAL.isdisjoint(style.cascaded)
