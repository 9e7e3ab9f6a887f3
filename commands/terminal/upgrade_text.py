"""The report of an upgrade, as an author reads it."""

from __future__ import annotations

from dataclasses import asdict

from commands.terminal.words import say
from releases.upgrade.report import Report


def upgrade_text(report: Report, way: str = "") -> str:
    """The report as Markdown, in the author's language; `way` names the versions if the packages'
    names do not.
    """
    facts = asdict(report)
    said = [say("upgrade-notes", **facts)]
    if report.unsent:
        said.append(say("upgrade-unsent", **facts))
    said += [say("upgrade-cards", **facts), say("upgrade-learners")]
    lines = ["# " + say("upgrade-title"), "", way or f"{report.old} → {report.new}", ""]
    lines += [f"- {sentence}" for sentence in said]
    if report.problems:
        lines += ["", say("upgrade-broken", count=len(report.problems)), ""]
        lines += [f"- {problem}" for problem in report.problems]
    else:
        lines += ["", say("upgrade-proven")]
    return "\n".join(lines) + "\n"
