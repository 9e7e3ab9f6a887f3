"""The shipped deck in the real Anki desktop, which has no window here; and pictures of it.

The desktop is in no lock file. To run this: ``pip install "aqt[qt6]"`` beside the tests' packages,
with the system's libraries that Qt needs. The pictures of docs/images/ are taken anew when
``DESKTOP_PICTURES`` is set to any value.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.shipped import SOURCE, WHY_NOT, is_known_deck

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
FONTS = ROOT / "exporters" / "pdf" / "fonts.conf"
CARD = "docker-what-is"
CHOICE = "docker-healthcheck"
NAMES = ("question", "answer", "answer-night", "choice", "choice-answer", "import", "browser")

ENVIRONMENT = {
    **os.environ,
    "QT_QPA_PLATFORM": "offscreen",
    "QTWEBENGINE_CHROMIUM_FLAGS": "--no-sandbox --disable-gpu",
    "FONTCONFIG_FILE": str(FONTS),
    "ANKI_SINGLE_INSTANCE_KEY": f"deckpress-{os.getpid()}",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.desktop,
    pytest.mark.skipif(not is_known_deck(), reason=WHY_NOT),
]


@cache
def missing() -> str:
    """Why the desktop cannot run here; empty if it can."""
    if importlib.util.find_spec("aqt") is None:
        return "Anki's desktop is not installed (the package aqt)"
    tried = subprocess.run(
        [sys.executable, "-c", "import aqt.webview, aqt.qt; aqt.qt.QApplication(['x'])"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    last = tried.stderr.strip().splitlines()[-1:] or ["Qt does not start"]
    return f"Anki's desktop does not start: {last[0]}" if tried.returncode else ""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if why := missing():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("desktop")
    subprocess.run(
        [sys.executable, "build.py", "--no-setup", "--only", "anki", "--output", folder / "out"],
        cwd=ROOT,
        check=True,
        timeout=300,
    )
    (package,) = (folder / "out" / "latest").glob("*.apkg")
    run = subprocess.run(
        [sys.executable, Path(__file__).with_name("drive.py"), package, folder, CARD, CHOICE],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    if os.environ.get("DESKTOP_PICTURES"):
        _keep(folder)
    return {**found, "folder": folder}


def _keep(folder: Path) -> None:
    IMAGES.mkdir(exist_ok=True)
    for name in NAMES:
        with Image.open(folder / f"anki-{name}.png") as image:
            # Text has few colours: a palette shows the same at a third of the size.
            small = image.convert("RGB").quantize(128, dither=Image.Dither.NONE)
            small.save(IMAGES / f"anki-{name}.png", optimize=True)


def test_the_import_dialog_takes_every_note(seen: dict[str, Any]) -> None:
    cards = SOURCE.read_text("utf-8").count("\n## ")
    assert str(cards) in seen["import"]
    assert seen["listed"] >= cards


def test_a_card_shows_its_question_and_then_its_answer(seen: dict[str, Any]) -> None:
    assert "Docker是什么" in seen["question"].replace(" ", "")
    assert "开源的容器平台" not in seen["question"]
    assert "开源的容器平台" in seen["answer"]
    assert (seen["question-overflow"], seen["answer-overflow"]) == (0, 0)


def test_the_question_stays_in_sight_above_the_answer(seen: dict[str, Any]) -> None:
    assert seen["question-top"] >= 0


def test_a_box_can_be_ticked_and_space_shows_the_whole_answer_before_it_grades(
    seen: dict[str, Any],
) -> None:
    assert seen["ticked"] == 1
    assert seen["folded"] == 0
    assert seen["judged-by"]


def test_the_night_is_dark(seen: dict[str, Any]) -> None:
    assert seen["colour"] == "rgb(253, 252, 249)"
    assert seen["colour-night"] == "rgb(22, 24, 27)"


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_shows_something(seen: dict[str, Any], name: str) -> None:
    with Image.open(seen["folder"] / f"anki-{name}.png") as image:
        colours = image.convert("RGB").getcolors(maxcolors=1 << 20)
        assert colours is None or len(colours) > 50
