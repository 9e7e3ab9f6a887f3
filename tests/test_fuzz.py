"""What has no error in it builds: thousands of texts of random pieces, always the same ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.main import main
from deckpress.diagnostics import Severity
from deckpress.render.renderer import render
from releases.checked_source import check_source

FRONT = "---\ntitle: Fuzz\nlang: {lang}\nkey: fuzz\nanki_deck: Fuzz\n---\n\n# S {{#s}}\n"
PIECES = [
    *("word", "中文", "，", "。", "（", "）", " ", " ", "\n", "\n", "\n\n", "    ", "  ", "\t"),
    *("*", "**", "***", "_", "__", "~", "~~", "^", "==", "`", "``", "\\", "<", ">", "&", "&lt;"),
    *("[", "]", "(", ")", "![", "](", "[a](https://example.org/a)", "[a](#one)", "[a][b]", "[b]"),
    *("\n[b]: https://example.org/b\n", "https://example.org/x_y", "a@example.org", "www.a.org"),
    *("\n- ", "\n  - ", "\n1. ", "\n   2) ", "\n> ", "\n> > ", "\n---\n", "\n***\n", "\n#### a\n"),
    *(
        "\n```sh\nls # a\n```\n",
        "\n~~~\nx\n",
        "\n```console\n$ a\n```\n",
        "\n    code\n",
        "\n```\n",
    ),
    *("\n| a | b |\n|---|:-:|\n| 1 | `x` |\n", "|", "\n|-|\n", "\\|"),
    *("$x^2$", "$", "$$", "\n$$\nx\n$$\n", "\\(", "\\[", "{{c1::", "}}", "::", "{{c1::gap::hint}}"),
    *("<br>", "<b>", "</b>", "<details>", "<!-- c -->", "<!--", "-->", "<script>x</script>"),
    *("[^1]", "\n\n[^1]: note\n", "> [!NOTE]\n> x\n", "- [ ] a\n", "- [x] b\n", "\x0b", "\u200d"),
]
KINDS = ("", " .cloze", " .choice", " .ordered", " .reverse")
COUNT = 2000
BATCH = 300


def cards(lang: str) -> Iterator[tuple[str, str]]:
    chosen = random.Random(f"fuzz {lang}")
    for number in range(COUNT // 2):
        body = "".join(chosen.choices(PIECES, k=chosen.randrange(1, 25)))
        kind = chosen.choice(KINDS)
        yield f"c{number}", f"\n## Question {number}? {{#c{number}{kind}}}\n\n{body}\n"


def is_sound(path: Path, text: str) -> bool:
    """Whether a source has no error, neither in itself nor when it is drawn."""
    path.write_text(text, "utf-8")
    read = check_source(path)
    if any(found.severity is Severity.ERROR for found in read.findings):
        return False
    return not render(read.deck)[1]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_what_has_no_error_in_it_builds(
    tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    front = FRONT.format(lang=lang)
    one = "\n## One? {#one}\n\nYes.\n"
    path = tmp_path / "fuzz.md"
    # A comment that a text leaves open goes on in the next one, which is an error of its own.
    closed = [card for _, card in cards(lang) if card.rfind("<!--") <= card.rfind("-->")]
    sound = [card for card in closed if is_sound(path, front + one + card)]
    assert len(sound) > COUNT // 8
    for start in range(0, len(sound), BATCH):
        # Each text is in a fence's and a list's reach of no other: it was read alone.
        path.write_text(front + one + "".join(sound[start : start + BATCH]), "utf-8")
        code = main(
            ["build", str(path), "--output", str(tmp_path / "output"), "--sheet", "handbook"]
        )
        assert code == 0, capsys.readouterr().err
