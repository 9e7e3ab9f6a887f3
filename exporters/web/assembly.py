"""The templates and scripts of the page, and the hashes of its files."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent


def integrity(data: bytes) -> str:
    """The hash of `data` as a content security policy or a request states it.

    https://www.w3.org/TR/sri-2/#terms
    """
    return f"sha256-{b64encode(sha256(data).digest()).decode('ascii')}"


@cache
def scripts(*names: str) -> str:
    """The scripts `names` (files in ``js`` without their ending), joined in order."""
    return "\n".join(HERE.joinpath("js", f"{name}.js").read_text("utf-8") for name in names)


@cache
def templates() -> Environment:
    """The Jinja environment of the page's templates."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
    return environment
