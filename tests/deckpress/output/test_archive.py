"""An archive may come from anybody: whatever is in it, it is read, or it is none."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deckpress.output.archive import pack, unpack

FILES = {"index.html": b"<p>Page</p>" * 50, "icons/192.png": bytes(range(256)), "sw.js": b""}
PACKED = pack(FILES)


def archive(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(data, "w", compression) as opened:
        warnings.simplefilter("ignore")  # it warns of a name that comes twice
        for name, content in entries:
            opened.writestr(name, content)
    return data.getvalue()


def test_what_was_packed_comes_out() -> None:
    assert unpack(PACKED) == FILES
    assert unpack(PACKED, sum(map(len, FILES.values()))) == FILES


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(archive(("a", b"1"), ("a", b"2")), id="a name twice"),
        pytest.param(archive(("a", b"1"), ("../b", b"2")), id="out of the folder"),
        pytest.param(archive(("a", b"1" * 99), compression=zipfile.ZIP_LZMA), id="LZMA"),
        pytest.param(archive(("a", b"1" * 99), compression=zipfile.ZIP_BZIP2), id="bzip2"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"PK\x05\x06" + bytes(18) + b"x" * 70_000, id="no end"),
    ],
)
def test_a_hostile_archive_is_none(data: bytes) -> None:
    assert unpack(data) == {}


def test_an_archive_that_grows_is_not_unpacked_further_than_allowed() -> None:
    bomb = archive(*((f"{number}.html", bytes(1_000_000)) for number in range(20)))
    assert len(bomb) < 30_000
    assert unpack(bomb, 5_000_000) == {}


def test_an_archive_that_lies_about_its_sizes_is_none() -> None:
    data = archive(("a", bytes(1_000_000)))
    lie = data.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != data
    assert unpack(lie, 1000) == {}


@given(
    st.lists(st.tuples(st.integers(0, len(PACKED) - 1), st.integers(0, 255)), max_size=8),
    st.integers(0, len(PACKED)),
)
@example([], 40)
def test_a_damaged_archive_never_ends_in_an_error(
    changes: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(PACKED)
    for place, byte in changes:
        data[place] = byte
    for damaged in (bytes(data), bytes(data[:length]), bytes(data[length:])):
        assert isinstance(unpack(damaged, 100_000), dict)
