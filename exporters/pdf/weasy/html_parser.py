"""HTML parsed in C: WeasyPrint's parser follows every rule for broken HTML, and is written in
Python. Ours is never broken: templates write it, around what the sanitiser has written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

from cssselect2 import ElementWrapper
from lxml import etree
from weasyprint import HTML


class Page(HTML):  # type: ignore[misc]
    """What WeasyPrint takes, from the text of a page; pictures are got by `url_fetcher`."""

    def __init__(self, text: str, url_fetcher: Any) -> None:
        self.base_url = None
        self.url_fetcher = url_fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(parsed(text), content_language=None)
        self.etree_element = self.wrapper_element.etree_element


def parsed(text: str) -> Element:
    """The element `html` of a page."""
    parser = etree.HTMLParser(target=_Tree(), encoding="utf-8", huge_tree=True)
    root: Element = etree.fromstring(text.encode(), parser)
    return root


class _Tree:
    """Makes elements of the standard library, as WeasyPrint expects them, of what lxml reads."""

    def __init__(self) -> None:
        builder = TreeBuilder()
        self._start = builder.start
        self.end, self.data, self.close = builder.end, builder.data, builder.close

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._start(tag, dict(attributes))
