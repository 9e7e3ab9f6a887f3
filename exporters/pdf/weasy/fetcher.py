"""The only things that WeasyPrint may fetch: the deck's assets, and bitmaps inside its drawings."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping

from weasyprint.urls import URLFetcher, URLFetcherResponse

from deckpress.model import Asset

_SCHEME = "asset:"
_BITMAP = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,")


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves ``asset:NAME`` and bitmaps as data. Every other address is refused: files, networks.

    The deck's Markdown and its SVG figures are not trusted, and both can name an address.
    """

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        super().__init__(allowed_protocols=())
        self._assets = assets

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """The asset behind `url`.

        Raises:
            ValueError: it is any other address.
        """
        if bitmap := _BITMAP.match(url):
            return URLFetcherResponse(
                url, b64decode(url[bitmap.end() :]), {"Content-Type": bitmap[1]}
            )
        asset = self._assets.get(url.removeprefix(_SCHEME)) if url.startswith(_SCHEME) else None
        if asset is None:
            raise ValueError("only the deck's own pictures are printed")
        return URLFetcherResponse(url, asset.data, {"Content-Type": asset.media_type})
