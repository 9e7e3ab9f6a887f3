"""The report of an upgrade proof as text."""

from __future__ import annotations

from dataclasses import asdict

from commands.terminal.words import say
from releases.upgrade.report import Report


def upgrade_text(report: Report, way: str = "") -> str:
    """The report as Markdown, in the author's language.

    `way` names the two versions, such as ``1.0.0 → 1.1.0``; the packages' names by default.
    """
    facts = asdict(report)
    sentences = [say("upgrade-notes", **facts)]
    if report.unsent:
        sentences.append(say("upgrade-unsent", **facts))
    sentences += [say("upgrade-cards", **facts), say("upgrade-learners")]
    lines = ["# " + say("upgrade-title"), "", way or f"{report.old} → {report.new}", ""]
    lines += [f"- {sentence}" for sentence in sentences]
    if report.problems:
        lines += ["", say("upgrade-broken", count=len(report.problems)), ""]
        lines += [f"- {problem}" for problem in report.problems]
    else:
        lines += ["", say("upgrade-proven")]
    return "\n".join(lines) + "\n"
