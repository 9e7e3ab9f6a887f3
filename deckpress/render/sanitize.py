"""The last step before HTML leaves the renderer: only what is on the list gets through."""

from __future__ import annotations

import nh3

_TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "div", "pre"),
    *("ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"),
    *("a", "code", "del", "em", "span", "strong", "sup"),
    *("data", "mark"),  # places of holes
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
    """Only a footnote and its mark lead to each other; a link to a card is a hole by now."""
    return address if address.startswith("#fn") else None


_cleaner = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto"},
    url_relative=_relative,
    link_rel="noopener noreferrer",
)


def sanitize(html: str) -> str:
    """`html` without any element, attribute or address that is not on the lists above."""
    return _cleaner.clean(html)
