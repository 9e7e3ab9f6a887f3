"""The published page with what only the preview has: findings, and a script that reloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from commands.terminal.words import language, say
from deckpress.diagnostics import Diagnostic, as_text, ordered
from exporters.web.assembly import integrity

_HERE = Path(__file__).parent
_MOST_SHOWN = 30  # findings
_HEAD, _BODY = "</head>\n", "<body>\n"
_SCRIPT_SOURCES, _STYLE_SOURCES = "; script-src ", "; style-src "


def page_name(page: str) -> str:
    """A name by which a browser sees that a page is another one than the one that it has."""
    return sha256(page.encode()).hexdigest()[:16]


def live_page(page: str, panel: str) -> str:
    """A published page with the `panel` above it and the script, which its policy allows."""
    script, style = _file("reload.js"), _file("panel.css")
    head, _, rest = page.partition(_HEAD)
    for sources, text in ((_SCRIPT_SOURCES, script), (_STYLE_SOURCES, style)):
        head = head.replace(sources, f"{sources}'{integrity(text.encode())}' ", 1)
    # The script asks this server for what comes next.
    head = head.replace("; base-uri ", "; connect-src 'self'; base-uri ", 1)
    named = f'<script data-page="{page_name(page)}">{script}</script>'
    shown = f'<aside id="_panel-of-findings">{panel}</aside>\n{named}\n'
    return f"{head}<style>{style}</style>\n{_HEAD}" + rest.replace(_BODY, _BODY + shown, 1)


def waiting_page(title: str) -> str:
    """A page without cards, for a source that has had errors since the start."""
    policy = "default-src 'none'; script-src ; style-src ; base-uri 'none'"
    return (
        f'<!doctype html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)}</title>\n{_HEAD}{_BODY}</body>\n</html>\n"
    )


def panel(
    findings: Sequence[Diagnostic],
    lines: Mapping[str, Sequence[str]],
    *,
    reason: str = "",
    stale: bool = False,
    sheet: bool = False,
) -> str:
    """The HTML of what stands above the page; empty if there is nothing to say.

    `lines` are those of the source, by file. `reason` says why nothing could be made. With `stale`,
    the page below is older than the source; with `sheet`, there is a cheat sheet to link to.
    """
    if not (findings or reason or sheet):
        return ""
    told = [(each.severity.value, _text(each, lines)) for each in ordered(findings)]
    errors = sum(kind == "error" for kind, _ in told)
    return (
        _templates()
        .get_template("panel.html.jinja")
        .render(
            lang=language(),
            findings=told[:_MOST_SHOWN],
            count=say("found", errors=errors, warnings=len(told) - errors) if told else "",
            more=say("serve-more", count=len(told) - _MOST_SHOWN)
            if len(told) > _MOST_SHOWN
            else "",
            reason=reason,
            stale=say("serve-stale") if stale else "",
            sheet=say("serve-sheet") if sheet else "",
        )
    )


def _text(finding: Diagnostic, lines: Mapping[str, Sequence[str]]) -> str:
    return as_text([finding], lines, language())


@cache
def _file(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
