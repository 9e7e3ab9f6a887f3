"""Chinese as people type it in a hurry: the first letter of each syllable."""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b

from deckpress.toolchain import installed_versions
from exporters.job import Memo

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")


def initials(text: str, lang: str, memo: Memo) -> str:
    """The initials of the Chinese in the text, a run at a time: 反向代理 is ``fxdl``.

    Nothing for a deck in another language. `memo` spares the dictionary, which is slow to load.
    """
    runs = _HAN.findall(text) if lang.startswith("zh") else []
    if not runs:
        return ""
    asked = "\0".join((_dictionary(), *runs))
    key = blake2b(asked.encode(), digest_size=20).digest()
    kept = memo.get(key)
    if kept is None:
        kept = " ".join(map(_initials, runs)).encode()
        memo.put(key, kept)
    return kept.decode()


@cache
def _dictionary() -> str:
    return installed_versions(("pypinyin",))["pypinyin"]


def _initials(run: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(run, style=Style.FIRST_LETTER))
