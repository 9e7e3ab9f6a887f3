"""The shared theme: what it promises is in the fonts, in both languages, and can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from exporters import theme

FILES = sorted(theme.FONTS.glob("*.ttf"))


def test_the_coverage_file_says_what_the_fonts_have() -> None:
    covered: set[int] = set()
    for path in FILES:
        if "Italic" in path.stem:
            continue  # only for stress: other text must not fall back to it
        with TTFont(path, lazy=True) as font:
            covered |= set(font.getBestCmap())
    promised = {code for code in range(0x110000) if theme.has_glyph(chr(code))}
    assert promised == covered


@pytest.mark.parametrize(
    "text", ["面试速查:镜像、容器", "naïve café Ω Ж あ", "☐ ☑ ✔ ✘ → ≥ ×", "🐳🚀"]
)
def test_what_authors_write_can_be_printed(text: str) -> None:
    assert [character for character in text if not theme.has_glyph(character)] == []


def test_what_cannot_be_printed_is_known() -> None:
    assert not theme.has_glyph("\U00020000")
    assert not theme.has_glyph("ก")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_font_comes_with_its_licence(path: Path) -> None:
    family = path.stem.partition("-")[0]
    licence = (theme.FONTS / f"{family}-OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_both_languages_have_the_same_words() -> None:
    table = tomllib.loads((Path(theme.__file__).parent / "words.toml").read_text("utf-8"))
    assert table["zh-CN"].keys() == table["en"].keys()
    holes = re.compile(r"\{\w+\}")
    for key, english in table["en"].items():
        assert sorted(holes.findall(english)) == sorted(holes.findall(table["zh-CN"][key])), key


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_colour_can_be_read_on_its_ground(mode: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5 to 1."""
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", theme.stylesheet(mode)))
    pairs = [
        (text, ground)
        for text in ("ink", "muted", "accent", "alert", "good")
        for ground in ("paper", "panel")
    ]
    pairs += [(text, f"{text}-soft") for text in ("accent", "alert", "good")]
    codes = [name for name in colours if name.startswith("code-")]
    pairs += [(name, ground) for name in (*codes, "ink") for ground in ("panel", "mark")]
    for text, ground in pairs:
        light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)
