"""The report of an upgrade proof as text."""

from __future__ import annotations

from dataclasses import asdict

from commands.terminal.words import say
from releases.upgrade.report import CardFate, Report

_LONGEST = 60  # characters of a question


def upgrade_text(report: Report, way: str = "") -> str:
    """The report as Markdown, in the author's language.

    `way` names the two versions, such as ``1.0.0 → 1.1.0``; the packages' names by default.
    """
    facts = asdict(report)
    sentences = [say("upgrade-notes", **facts)]
    if report.unsent:
        sentences.append(say("upgrade-unsent", **facts))
    fates = {fate.value: report.count(fate) for fate in CardFate}
    asked = say("upgrade-asked", same=report.asking, **fates)
    sentences += [say("upgrade-cards", **facts), asked, say("upgrade-learners")]
    lines = ["# " + say("upgrade-title"), "", way or f"{report.old} → {report.new}", ""]
    lines += [f"- {sentence}" for sentence in sentences]
    reworded = [change for change in report.changes if change.fate is CardFate.REWORDED]
    if reworded:
        lines += ["", say("upgrade-reworded"), ""]
        lines += [f"- {c.card}: {_short(c.before)} → {_short(c.after)}" for c in reworded]
    if report.problems:
        lines += ["", say("upgrade-broken", count=len(report.problems)), ""]
        lines += [f"- {problem}" for problem in report.problems]
    else:
        lines += ["", say("upgrade-proven")]
    return "\n".join(lines) + "\n"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
