"""Formulas: what would take for ever is refused, and an exponent alone stands above the line."""

from __future__ import annotations

import pytest

from deckpress.render import formulas


@pytest.mark.parametrize(
    "tex",
    [
        *("{" * 20 + "}" * 20, "\\sqrt{" * 20 + "1" + "}" * 20),
        *("\\frac{1}{" * 16 + "1" + "}" * 16, "x^{" * 16 + "1" + "}" * 16),
        "\\left(" * 16 + "1" + "\\right)" * 16,
        "{{{{{{{{1}}}}}}}}" * 40,
    ],
)
def test_a_formula_whose_time_doubles_with_each_level_is_refused(tex: str) -> None:
    with pytest.raises(formulas.FormulaError, match="deep"):
        formulas.draw(tex, display=False)


def test_a_formula_of_the_usual_depth_is_drawn() -> None:
    formulas.draw("\\frac{1}{\\sqrt{1+x^{2^{n}}}}", display=True)
    formulas.draw("+".join(["\\frac{1}{2}"] * 60), display=True)


@pytest.mark.parametrize("tex", ["^2", "^{-3}", "{}^2", "^{th}"])
def test_an_exponent_alone_is_raised(tex: str) -> None:
    """The drawing reaches down to the baseline, so what stands in it is above that."""
    drawn = formulas.draw(tex, display=False)
    _, top, _, height = map(float, drawn.svg.split('viewBox="')[1].split('"')[0].split())
    assert drawn.depth == 0
    assert top + height == pytest.approx(0)
