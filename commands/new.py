"""``new``: a deck that builds, to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import click

from commands.terminal.console import Failed
from commands.terminal.words import language, say
from deckpress.program import IS_INSTALLED, NAME, ROOT
from deckpress.reading.attributes import nearest_id

_NAME = re.compile(r"[\w-]+(?: [\w-]+)*")
_TEMPLATES = Path(__file__).parent / "new_deck"
_WORKFLOW = ".github/workflows/deck.yml"
_PLACEHOLDER = "OWNER/deckpress"
_LANGUAGES = {"zh": "zh-CN", "en": "en"}


@click.command()
@click.argument("name")
def new(name: str) -> int:
    """Begin a deck: the folder NAME, with a source that builds and shows what cards can do."""
    from hashlib import blake2b

    from deckpress.output.store import create_file

    folder = Path(name)
    if not _NAME.fullmatch(folder.name):
        raise Failed(say("new-name", name=name))
    if folder.exists():
        raise Failed(say("new-exists", folder=folder))
    lang = language()
    key = nearest_id(folder.name) or f"deck-{blake2b(name.encode(), digest_size=4).hexdigest()}"
    program = _own_repository()
    folder.mkdir(parents=True)
    for template in sorted(_TEMPLATES.glob(f"{lang}/*")) + sorted(_TEMPLATES.glob("all/*")):
        text = template.read_text("utf-8")
        for hole, value in (
            ("NAME", folder.name),
            ("KEY", key),
            ("LANG", _LANGUAGES[lang]),
            ("PROGRAM", program or _PLACEHOLDER),
        ):
            text = text.replace(f"@{hole}@", value)
        target = {"deck.md": f"{key}.md", "gitignore": ".gitignore"}.get(
            template.name, f".github/workflows/{template.name}"
        )
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        create_file(path, text.encode())
    build = NAME if IS_INSTALLED else f"python3 {ROOT / 'build.py'}"
    command = f"{build} check {key}.md\n  {build} {key}.md --output output"
    click.echo(say("new-made", folder=folder, command=command))
    if not program:
        click.echo(say("new-workflow", file=_WORKFLOW, placeholder=_PLACEHOLDER))
    return 0


def _own_repository() -> str:
    """The repository on GitHub that this program was cloned from, as OWNER/NAME; else empty."""
    from releases.repository.homepage import homepage_of

    return "" if IS_INSTALLED else homepage_of(ROOT).removeprefix("https://github.com/")
