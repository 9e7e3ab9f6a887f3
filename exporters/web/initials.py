"""Pinyin initials of Chinese text, for searching: the first letter of each syllable."""

from __future__ import annotations

import re
from hashlib import blake2b

from deckpress import toolchain
from exporters.job import Memo

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")


def initials(text: str, lang: str, memo: Memo) -> str:
    """The pinyin initials of each run of Chinese in `text`, separated by spaces.

    反向代理 becomes ``fxdl``. Empty if `lang` is not Chinese. `memo` keeps the result, since the
    dictionary is slow to load.
    """
    runs = _HAN.findall(text) if lang.startswith("zh") else []
    if not runs:
        return ""
    identity = "\0".join((toolchain.fingerprint(printing=False), *runs))
    key = blake2b(identity.encode(), digest_size=20).digest()
    result = memo.get(key)
    if result is None:
        result = " ".join(map(_initials, runs)).encode()
        memo.put(key, result)
    return result.decode()


def _initials(run: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(run, style=Style.FIRST_LETTER))
