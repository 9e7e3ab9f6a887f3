"""Reads the few protobuf messages that Anki's packages have, without their schema.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations


def fields(data: bytes) -> dict[int, list[int | bytes]]:
    """The values of a message by field number: numbers, or the bytes of texts and messages.

    Raises:
        ValueError: it is no message, or is cut off.
    """
    found: dict[int, list[int | bytes]] = {}
    position = 0
    while position < len(data):
        key, position = _number(data, position)
        value: int | bytes
        match key & 7:
            case 0:
                value, position = _number(data, position)
            case 2:
                size, position = _number(data, position)
                value, position = _cut(data, position, size)
            case 1:
                value, position = _cut(data, position, 8)
            case 5:
                value, position = _cut(data, position, 4)
            case _:
                raise ValueError("not a message")
        found.setdefault(key >> 3, []).append(value)
    return found


def text(message: dict[int, list[int | bytes]], number: int) -> str:
    """The text in the field `number` of a message; empty if it has none."""
    value = message.get(number, [b""])[-1]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def number(message: dict[int, list[int | bytes]], field: int) -> int:
    """The number in a field of a message; 0 if it has none."""
    value = message.get(field, [0])[-1]
    return value if isinstance(value, int) else 0


def _number(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
    raise ValueError("cut off")


def _cut(data: bytes, position: int, size: int) -> tuple[bytes, int]:
    if position + size > len(data):
        raise ValueError("cut off")
    return data[position : position + size], position + size
