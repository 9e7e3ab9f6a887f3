"""Options that point at each other, and texts that name them: what is found, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckpress.language.option_references import is_about_others, named_options

CASES = Path(__file__).parents[2] / "fixtures" / "option-references"
HOSTILE = ["可能" * 39 + "x", "A和" * 39 + "x", "all of the " * 7 + "x", "A, " * 500]


def lines(name: str) -> list[str]:
    return (CASES / f"{name}.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("option", lines("about-others"))
def test_an_option_about_the_others_is_found(option: str) -> None:
    assert is_about_others(option, 4)


@pytest.mark.parametrize("option", lines("about-itself"))
def test_an_option_that_stands_alone_is_left_alone(option: str) -> None:
    assert not is_about_others(option, 4)


@pytest.mark.parametrize("text", lines("naming"))
def test_a_text_that_names_an_option_is_found(text: str) -> None:
    assert list(named_options(text, 4))


@pytest.mark.parametrize("text", lines("not-naming"))
def test_a_text_that_names_no_option_is_left_alone(text: str) -> None:
    assert not list(named_options(text, 4))


def test_a_letter_that_no_option_has_names_none() -> None:
    assert not list(named_options("选 D，D 对", 3))


def test_labels_at_the_beginnings_of_lines_name_options() -> None:
    assert [found.words for found in named_options("- B：说得对\n- **C**：错\n", 4)] == ["B", "C"]
    assert not list(named_options("C: is a drive\n", 4))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_takes_no_time(text: str) -> None:
    """A pattern that tries all ways to read such a text would not end."""
    assert not is_about_others(text, 4)
    list(named_options(text * 10, 4))
