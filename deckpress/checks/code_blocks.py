"""Code blocks: whether they are closed, have known attributes, and show a file that exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import Span, Text
from deckpress.reading.fences import ATTRIBUTES, DIAGRAM, ROLES, Fence, extract_part, find_fences
from deckpress.reading.references import Folder, well_placed
from deckpress.reading.texts import Field


def check(field: Field, files: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Findings about the code blocks of a field; `files` has the deck's files by path."""
    for fence in find_fences(field.text.source):
        if not fence.closed:
            span = field.text.at(fence.line, fence.column, len(fence.mark))
            yield finding("D218", span, mark=fence.mark)
        yield from _check_attributes(field, fence)
        if fence.info.file is not None:
            yield from _check_shown_file(field, fence, fence.info.file, files)
        elif fence.info.part is not None:
            yield finding("D508", word_span(field.text, fence, "part="), part=fence.info.part)
        yield from _check_marked_lines(field, fence, files)
        if fence.info.language == DIAGRAM and not fence.info.alt.strip():
            yield finding("D516", word_span(field.text, fence, "mermaid"))


def word_span(text: Text, fence: Fence, word: str) -> Span:
    """The span of `word` in the info string of a fence of `text`."""
    start = max(0, fence.info_source.find(word))
    return text.at(fence.line, fence.info_column + start, len(word))


def _check_attributes(field: Field, fence: Fence) -> Iterator[Diagnostic]:
    for item in (*fence.info.attributes, *fence.info.unknown_words):
        if item in fence.info.attributes and item in ATTRIBUTES:
            continue
        words = [*(f"{key}=" for key in ATTRIBUTES), *ROLES]
        near = get_close_matches(item, words, 1)
        span = word_span(field.text, fence, item)
        if near:
            yield finding("D408", span, item=item, near=near[0])
        else:  # what another tool reads there
            yield finding("D416", span, item=item)


def _check_marked_lines(
    field: Field, fence: Fence, files: Mapping[str, bytes]
) -> Iterator[Diagnostic]:
    """Marked lines that the code has not."""
    if not fence.info.marked:
        return
    if fence.info.language == DIAGRAM:
        words = fence.info_source.partition("{")[2].partition("}")[0]
        yield finding("D416", word_span(field.text, fence, "{"), item=f"{{{words}}}")
        return
    count = len(fence.body)
    if fence.info.file is not None:
        shown = files.get(fence.info.file)
        text = extract_part(shown.decode("utf-8", "replace"), fence.info.part) if shown else None
        if text is None:
            return  # this has a finding of its own
        count = text.count("\n") + 1
    for first, last in fence.info.marked:
        if not 1 <= first <= last <= count:
            span = word_span(field.text, fence, "{")
            line = first if first > count or not first or first > last else last
            yield finding("D418", span, line=line, count=count)
            return


def _check_shown_file(
    field: Field, fence: Fence, path: str, files: Mapping[str, bytes]
) -> Iterator[Diagnostic]:
    span = word_span(field.text, fence, f"file={path}")
    if any(line.strip() for line in fence.body):
        yield finding("D507", field.text.at(fence.line, fence.column, len(fence.mark)), path=path)
    if not well_placed(path, Folder.EXAMPLES):
        yield finding("D502", span, path=path, folder=Folder.EXAMPLES.value)
    elif path in files:
        try:
            text = files[path].decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            yield finding("D509", span, path=path)
        elif fence.info.part is not None and extract_part(text, fence.info.part) is None:
            part = fence.info.part
            yield finding("D506", word_span(field.text, fence, "part="), path=path, part=part)
