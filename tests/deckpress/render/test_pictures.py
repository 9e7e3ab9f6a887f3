"""Diagrams, formulas and figures: drawn alone, with ids of their own, or a finding in its place."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from textwrap import indent
from xml.etree import ElementTree

import pytest

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import Deck, Math, Picture, Span
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from deckpress.render import diagrams, formulas
from deckpress.render.figures import figures
from deckpress.render.renderer import render
from tests.exporters.pdf_reading import fields

FRONT = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# S {#s}\n\n## Q {#q}\n\n"
FIRST = FRONT.count("\n") + 1  # the line of an answer's first line
KINDS = {
    "flowchart": "graph LR\nA[one] -->|yes| B{two}\nsubgraph g [three]\nC\nend",
    "sequence": "sequenceDiagram\nA->>B: hello\nB-->>A: world",
    "class": "classDiagram\nAnimal <|-- Duck\nAnimal : +int age",
    "state": "stateDiagram-v2\n[*] --> Still\nStill --> Moving",
    "entities": "erDiagram\nCUSTOMER ||--o{ ORDER : places",
    "gantt": "gantt\ntitle Plan\nsection S\nA :a1, 2020-01-01, 30d",
    "pie": 'pie\n"a" : 40\n"b" : 60',
}


def rendered(tmp_path: Path, answer: str) -> tuple[Deck, tuple[Diagnostic, ...]]:
    path = tmp_path / "deck.md"
    path.write_text(FRONT + answer + "\n", "utf-8")
    raw, _ = read(load(path))
    return render(raw)


def places(found: tuple[Diagnostic, ...]) -> list[tuple[str, int, int]]:
    return [(d.code, d.span.line, d.span.column) for d in found]


def ids(svg: bytes | str) -> list[str]:
    return [e.attrib["id"] for e in ElementTree.fromstring(svg).iter() if "id" in e.attrib]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_diagram_is_drawn(kind: str) -> None:
    picture, asset = diagrams.draw(KINDS[kind], "what it shows")
    assert picture == Picture(
        asset.name, "what it shows", picture.width, picture.height, drawn=True
    )
    assert re.fullmatch(r"diagram-[0-9a-f]{16}\.svg", asset.name)
    root = ElementTree.fromstring(asset.data)
    assert (root.get("width"), root.get("height")) == (str(picture.width), str(picture.height))
    tags = {element.tag.rpartition("}")[2].lower() for element in root.iter()}
    assert tags.isdisjoint({"foreignobject", "script", "a", "image", "iframe"})
    assert "text" in tags
    names = ids(asset.data)
    assert len(names) == len(set(names))
    shown = " ".join(value for element in root.iter() for value in element.attrib.values())
    assert set(re.findall(r"url\(#([^)]+)\)", shown)) <= set(names)


def test_two_diagrams_share_no_id_and_no_style() -> None:
    drawn = [diagrams.draw(source, "")[1] for source in KINDS.values()]
    names = [name for asset in drawn for name in ids(asset.data)]
    assert len(names) == len(set(names))
    for asset in drawn:
        prefix = f"d{asset.name.removeprefix('diagram-')[:8]}"
        for selector in re.findall(r"#([A-Za-z][\w-]*)[ ,.{>:]", asset.data.decode()):
            assert selector.startswith(prefix)


def test_the_same_diagram_is_the_same_bytes_and_one_file(tmp_path: Path) -> None:
    fence = f'```mermaid alt="x"\n{KINDS["flowchart"]}\n```'
    deck, found = rendered(tmp_path, f"{fence}\n\nand\n\n{fence}")
    assert {each.code for each in found} <= {"D518"}  # it is small on a flash card
    assert len(deck.assets) == 1
    again, _ = rendered(tmp_path, fence)
    assert again.assets == deck.assets


def test_without_a_description_the_labels_are_the_alternative() -> None:
    picture, _ = diagrams.draw("graph LR\nA[浏览器] -->|请求| B[应用]", " ")
    assert {"浏览器", "请求", "应用"} <= set(picture.alt.split(", "))


@pytest.mark.parametrize(
    "settings",
    [
        '%%{init: {"themeVariables": {"primaryColor": "#123456"}}}%%\n',
        '%%{\ninit: {"themeVariables": {"primaryColor": "#123456"}}\n}%%\n',
        '%%%%{x}%%{init: {"themeVariables": {"primaryColor": "#123456"}}}%%\n',
        '---\nconfig:\n  themeVariables:\n    primaryColor: "#123456"\n---\n',
    ],
)
def test_a_diagram_cannot_change_the_settings(settings: str) -> None:
    assert b"#123456" not in diagrams.draw(f"{settings}graph LR\nA", "")[1].data


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not a diagram",
        "graph LR\nA --",
        '%%{init: {"a": 1}}%%',
        "graph LR\n" + "A-->B\n" * 4000,
    ],
    ids=["empty", "no diagram", "unfinished", "only settings", "too long"],
)
def test_a_broken_diagram_is_a_finding_in_its_place(tmp_path: Path, body: str) -> None:
    fence = indent(f'```mermaid alt="x"\n{body}\n```', "    ")
    deck, found = rendered(tmp_path, f"text\n\n- item\n\n{fence}")
    assert places(found) == [("D701", FIRST + 4, 5)]
    assert found[0].args["reason"]
    assert deck.assets == {}


def test_every_broken_picture_is_found_at_once(tmp_path: Path) -> None:
    _, found = rendered(
        tmp_path,
        "a $\\frac{1$ b\n\n```mermaid\nx\n```\n\n$$\n\\nope\n$$\n\n### Why\n\nc $\\href{x}{y}$",
    )
    assert sorted(places(found)) == [
        ("D701", FIRST + 2, 1),
        ("D702", FIRST, 4),
        ("D702", FIRST + 7, 1),
        ("D702", FIRST + 12, 4),
    ]


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        ("", "empty"),
        (r"\frac{1}{2", "braces"),
        ("}{", "braces"),
        (r"\nosuch{x}", r"`\nosuch` is not known"),
        (r"\href{javascript:x}{y}", r"`\href` is not allowed"),
        (r"\def\x{y}\x", r"`\def` is not allowed"),
        (r"x \) y", r"`\)` is not allowed"),
        (r"\text{a \( b}", r"`\(` is not allowed"),
        (r"\left( x", r"`\left` and `\right` do not come in pairs"),
        ("x^2^3", "two exponents"),
        (r"\begin{matrix} a", r"no `\end`"),
        ("a & b", r"write `\&`"),
        (r"\genfrac{}{}{}", "tuple"),
        ("50%", r"\%"),
        (r"\text{中文}", "中"),
        ("x" * 3000, "longer than 2000"),
        ("{" * 50 + "}" * 50, "nested too deeply"),
    ],
)
def test_a_broken_formula_says_why(tex: str, reason: str) -> None:
    with pytest.raises(formulas.FormulaError) as error:
        formulas.draw(tex, display=False)
    place = Span("deck.md", 1, 1, 1)
    told = finding("D702", place, reason=error.value.reason, **error.value.values)
    assert reason in told.message("en")
    assert re.search("画不出来：.*[\u4e00-\u9fff]", told.message("zh"))


@pytest.mark.parametrize(
    "tex",
    [
        r"x^2 + \frac{a}{b} \le \sqrt[3]{y}",
        r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}",
        r"\begin{cases} a & x > 0 \\ b & x \le 0 \end{cases}",
        r"\begin{aligned} a &= b \\[2pt] c &= d \end{aligned}",
        r"\{x \mid x < 5\,\text{ms}\}",
        r"O(n \log n) \approx 50\% \cdot \$5",
        r"\displaystyle \left[\frac{1}{2}\right]",
        r"a \backslash b",
    ],
)
def test_a_formula_is_drawn_alone(tex: str) -> None:
    math = formulas.draw(tex, display=True)
    root = ElementTree.fromstring(math.svg)
    assert root.get("aria-label") == tex
    assert root.get("fill") == "currentColor"
    assert ids(math.svg) == []
    assert {e.tag.rpartition("}")[2] for e in root.iter()} <= {"svg", "g", "path", "rect", "line"}
    assert 0 <= math.depth < 100
    assert formulas.draw(tex, display=True) == math


def test_the_depth_puts_a_formula_on_the_line() -> None:
    low, high = (formulas.draw(tex, display=False).depth for tex in ("x", r"\frac{a}{b_{c}}"))
    assert low < high


def test_a_formula_in_the_deck_keeps_its_tex(tmp_path: Path) -> None:
    deck, found = rendered(tmp_path, "a $x_1 < y$ b\n\n$$\na \\\\ b\n$$")
    assert found == ()
    pieces = [p for html in fields(deck.cards()[0]) for p in html if isinstance(p, Math)]
    assert [(p.tex, p.display) for p in pieces] == [("x_1 < y", False), ("a \\\\ b", True)]


def test_figures_are_named_by_content_and_measured() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" {}></svg>'
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", 30, 20, 8, 2, 0, 0, 0, 0)
    files = {
        "figures/Größe 1.svg": svg.format('width="30" height="20px"').encode(),
        "figures/box.svg": svg.format('viewBox="0,0 40 50"').encode(),
        "figures/none.svg": svg.format('width="100%"').encode(),
        "figures/bad.svg": b"<svg",
        "figures/cut.png": png[:20],
        "figures/a/b.png": b"no picture",
        "examples/x.svg": svg.encode(),
    }
    found = figures(files)
    sizes = {path: (picture.width, picture.height) for path, (picture, _) in found.items()}
    assert sizes == {
        "figures/Größe 1.svg": (30, 20),
        "figures/box.svg": (40, 50),
        "figures/none.svg": (None, None),
        "figures/bad.svg": (None, None),
        "figures/cut.png": (None, None),
        "figures/a/b.png": (None, None),
    }
    for path, (picture, asset) in found.items():
        assert picture.asset == asset.name
        assert re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{16}\.(svg|png)", asset.name)
        assert asset.data == files[path]
    moved = figures({"figures/box.svg": files["figures/none.svg"]})
    assert moved["figures/box.svg"][1].name != found["figures/box.svg"][1].name
