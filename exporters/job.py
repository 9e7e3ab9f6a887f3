"""What an exporter is told besides the deck and its version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, fields
from types import TracebackType
from typing import Any, Protocol, Self

# The sheets of the printed deck, in the order in which a build makes them.
SHEETS = ("cheat", "test", "cards")


# Width and height of the paper, in millimetres.
PAPERS: Mapping[str, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "Letter": (215.9, 279.4),
}


class FitError(Exception):
    """The cheat sheet does not fit: in the smallest type, `size` in points, it takes `needed` pages
    of the `asked` ones.
    """

    def __init__(self, asked: int, needed: int, size: float) -> None:
        super().__init__(asked, needed, size)
        self.asked = asked
        self.needed = needed
        self.size = size


class LayoutError(Exception):
    """A sheet could not be laid out in a reasonable time. `place` is the id of the card, or empty
    where it is not known.
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class Memo(Protocol):
    """Results of earlier builds by key, which is a hash of all that went into one."""

    def get(self, key: bytes) -> bytes | None:
        """What was kept under `key`."""

    def put(self, key: bytes, value: bytes) -> None:
        """Keep `value`; it may be forgotten at any time."""


class Pool(Protocol):
    """Processes, or threads, that work for an export while they are entered."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...

    def submit(self, work: Callable[..., bytes], *values: Any) -> Future[bytes]:
        """What `work` will make of the values."""


class _Forgetful:
    def get(self, key: bytes) -> bytes | None:
        return None

    def put(self, key: bytes, value: bytes) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Printing:
    """How the deck is printed. All lengths are in millimetres.

    `columns` and `per_page` choose themselves by the paper when they are 0, and `fit_pages` is 0
    for as many pages as it takes. `flip` is the edge over which a printer turns the paper of the
    flash cards, and `offset` how far it draws their backs off to the right and down.
    """

    sheets: tuple[str, ...] = SHEETS
    paper: str = "A4"
    columns: int = 0
    fit_pages: int = 0
    detail: str = "full"
    large_print: bool = False
    ink_saver: bool = False
    per_page: int = 0
    flip: str = "long"
    offset: tuple[float, float] = (0.0, 0.0)

    def asked(self) -> dict[str, object]:
        """What is not as it is when nobody asks for anything."""
        plain = Printing()
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(plain, name)}


@dataclass(frozen=True, slots=True)
class Job:
    """How an export is done. `pool` is one that outlives it; without, an exporter has its own."""

    printing: Printing = Printing()
    memo: Memo = field(default_factory=_Forgetful)
    pool: Pool | None = None


# What is done unless somebody asks for something else.
PLAIN = Job()
