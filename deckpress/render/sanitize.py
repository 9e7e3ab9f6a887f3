"""Sanitises HTML as the last step of rendering: only what is on the lists here gets through."""

from __future__ import annotations

import nh3

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "div", "pre"),
    *("ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"),
    *("a", "code", "del", "em", "kbd", "span", "strong", "sub", "sup", "u"),
    *("data", "mark"),  # they mark the places of holes
}
_ATTRIBUTES = {
    "a": {"href", "title", "id", "data-card"},
    "code": {"class"},
    "data": {"value"},
    "div": {"class"},
    "li": {"class", "id"},
    "mark": {"data-gap", "data-hint"},
    "ol": {"start"},
    "p": {"class"},
    "span": {"class", "role", "aria-label"},
    "sup": {"id"},
    "td": {"class"},
    "th": {"class"},
}


def _relative(address: str) -> str | None:
    """The relative addresses that may stay: those of footnotes. Links to cards are holes by now."""
    return address if address.startswith("#fn") else None


_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    url_relative=_relative,
    link_rel="noopener noreferrer",
)


def sanitize(html: str) -> str:
    """`html` without the elements, attributes and addresses that are not on the lists above."""
    return _cleaner.clean(html)
