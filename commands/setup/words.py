"""The sentences of set-up, in both languages. Only the standard library is there at this time."""

from __future__ import annotations

import os
import sys

WORDS = {
    "en": {
        "old": "Python {wanted} or later is needed; this is {found}. {hint}",
        "old-hint": "Install one, such as: {command}",
        "needs": "Setting up, once. Missing here:",
        "runs": "Running: {command}",
        "venv": "Making .venv with the packages of {lock}",
        "cannot": "This machine cannot be set up from here. Run these, then start again:",
        "failed": "Set-up failed: {reason}",
        "module": "{module} is not installed: run without --no-setup, or install {lock}",
        "waiting": "Another set-up is running; waiting for it",
        "broken": "The Python in .venv does not work. Delete .venv, then start again.",
    },
    "zh": {
        "old": "需要 Python {wanted} 或更高版本，这里是 {found}。{hint}",
        "old-hint": "请先安装，例如：{command}",
        "needs": "正在准备环境，只需一次。这里缺少：",
        "runs": "执行：{command}",
        "venv": "正在创建 .venv 并安装 {lock} 中的依赖",
        "cannot": "无法在这台机器上自动准备环境。请执行以下命令，然后重来：",
        "failed": "环境准备失败：{reason}",
        "module": "没有安装 {module}：请去掉 --no-setup，或者安装 {lock}",
        "waiting": "另一个进程正在准备环境，请稍候",
        "broken": ".venv 里的 Python 不能用。请删除 .venv，然后重来。",
    },
}


class SetupError(Exception):
    """Set-up cannot go on; its text says why and what to run."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))


def say(key: str, **values: object) -> str:
    """The sentence of that key in the language of the locale, with its values filled in."""
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return WORDS["zh" if locale.lower().startswith("zh") else "en"][key].format(**values)


def tell(text: str) -> None:
    """Print a line to stderr at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
