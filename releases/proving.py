"""A plugin of pytest that notes which cards' examples the tests ran, and with what.

A test names the cards that it proves with ``@pytest.mark.proves(*ids, by=[programs])`` and asks the
fixture ``example`` for what it runs. A card is proven if every test that names it passed, and if
they used all that it shows. At the end of a run, what was proven is held against the file that the
deck names; ``build.py prove``, which sets ``--record-proofs``, has it written there instead.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pytest

from deckpress.history.proofs import (
    RecordedProof,
    file_fences,
    file_fingerprint,
    file_key,
    parse,
    serialise,
)
from deckpress.model import Proof, RawCard, RawDeck
from deckpress.reading.disk.files import load
from deckpress.reading.fences import extract_part
from deckpress.reading.reader import read

# How to ask for the version of a program that does not answer to ``--version``, by the name under
# which a learner knows it. Tests may add to it.
VERSIONS: dict[str, Callable[[], str]] = {"Python": platform.python_version}
_NUMBER = re.compile(r"\d+(?:\.\d+)+|\d+")
_NO_CARD = "a test proves it, and there is no such card"
_USED = "used"
_PROVES = "proves"


class Example:
    """What the cards show of the files in ``examples/`` beside the source, noted down as used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.used: set[str] = set()

    def __call__(self, path: str, part: str | None = None) -> str:
        """The text of an example, or of a part of it, exactly as a card shows it."""
        self.used.add(file_key(f"examples/{path}", part))
        text = extract_part(self._path(path).read_text("utf-8"), part)
        assert text is not None, f"{path} has no part {part}"
        return text + "\n"

    def file(self, path: str) -> Path:
        """The file itself; whoever runs it runs all of its parts."""
        self.used.add(f"examples/{path} *")
        return self._path(path)

    def _path(self, path: str) -> Path:
        return self._folder / "examples" / path


@dataclass(slots=True)
class _Run:
    """What the tests of one card did."""

    programs: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    on: str = ""
    stand_ins: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    passed: bool = False
    skipped: bool = False
    failed: bool = False

    def covers(self, text: str) -> bool:
        """Whether what a card shows (see `deckpress.history.proofs.file_key`) was used."""
        return text in self.used or f"{text.split(' ')[0]} *" in self.used


@pytest.fixture
def example(request: pytest.FixtureRequest) -> Iterator[Example]:
    """Gives the examples that a test runs."""
    source = _source(request.config)
    if source is None:
        pytest.skip("no deck is there whose examples could be run")
    used = Example(source.parent)
    yield used
    request.node.user_properties.append((_USED, sorted(used.used)))


class Recorder:
    """Gathers the reports of a run in the process that started it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._reports: defaultdict[str, list[pytest.TestReport]] = defaultdict(list)
        self._said: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the report of a test."""
        self._reports[report.nodeid].append(report)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Record what was proven, or hold it against what is recorded."""
        runs = self._runs()
        source = _source(self._config)
        record = self._config.getoption("--record-proofs")
        if source is None or not (runs or record):
            return
        deck, _ = read(load(source))
        if not deck.meta.proofs:
            return
        path = source.parent / deck.meta.proofs
        committed = _committed(path)
        proven, problems = _proven(runs, deck, committed)
        if record:
            kept, gone = _without_stale(committed | proven, deck)
            if runs or committed:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(serialise(kept))
            self._said += [f"{len(proven)} proofs written to {path}", *gone]
        else:
            # Some of the tests are no reason to miss what the others prove.
            problems = [
                *(problem for problem in problems if problem.endswith(_NO_CARD)),
                *(
                    f"{id}: run `python3 build.py prove` and commit {deck.meta.proofs}"
                    for id, entry in proven.items()
                    if id not in committed or not _covered(entry, committed[id])
                ),
            ]
        self._said += problems
        if problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was recorded, or what is missing."""
        if self._said:
            terminalreporter.section("proofs")
            for line in self._said:
                terminalreporter.write_line(line)

    def _runs(self) -> dict[str, _Run]:
        runs: defaultdict[str, _Run] = defaultdict(_Run)
        for reports in self._reports.values():
            properties: list[tuple[str, Any]] = []
            for report in reports:
                properties += report.user_properties
            failed = any(report.failed for report in reports)
            skipped = any(report.skipped for report in reports)
            used = {text for key, texts in properties if key == _USED for text in texts}
            for key, claim in properties:
                for id in claim["ids"] if key == _PROVES else ():
                    run = runs[id]
                    run.failed |= failed
                    run.skipped |= skipped
                    if not failed and not skipped:
                        run.passed = True
                        run.programs |= claim["programs"]
                        run.recorded |= claim["recorded"]
                        run.on = max(run.on, claim["on"])
                        run.stand_ins |= set(claim["stand_ins"])
                        run.used |= used
        return dict(runs)


