"""The sentences of set-up, in both languages. Only the standard library is there at this time."""

from __future__ import annotations

import os
import sys

WORDS = {
    "en": {
        "old": "Python {wanted} or later is needed; this is {found}. {hint}",
        "new": "Python {newest} is the newest that this works with; this is {found}. {hint}",
        "old-hint": "Install one, such as: {command}",
        "needs": "Setting up, once. Missing here:",
        "runs": "Running: {command}",
        "venv": "Making .venv with the packages of {lock}",
        "cannot": "This machine cannot be set up from here. Run these, then start again:",
        "failed": "Set-up failed: {reason}",
        "offline": "Set-up needs the network, once, and cannot reach it. Connect this machine (or"
        " mind its proxy), then start again.",
        "unpacks": "Unpacking the program of {package} into .venv",
        "module": "{module} is not installed: run without --no-setup, or install {lock}",
        "waiting": "Another set-up is running; waiting for it",
        "broken": "The Python in .venv does not work. Delete .venv, then start again.",
    },
    "zh": {
        "old": "需要 Python {wanted} 或更高版本，这里是 {found}。{hint}",
        "new": "最高支持 Python {newest}，这里是 {found}。{hint}",
        "old-hint": "请先安装，例如：{command}",
        "needs": "正在准备环境，只需一次。这里缺少：",
        "runs": "执行：{command}",
        "venv": "正在创建 .venv 并安装 {lock} 中的依赖",
        "cannot": "无法在这台机器上自动准备环境。请执行以下命令，然后重来：",
        "failed": "环境准备失败：{reason}",
        "offline": "准备环境时需要一次网络，但现在连不上。请连上网络（或检查代理设置），然后重来。",
        "unpacks": "正在把 {package} 的程序解包到 .venv",
        "module": "没有安装 {module}：请去掉 --no-setup，或者安装 {lock}",
        "waiting": "另一个进程正在准备环境，请稍候",
        "broken": ".venv 里的 Python 不能用。请删除 .venv，然后重来。",
    },
}


class SetupError(Exception):
    """Set-up cannot go on; its text says why and what to run."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))


def language() -> str:
    """The language of the locale: "zh", or else "en"."""
    locale = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "zh" if locale.lower().startswith("zh") else "en"


def say(key: str, **values: object) -> str:
    """The sentence of that key in the language of the locale, with its values filled in."""
    return WORDS[language()][key].format(**values)


def tell(text: str) -> None:
    """Print a line to stderr at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
