"""The help of every command and the errors of a command line, in the author's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from commands.main import COMMANDS, deckpress, main
from commands.terminal import words
from commands.terminal.chinese_help import help_table
from deckpress.diagnostics import display_width

# Words of click that no command line brings up: of prompts, and for whoever writes a command.
_UNSAID = re.compile(
    "Aborted|DeprecationWarning|Value must|Could not|No options|Arguments take|Name '|Boolean"
    "|Do you|Confirm|%|unknown error|Invalid start|^file$|^directory$|^path$|format|boolean"
    "|Choice|UUID|len_type"
)
# What stands in Chinese help as it stands in English: names, commands, values.
_NAMES = re.compile(
    r"\[[\w.|<>=x:-]+\]|DECK\.md|\.(?:ap|colp)kg|--?[\w-]+|https?://[\w.:]+|[\w.-]*/[\w./]*|\b(Anki|AnkiConnect|PDF|JSON|GitHub"
    r"|Pages|Markdown|CSV|TSV|CrowdAnki|guid|key|homepage|Git|gh|pytest|id|ANKICONNECT_KEY|python3|build|assets|cheat|handbook|test|cards|short"
    r"|long|major|minor|patch|anki,pdf,web|v1\.2\.0|cloze|proofs|text|A4|Ctrl-C|x)\b",
    re.ASCII,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    words.language.cache_clear()
    yield
    words.language.cache_clear()


def _command(name: str) -> click.Command:
    module = name.replace("-", "_") + ("_" if name == "import" else "")
    command: click.Command = getattr(import_module(f"commands.{module}"), module)
    return command


@pytest.mark.parametrize("name", ["deckpress", *COMMANDS])
def test_the_help_is_all_chinese(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"] if name == "deckpress" else [name, "--help"]) == 0
    said = capsys.readouterr().out
    known = "|".join(map(re.escape, ["build.py", "pytest", *sorted(COMMANDS, reverse=True)]))
    text = _NAMES.sub("", re.sub(known, "", said))
    assert re.findall("[A-Za-z]{2,}", text) == []
    assert max(map(display_width, said.splitlines())) <= 80


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "publish"])
def test_every_option_is_told_in_chinese(name: str) -> None:
    own = help_table()[name]
    options = {
        max(each.opts, key=len): each
        for each in _command(name).params
        if isinstance(each, click.Option)
    }
    assert own.keys() - options.keys() == {"about"}
    for option in options:
        assert re.search("[\u4e00-\u9fff]", own.get(option) or help_table()["options"][option])


def test_all_that_click_says_has_a_chinese_word() -> None:
    said = set()
    for module in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        path = Path(import_module(f"click.{module}").__file__ or "")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="_" | "ngettext"), args=arguments):
                    said |= {each.value for each in arguments if isinstance(each, ast.Constant)}
    missing = {each for each in said if isinstance(each, str)} - help_table()["click"].keys()
    assert [each for each in sorted(missing) if not _UNSAID.search(each)] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "没有命令「chekc」。 是不是 'check'？"),
        (["check", "--strcit"], "没有选项「--strcit」。 是不是 '--strict'？"),
        (["--strcit"], "没有选项「--strcit」。 是不是 '--strict'？"),
        (["build", "--level", "high"], "'--level' 的值不对：「high」不是整数。"),
        (["build", "--paper", "A3"], "没有「A3」，可以是：'A4', 'A5', 'Letter'。"),
        (["publish", "x"], "publish 只要一个目录和一个 --tag"),
        (["publish", "x", "--tga", "v1"], "publish 只要一个目录和一个 --tag"),
        (["verify"], "缺少参数 '目录'"),
        (["verify", "not there"], "「not there」不存在"),
        (["check", "one.md", "two.md"], "多出了参数（two.md）"),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese_with_what_is_near(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert said in told
    assert re.search("^用法：", told, re.MULTILINE)
    assert not re.search("Error|Usage|Try", told)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "No such command 'chekc'. Did you mean 'check'?"),
        (["check", "--strcit"], "No such option '--strcit'. Did you mean '--strict'?"),
    ],
)
def test_a_wrong_command_line_is_told_in_english_with_what_is_near(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    words.language.cache_clear()
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_the_group_itself_stays_english_for_others() -> None:
    """What was translated is a copy: another language in the same process is not mixed in."""
    assert main(["--help"]) == 0
    assert "One Markdown source" in (deckpress.help or "")
