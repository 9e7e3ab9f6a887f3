"""Where the links of a card lead, and where a mistake is reported."""

from __future__ import annotations

import pytest

from deckpress.model import Card, Html, LinkEnd, LinkStart
from tests.exporters import samples
from tests.exporters.anki.decks import small, take
from tests.exporters.learner import Learner


def inner_link() -> Card:
    link: Html = ("<p>see ", LinkStart("docker-vs-vm"), "the other", LinkEnd(), "</p>")
    return samples.card("one", "Q", link)


def test_a_link_to_a_card_leads_to_the_page(anki: Learner) -> None:
    take(anki, small(inner_link(), homepage='https://example.org/?a="b"&c#old'))
    short = anki.note("one")["Short"]
    assert 'href="https://example.org/?a=&#34;b&#34;&amp;c#docker-vs-vm">the other</a>' in short


def test_where_the_homepage_is_a_repository_a_link_leads_to_its_site(anki: Learner) -> None:
    take(anki, small(inner_link(), homepage="https://github.com/some-one/deck.git"))
    assert 'href="https://some-one.github.io/deck/#docker-vs-vm"' in anki.note("one")["Short"]


@pytest.mark.parametrize("homepage", ["", "javascript:alert(1)"])
def test_without_a_page_a_link_is_its_text(anki: Learner, homepage: str) -> None:
    take(anki, small(inner_link(), homepage=homepage))
    assert anki.note("one")["Short"] == "<p>see the other</p>"
    assert "href" not in anki.card("one").render_output().answer_text


@pytest.mark.parametrize(
    ("homepage", "repository"),
    [
        ("https://github.com/some-one/my.deck", "some-one/my.deck"),
        ("https://github.com/some-one/my.deck.git", "some-one/my.deck"),
        ("https://github.com/some-one/deck/tree/main", "some-one/deck"),
        ("https://some-one.github.io/deck", "some-one/deck"),
        ("https://some-one.github.io/deck/", "some-one/deck"),
        ("https://some-one.github.io/deck/page.html?a#b", "some-one/deck"),
    ],
)
def test_a_mistake_is_reported_where_the_deck_is_kept(
    anki: Learner, homepage: str, repository: str
) -> None:
    take(anki, small(samples.card("tcp-close", "Q", "<p>A</p>"), homepage=homepage))
    address = f"https://github.com/{repository}/issues/new?title=tcp-close"
    assert anki.note("tcp-close")["Report"] == address
    output = anki.card("tcp-close").render_output()
    assert f'<a class="report" href="{address}">' in output.answer_text
    assert address not in output.question_text


@pytest.mark.parametrize(
    "homepage",
    [
        "",
        "https://example.org/deck",
        "https://github.com/some-one",
        "https://some-one.github.io/",
        "https://some-one.github.io/deck.html",
        "https://github.com.example.org/some-one/deck",
    ],
)
def test_where_nobody_knows_the_repository_nothing_is_said_of_reports(
    anki: Learner, homepage: str
) -> None:
    take(anki, small(samples.card("tcp-close", "Q", "<p>A</p>"), homepage=homepage))
    assert anki.note("tcp-close")["Report"] == ""
    assert "report" not in anki.card("tcp-close").render_output().answer_text


def test_footnotes_have_no_links_for_anki_leads_them_nowhere(anki: Learner) -> None:
    take(anki, samples.sample())
    why = anki.note("docker-what-is")["Why"]
    assert 'href="#' not in why
    assert "<sup>1</sup>" in why
