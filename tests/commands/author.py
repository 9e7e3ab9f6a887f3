"""Somebody who has a terminal open beside the editor, for the verbs that go on until Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds until a line must have come


class Author:
    """Writes a source while build.py runs with these arguments, and reads what it says."""

    def __init__(self, source: Path, *arguments: str | Path) -> None:
        self.source = source
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "build.py", "--no-setup", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "LC_ALL": "C", "BROWSER": f"{sys.executable} -c exit()"},
            start_new_session=True,
            # A shell lets what it starts in the background ignore it, and that is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def reads(self, words: str) -> str:
        """The next line that has these words."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            assert "Traceback" not in line
            if words in line:
                return line

    def writes(self, old: str, new: str) -> None:
        text = self.source.read_text("utf-8")
        assert old in text
        self.source.write_text(text.replace(old, new), "utf-8")

    def leaves(self) -> int:
        os.killpg(self._process.pid, signal.SIGINT)  # as Ctrl-C in a terminal
        return self._process.wait(PATIENCE)

    def ends(self) -> None:
        self._process.kill()
        self._process.wait()
