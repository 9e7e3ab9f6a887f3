"""Decks of any size for measuring: each card has a list, a table and Python code."""

from __future__ import annotations

_HEAD = """\
---
title: Synthetic deck
lang: en
key: synthetic-{count}
anki_deck: Synthetic {count}
---
"""

_CARD = """
## What does request number {n} return, and why? {{#card-{n} .http level={level} tier=core}}

It returns `{n}`, because handler {n} adds **one** to the argument before it answers.

- the handler is found by its path,
- the argument is read from the query,
- the sum goes out as text.

### Why

| step | input | output |
|---|---|---|
| parse | `?n={before}` | {before} |
| add | {before} | {n} |
| send | {n} | `200 OK` |

### Example

```python
def handler_{n}(request: Request) -> Response:
    # Number {n} of many.
    number = int(request.query.get("n", "{before}"))
    if number < 0:
        raise ValueError(f"negative: {{number}}")
    return Response(str(number + 1), headers={{"X-Handler": "{n}"}})
```
"""

CARDS_PER_SECTION = 50


def deck(count: int) -> str:
    """The Markdown source of a deck of `count` cards, in sections of fifty."""
    parts = [_HEAD.format(count=count)]
    for n in range(1, count + 1):
        if n % CARDS_PER_SECTION == 1:
            number = n // CARDS_PER_SECTION + 1
            parts.append(f"\n# Part {number} {{#part-{number}}}\n")
        parts.append(_CARD.format(n=n, before=n - 1, level=n % 3 + 1))
    return "".join(parts)


_TYPST_HEAD = """\
#set page(
  paper: "a4", margin: (x: 13mm, y: 16mm), columns: {columns},
  header: context [#counter(page).display()], footer: [Synthetic deck],
)
#set text(font: "Noto Sans SC", size: 8.4pt)
#show raw: set text(font: "JetBrains Mono", size: 6.5pt)
#outline()
"""

_TYPST_CARD = """
== What does request number {n} return, and why? <card-{n}>

It returns `{n}`, because handler {n} adds *one* to the argument before it answers.

- the handler is found by its path,
- the argument is read from the query,
- the sum goes out as text.

=== Why

#table(
  columns: 3,
  [step], [input], [output],
  [parse], [`?n={before}`], [{before}],
  [add], [{before}], [{n}],
  [send], [{n}], [`200 OK`],
)

=== Example

```python
def handler_{n}(request: Request) -> Response:
    # Number {n} of many.
    number = int(request.query.get("n", "{before}"))
    if number < 0:
        raise ValueError(f"negative: {{number}}")
    return Response(str(number + 1), headers={{"X-Handler": "{n}"}})
```
"""


def typst(count: int, columns: int) -> str:
    """The same cards as a Typst document, in so many columns."""
    parts = [_TYPST_HEAD.format(columns=columns)]
    for n in range(1, count + 1):
        if n % CARDS_PER_SECTION == 1:
            parts.append(f"\n= Part {n // CARDS_PER_SECTION + 1}\n")
        parts.append(_TYPST_CARD.format(n=n, before=n - 1))
    return "".join(parts)
