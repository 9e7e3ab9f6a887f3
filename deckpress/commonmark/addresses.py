"""Bare addresses of the web and of mail (GFM 0.29, section 6.9), which may touch Chinese."""

from __future__ import annotations

import re

# An address may take in the punctuation behind it, which `trim_address` cuts off.
ADDRESS = r"(?<![A-Za-z0-9_/@.])https?://[A-Za-z0-9][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*"
WEB = re.compile(
    r"(?<![A-Za-z0-9_/@.])(?:(?:https?|ftp)://[A-Za-z0-9]|www\.[A-Za-z0-9])"
    r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*"
)
MAIL = re.compile(
    r"(?<![A-Za-z0-9.+-])(?P<scheme>mailto:|xmpp:)?[A-Za-z0-9.+-][A-Za-z0-9._+-]*"
    r"@[A-Za-z0-9-_]+(?:\.[A-Za-z0-9-_]+)+(?<![-_])(?![-_+])(?(scheme)(?:(?<=[A-Za-z0-9])/[A-Za-z0-9@.]+(?<!\.))?)"
)
_TRAILING = re.compile(r"(?:[.,;:!?'*\"~_]|&[A-Za-z0-9]+;)+$")


def trim_address(address: str) -> str:
    """A bare address without the punctuation behind it, which belongs to the sentence."""
    stop = address.find("]")
    if stop >= 0 and "[" not in address[:stop]:
        address = address[:stop]
    address = _TRAILING.sub("", address)
    surplus = address.count(")") - address.count("(")
    while surplus > 0 and address.endswith(")"):
        address = _TRAILING.sub("", address[:-1])
        surplus -= 1
    return address
