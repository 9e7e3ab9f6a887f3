"""What follows from a deck's homepage: where its page is, and where a mistake is reported.

A repository on GitHub has no anchors for cards. Its page is the one that GitHub Pages serves:
https://docs.github.com/pages/getting-started-with-github-pages/what-is-github-pages
"""

from __future__ import annotations

import re
from urllib.parse import quote

# The address of a GitHub repository, or of a page that GitHub serves from one.
_REPOSITORY = re.compile(
    r"https?://(?:(?:www\.)?github\.com/(?P<owner>[\w-]+)|(?P<site>[\w-]+)\.github\.io)/+"
    r"(?P<name>[\w.-]+?)(?:\.git)?(?:[/?].*)?",
    re.IGNORECASE,
)


def page_address(homepage: str) -> str:
    """The address of the deck's page, without a fragment; empty if the deck has none.

    A card's id is an anchor on that page. For a repository on GitHub it is the page of its site.
    """
    address = homepage.partition("#")[0].strip()
    if not address.startswith(("https://", "http://")):
        return ""
    found = _REPOSITORY.fullmatch(address)
    if not found or not found["owner"]:
        return address
    host = f"{found['owner']}.github.io"
    if found["name"].lower() == host.lower():
        return f"https://{host}/"
    return f"https://{host}/{found['name']}/"


def report_address(homepage: str, card: str) -> str:
    """The address for reporting a mistake on the card with the id `card`.

    Empty if `homepage` does not belong to a repository on GitHub. A file at the root of an owner's
    site, such as ``OWNER.github.io/deck.html``, does not name its repository.
    """
    found = _REPOSITORY.fullmatch(homepage.partition("#")[0].strip())
    if not found or (found["site"] and found["name"].lower().endswith(".html")):
        return ""
    owner = found["owner"] or found["site"]
    return f"https://github.com/{owner}/{found['name']}/issues/new?title={quote(card)}"
