"""Where a card's link leads, from the homepage that a deck names."""

from __future__ import annotations

import pytest

from deckpress.homepage import page_address, report_address


@pytest.mark.parametrize(
    ("homepage", "page"),
    [
        ("https://github.com/some-one/deck", "https://some-one.github.io/deck/"),
        ("https://github.com/some-one/deck/", "https://some-one.github.io/deck/"),
        ("https://github.com/some-one/deck.git", "https://some-one.github.io/deck/"),
        ("https://github.com/some-one/deck.git/", "https://some-one.github.io/deck/"),
        ("http://www.github.com/some-one/my.deck", "https://some-one.github.io/my.deck/"),
        ("https://github.com/some-one/deck/tree/main?a=1#top", "https://some-one.github.io/deck/"),
        ("https://github.com/Some-One/some-one.github.io", "https://Some-One.github.io/"),
        ("https://github.com/some-one/some-one.github.io.git", "https://some-one.github.io/"),
        ("https://some-one.github.io/deck/", "https://some-one.github.io/deck/"),
        ("https://some-one.github.io/deck/page.html#old", "https://some-one.github.io/deck/page.html"),
        ("https://github.com/some-one", "https://github.com/some-one"),
        ("https://github.com.example.org/a/b", "https://github.com.example.org/a/b"),
        ("https://example.org/deck?a=1", "https://example.org/deck?a=1"),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_repository_leads_to_its_site_and_any_other_page_to_itself(
    homepage: str, page: str
) -> None:
    assert page_address(homepage) == page


@pytest.mark.parametrize(
    ("homepage", "repository"),
    [
        ("https://github.com/some-one/deck.git/", "some-one/deck"),
        ("https://github.com/some-one/some-one.github.io", "some-one/some-one.github.io"),
        ("https://some-one.github.io/deck/", "some-one/deck"),
    ],
)
def test_a_mistake_is_reported_in_the_repository_itself(homepage: str, repository: str) -> None:
    address = f"https://github.com/{repository}/issues/new?title=tcp-close"
    assert report_address(homepage, "tcp-close") == address
