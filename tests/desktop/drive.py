"""Takes a deck through the real Anki desktop, as its own process: import, study, night, browse.

    drive.py PACKAGE FOLDER CARD CHOICE

It clicks through the import dialog, shows CARD (the end of a note's Key), ticks a box of CHOICE and
goes on by the keyboard, leaves its pictures in FOLDER and prints as JSON what it saw. Qt may end
such a process at any time: the test outlives it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WIDTH, _HEIGHT = 800, 760
_LIMIT = 60  # seconds for any one thing to happen


class Desktop:
    """Anki, started with an empty profile in `folder`."""

    def __init__(self, folder: Path) -> None:
        import aqt
        from aqt.profiles import ProfileManager
        from aqt.qt import QFont
        from aqt.theme import Theme

        # The first start asks for the language, and then the network for a newer Anki.
        ProfileManager.setDefaultLang = lambda self, _: self.setLang("zh-CN")
        ProfileManager.check_for_updates = lambda self: False
        self.app: Any = aqt._run(["anki", "-b", str(folder), "-l", "zh_CN"], exec=False)
        self.window: Any = aqt.mw
        self.until(lambda: self.window.col and self.window.state == "deckBrowser", "the decks")
        self.app.setFont(QFont("Noto Sans SC", 10))
        self.window.set_theme(Theme.LIGHT)
        self.window.resize(_WIDTH, _HEIGHT)

    def until(self, happened: Callable[[], Any], what: str) -> Any:
        end = time.monotonic() + _LIMIT
        while time.monotonic() < end:
            self.rest(0.02)
            if found := happened():
                return found
        raise SystemExit(f"the desktop did not come to {what}")

    def rest(self, seconds: float) -> None:
        """What is drawn has no signal of its own: it is given time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.app.processEvents()
            time.sleep(0.01)

    def ask(self, web: Any, script: str) -> Any:
        answers: list[Any] = []
        web.page().runJavaScript(script, answers.append)
        self.until(lambda: answers, "an answer")
        return answers[0]

    def show(self, id: str) -> None:
        """The front of the first card of a note."""
        number = self.window.col.find_cards(f"Key:*/{id}")[0]
        self.window.col.decks.select(self.window.col.get_card(number).did)
        self.window.moveToState("review")
        while self.until(lambda: self.window.reviewer.card, "a card").id != number:
            self.window.col.sched.bury_cards([self.window.reviewer.card.id])
            self.window.reviewer.nextCard()
        self.until(lambda: self.ask(self.window.web, _SHOWN), "the front")

    def press_space(self) -> None:
        """Space, as the keyboard sends it to whatever has the focus."""
        from aqt.qt import Qt

        test = importlib.import_module("PyQt6.QtTest").QTest
        self.window.activateWindow()
        self.window.web.setFocus()
        self.rest(0.2)
        test.keyClick(self.window.windowHandle(), Qt.Key.Key_Space)

    def picture(self, widget: Any, path: Path) -> None:
        self.rest(1.0)
        widget.grab().save(str(path))


def main(package: Path, folder: Path, card: str, choice: str) -> dict[str, Any]:
    desktop = Desktop(folder / "profile")
    window = desktop.window
    seen: dict[str, Any] = {}

    import aqt
    from aqt.import_export.import_dialog import ImportDialog
    from aqt.import_export.importing import import_file
    from aqt.theme import Theme

    import_file(window, str(package))
    widgets = desktop.app.topLevelWidgets
    dialog = desktop.until(
        lambda: next((w for w in widgets() if isinstance(w, ImportDialog)), None), "the dialog"
    )
    button = "document.querySelector('button.primary')"
    desktop.until(lambda: desktop.ask(dialog.web, f"!!{button}"), "the button")
    desktop.ask(dialog.web, f"{button}.click()")
    overview = "document.querySelector('table') ? document.body.innerText : ''"
    seen["import"] = desktop.until(lambda: desktop.ask(dialog.web, overview), "the log")
    desktop.picture(dialog, folder / "anki-import.png")
    dialog.reject()

    desktop.show(card)
    for side in ("question", "answer"):
        if side == "answer":
            window.reviewer._showAnswer()
        desktop.picture(window, folder / f"anki-{side}.png")
        seen[side] = desktop.ask(window.web, "document.getElementById('qa').innerText")
        seen[f"{side}-overflow"] = desktop.ask(window.web, _OVERFLOW)
    seen["question-top"] = desktop.ask(window.web, _TOP)
    seen["colour"] = desktop.ask(window.web, _COLOUR)
    window.set_theme(Theme.DARK)
    desktop.picture(window, folder / "anki-answer-night.png")
    seen["colour-night"] = desktop.ask(window.web, _COLOUR)
    window.set_theme(Theme.LIGHT)

    desktop.show(choice)
    desktop.ask(window.web, "document.querySelectorAll('.options label')[1].click()")
    seen["ticked"] = desktop.ask(window.web, "document.querySelectorAll(':checked').length")
    desktop.picture(window, folder / "anki-choice.png")
    desktop.press_space()
    desktop.until(lambda: window.reviewer.state == "answer", "the answer by Space")
    desktop.picture(window, folder / "anki-choice-answer.png")
    seen["folded"] = desktop.ask(window.web, "document.querySelectorAll('details').length")
    seen["judged-by"] = desktop.ask(window.web, _NEEDED)
    window.col.sched.unbury_deck(window.col.decks.selected())

    browser = aqt.dialogs.open("Browser", window)
    browser.resize(1100, 640)
    browser.search_for('"note:Deckpress*"')
    browser.form.splitter.setSizes([620, 480])
    browser.table.to_first_row()
    desktop.until(lambda: browser.editor.note, "a note in the editor")
    desktop.until(lambda: desktop.ask(browser.editor.web, _FIELDS), "the fields of the note")
    desktop.picture(browser, folder / "anki-browser.png")
    seen["listed"] = browser.table.len()
    return seen


_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_TOP = "document.querySelector('.question').getBoundingClientRect().top"
_COLOUR = "getComputedStyle(document.body).backgroundColor"

_FIELDS = "document.querySelectorAll('.field-container').length"
_SHOWN = "!!document.querySelector('#qa .note.front')"
# Whether what tells right from wrong is on screen before anything is scrolled.
_NEEDED = """[...document.querySelectorAll('.right-are, .options > li')].every(
    one => one.getBoundingClientRect().bottom <= innerHeight)"""

if __name__ == "__main__":
    said = main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4])
    print(json.dumps(said), flush=True)
    os._exit(0)  # an orderly end would wait for a synchronisation and its windows