def _proven(
    runs: Mapping[str, _Run], deck: RawDeck, committed: Mapping[str, RecordedProof]
) -> tuple[dict[str, RecordedProof], list[str]]:
    """The proofs of this run, by card, and what speaks against one."""
    proven: dict[str, RecordedProof] = {}
    problems = []
    cards = {card.id: card for card in deck.cards()}
    for id, run in sorted(runs.items()):
        if id not in cards:
            problems.append(f"{id}: {_NO_CARD}")
            continue
        if run.failed or not run.passed:
            continue
        before = committed.get(id)
        texts: dict[str, str] = {}
        for label, current in _shown(cards[id], deck).items():
            if run.covers(label):
                texts[label] = current
            elif run.skipped and before is not None and label in before.shown:
                texts[label] = before.shown[label]
            else:
                problems.append(f"{id}: no test that proves it used {label}")
        programs, stand_ins = run.programs, run.stand_ins
        if run.skipped and before is not None:
            programs = dict(before.proof.programs) | programs
            stand_ins = stand_ins | set(before.proof.stand_ins)
        problems += [f"{id}: {p} does not say its version" for p, v in programs.items() if not v]
        proof = Proof(
            tuple(sorted(programs.items())),
            run.on,
            tuple(sorted(run.recorded.items())),
            tuple(sorted(stand_ins)),
        )
        proven[id] = RecordedProof(proof, texts)
    return proven, problems


def _shown(card: RawCard, deck: RawDeck) -> dict[str, str]:
    """The fingerprints of what a card shows and is there; the check of the deck tells the rest."""
    texts: dict[str, str] = {}
    for _, fence in file_fences(card):
        path, part = fence.info.file or "", fence.info.part
        if path in deck.files and (current := file_fingerprint(deck.files[path], part)):
            texts[file_key(path, part)] = current
    return texts


def _without_stale(
    table: Mapping[str, RecordedProof], deck: RawDeck
) -> tuple[dict[str, RecordedProof], list[str]]:
    """The proofs of cards and examples that are there, and a line on each that is not."""
    cards = {card.id: card for card in deck.cards()}
    kept: dict[str, RecordedProof] = {}
    said = []
    for id, entry in sorted(table.items()):
        if id not in cards:
            said.append(f"{id}: its proof is taken out, for the card is gone")
            continue
        there = _shown(cards[id], deck)
        texts = {label: text for label, text in entry.shown.items() if label in there}
        for label in sorted(entry.shown.keys() - texts.keys()):
            said.append(f"{id}: the proof of {label} is taken out, for the card does not show it")
        if texts or not entry.shown:
            kept[id] = RecordedProof(entry.proof, texts)
    return kept, said


def _covered(entry: RecordedProof, committed: RecordedProof) -> bool:
    """Whether the committed proof says all that this run has shown; versions may differ."""

    def programs(recorded: RecordedProof) -> set[str]:
        return {program for program, _ in recorded.proof.programs}

    return (
        programs(entry) <= programs(committed)
        and entry.proof.on in ("", committed.proof.on)
        and set(entry.proof.recorded) <= set(committed.proof.recorded)
        and set(entry.proof.stand_ins) <= set(committed.proof.stand_ins)
        and entry.shown.items() <= committed.shown.items()
    )


def _source(config: pytest.Config) -> Path | None:
    """The deck whose examples are run: the one that was named, or the only one in ``source/``."""
    named: str | None = config.getoption("--deck")
    if named is not None:
        return Path(named)
    found = sorted(config.rootpath.glob("source/*.md"))
    return found[0] if len(found) == 1 else None


def _committed(path: Path) -> dict[str, RecordedProof]:
    """The proofs that are there; none if there is no such file or it is damaged."""
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError):
        return {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that `build.py prove` sets."""
    parser.addoption("--deck", metavar="SOURCE", help="the deck whose examples the tests run")
    parser.addoption(
        "--record-proofs",
        action="store_true",
        help="write what the examples were run with into the deck's file of proofs",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Have the reports of all processes gathered in the one that started them."""
    config.addinivalue_line(
        "markers",
        "proves(*ids, by, stand_ins, recorded, on): the cards whose examples the test runs, the"
        " programs that run them, what the test puts a substitute in the place of, and the programs"
        " of a run in the month `on` that is not repeated",
    )
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.pluginmanager.register(Recorder(config), "proofs")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Note down what the test claims, if it came so far as to run."""
    for mark in item.iter_markers("proves"):
        programs = {program: _version(program) for program in mark.kwargs.get("by", ())}
        claim = {
            "ids": list(mark.args),
            "programs": programs,
            "recorded": mark.kwargs.get("recorded", {}),
            "on": mark.kwargs.get("on", ""),
            "stand_ins": list(mark.kwargs.get("stand_ins", ())),
        }
        item.user_properties.append((_PROVES, claim))


@cache
def _version(program: str) -> str:
    """Empty if it does not say; a test that is skipped for want of a program does not need it."""
    try:
        return VERSIONS[program]() if program in VERSIONS else _says(program)
    except (LookupError, OSError, subprocess.SubprocessError):
        return ""


def _says(program: str) -> str:
    """The version of an installed Python package, or else the first number of ``--version``."""
    try:
        return installed(program)
    except PackageNotFoundError:
        command = [program, "--version"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        found = _NUMBER.search(answer.stdout + answer.stderr)
        return found.group() if found else ""
