"""The pattern of Han characters."""

from __future__ import annotations

import re

# No other pattern repeats this large class: Python takes milliseconds to compile it.
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3007]++")
