"""Han characters."""

from __future__ import annotations

import re

# The only pattern with this class: Python takes milliseconds to compile one that is so large.
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3007]++")
