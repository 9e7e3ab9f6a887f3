"""What is too wide for a column, turned by a right angle."""

from __future__ import annotations


def turned(html: str, width: float, height: float) -> str:
    """`html`, which is `width` by `height` millimetres, turned so that its top is at the left.

    The style sheet turns it (content.css); only the room that it takes is known here.
    """
    room = f"width:{height:.2f}mm;height:{width:.2f}mm"
    inner = f'<span style="width:{width:.2f}mm">{html}</span>'
    return f'<span class="turned" style="{room}">{inner}</span>'
