"""The sounds of Chinese text in pinyin, for searching."""

from __future__ import annotations

import re
from hashlib import blake2b

from deckpress import toolchain
from exporters.job import Memo

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")


def pinyin(text: str, lang: str, memo: Memo) -> str:
    """The syllables of each run of Chinese in `text`, with commas between the runs.

    反向代理 becomes ``fan xiang dai li``. Empty if `lang` is not Chinese. `memo` keeps the result,
    since the dictionary is slow to load.
    """
    runs = _HAN.findall(text) if lang.startswith("zh") else []
    if not runs:
        return ""
    identity = "\0".join((toolchain.fingerprint(printing=False), *runs))
    key = blake2b(identity.encode(), digest_size=20, person=b"pinyin").digest()
    result = memo.get(key)
    if result is None:
        result = ",".join(map(_syllables, runs)).encode()
        memo.put(key, result)
    return result.decode()


def _syllables(run: str) -> str:
    """The syllables of a run. Characters without a known sound stand for themselves."""
    from pypinyin import Style, lazy_pinyin

    return " ".join(lazy_pinyin(run, style=Style.NORMAL))
