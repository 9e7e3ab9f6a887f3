"""Drives Debian's Firefox by Marionette, the protocol that is built into it.

Playwright drives only a Firefox of its own, and Debian has no geckodriver.
https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

_PATIENCE = 60  # seconds, for a machine that does much else
_PREFERENCES = {
    "app.update.auto": False,
    "browser.aboutConfig.showWarning": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "en",
    "marionette.port": 0,  # any that is free: Firefox writes which one into its profile
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}
_FONTS = Path(__file__).parents[2] / "exporters" / "pdf" / "fonts.conf"
# The codes of the keys that are no letters. https://www.w3.org/TR/webdriver2/#keyboard-actions
ENTER, ESCAPE, DOWN = "\ue007", "\ue00c", "\ue015"


def found_firefox() -> str:
    """Where Firefox is; the test is skipped, with the reason, if there is none."""
    path = shutil.which("firefox-esr")
    if path is None:
        pytest.skip("no firefox-esr: Debian has it, and set-up installs it there; Ubuntu has none")
    return path


@dataclass(slots=True)
class Firefox:
    """A Firefox with one window, and its connection."""

    _socket: socket.socket
    _sent: int = 0
    _received: bytearray = field(default_factory=bytearray)

    def call(self, command: str, **parameters: Any) -> Any:
        """Have Firefox do `command` of WebDriver, and wait for the result.

        Raises:
            RuntimeError: Firefox refuses.
        """
        self._sent += 1
        message = json.dumps([0, self._sent, f"WebDriver:{command}", parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.receive()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and "value" in result else result

    def receive(self) -> Any:
        """The next message: its length in bytes, a colon, JSON."""
        while b":" not in self._received:
            self._fill()
        length, _, rest = bytes(self._received).partition(b":")
        self._received = bytearray(rest)
        while len(self._received) < int(length):
            self._fill()
        message = self._received[: int(length)]
        del self._received[: int(length)]
        return json.loads(message)

    def _fill(self) -> None:
        data = self._socket.recv(1 << 16)
        if not data:
            raise RuntimeError("Firefox has closed the connection")
        self._received += data

    def open(self, address: str) -> None:
        self.call("Navigate", url=address)

    def reload(self) -> None:
        self.call("Refresh")

    def look(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return self.call("ExecuteScript", script=f"return ({expression});", args=[])

    def until(self, expression: str, wanted: Any = True) -> None:
        """Wait until `expression` is `wanted`."""
        end = time.monotonic() + _PATIENCE
        while (value := self.look(expression)) != wanted:
            if time.monotonic() > end:
                pytest.fail(f"{expression} is {value!r}, not {wanted!r}")
            time.sleep(0.05)

    def _element(self, selector: str) -> str:
        (reference,) = self.call("FindElement", using="css selector", value=selector).values()
        return str(reference)

    def click(self, selector: str) -> None:
        """Click the middle of the first element for `selector`, as a hand would."""
        self.call("ElementClick", id=self._element(selector))

    def type(self, selector: str, text: str) -> None:
        self.call("ElementSendKeys", id=self._element(selector), text=text)

    def press(self, *keys: str) -> None:
        """Press and release keys, one after another, wherever the focus is."""
        steps = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("PerformActions", actions=[{"type": "key", "id": "keys", "actions": steps}])


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """A Firefox with a new profile in `folder`."""
    program = found_firefox()
    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in _PREFERENCES.items())
    folder.joinpath("user.js").write_text("".join(lines), "utf-8")
    environment = {**os.environ, "HOME": str(folder), "FONTCONFIG_FILE": str(_FONTS)}
    command = (program, "--marionette", "--headless", "--no-remote", "--profile", str(folder))
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            with socket.create_connection(("127.0.0.1", _port(folder, process))) as connection:
                connection.settimeout(_PATIENCE)
                driven = Firefox(connection)
                driven.receive()  # Firefox greets first
                driven.call("NewSession", capabilities={})
                yield driven
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """The port on which Firefox listens, once it does."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            return int(profile.joinpath("MarionetteActivePort").read_text("ascii"))
        except (FileNotFoundError, ValueError):
            if process.poll() is not None:
                pytest.fail(f"Firefox ended with {process.returncode} before it listened")
            time.sleep(0.1)
    pytest.fail("Firefox does not listen")
