"""What a run of the examples' tests makes of the file of proofs."""

from __future__ import annotations

import json
import platform
from textwrap import dedent

import pytest

pytest_plugins = ["pytester"]

_DECK = """\
---
title: Proofs
lang: en
key: proofs
anki_deck: Proofs
proofs: examples/proofs.json
---

# Scripts {#scripts}

## What does it print? {#prints}

A word.

```sh file=examples/word.sh part=word
```

## What else? {#told}

Nothing.
"""
_TEST = """\
import pytest

@pytest.mark.proves("prints", by=["Python"])
def test_it(example):
    {body}
"""
_USED = 'assert "echo" in example("word.sh", part="word")'


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A deck of its own, with the plugin that records what its tests prove."""
    pytester.makeconftest(
        dedent(
            """
            pytest_plugins = ["releases.proving"]
            """
        )
    )
    examples = pytester.path / "source" / "examples"
    examples.mkdir(parents=True)
    (examples.parent / "deck.md").write_text(_DECK)
    (examples / "word.sh").write_text("# part: word\necho word\n# part: end\n")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return pytester


def _run(project: pytest.Pytester, body: str, *options: str) -> tuple[int, str]:
    project.makepyfile(_TEST.format(body=body))
    result = project.runpytest_inprocess("-p", "no:cacheprovider", *options)
    return int(result.ret), result.stdout.str()


def _table(project: pytest.Pytester) -> dict[str, dict[str, dict[str, str]]]:
    table: dict[str, dict[str, dict[str, str]]] = json.loads(
        (project.path / "source" / "examples" / "proofs.json").read_text()
    )
    return table


def test_a_passed_test_that_used_the_example_is_a_proof(project: pytest.Pytester) -> None:
    code, _ = _run(project, _USED, "--record-proofs")
    assert code == 0
    (entry,) = _table(project).values()
    assert list(entry["programs"]) == ["Python"]
    assert list(entry["shown"]) == ["examples/word.sh word"]
    assert _run(project, _USED)[0] == 0


def test_a_proof_names_stand_ins_and_what_is_not_repeated(project: pytest.Pytester) -> None:
    project.makepyfile(
        f"""
        import pytest

        @pytest.mark.proves("prints", by=["Python"], stand_ins=["shop:1.0"])
        def test_one(example):
            {_USED}

        @pytest.mark.proves("prints", recorded={{"FastDFS": "6.12"}}, on="2026-11")
        def test_two():
            pass
        """
    )
    assert project.runpytest_inprocess("-p", "no:cacheprovider", "--record-proofs").ret == 0
    entry: dict[str, object] = dict(_table(project)["prints"])
    assert entry["programs"] == {"Python": platform.python_version()}
    assert entry["stand_ins"] == ["shop:1.0"]
    assert entry["recorded"] == {"FastDFS": "6.12"}
    assert entry["on"] == "2026-11"
    assert project.runpytest_inprocess("-p", "no:cacheprovider").ret == 0


def test_a_run_without_the_flag_fails_if_the_proof_is_not_there(project: pytest.Pytester) -> None:
    code, said = _run(project, _USED)
    assert code == 1
    assert "prints: run `python3 build.py prove` and commit examples/proofs.json" in said


def test_a_proof_needs_all_that_the_card_shows(project: pytest.Pytester) -> None:
    code, said = _run(project, "pass", "--record-proofs")
    assert code == 1
    assert "prints: no test that proves it used examples/word.sh word" in said


def test_a_changed_example_has_to_be_proven_again(project: pytest.Pytester) -> None:
    _run(project, _USED, "--record-proofs")
    script = project.path / "source" / "examples" / "word.sh"
    script.write_text(script.read_text().replace("word\n# part: end", "words\n# part: end"))
    assert _run(project, _USED)[0] == 1
    assert _run(project, _USED, "--record-proofs")[0] == 0
    assert _run(project, _USED)[0] == 0


def test_a_failed_test_proves_nothing(project: pytest.Pytester) -> None:
    _run(project, f"{_USED}; assert False", "--record-proofs")
    assert _table(project) == {}


def test_a_skipped_test_leaves_the_proof_as_it_was(project: pytest.Pytester) -> None:
    _run(project, _USED, "--record-proofs")
    before = _table(project)
    skip = 'pytest.skip("no engine")'
    assert _run(project, skip, "--record-proofs")[0] == 0
    assert _table(project) == before
    assert _run(project, skip)[0] == 0


def test_a_proof_goes_with_its_example_and_with_its_card(project: pytest.Pytester) -> None:
    word, old = "examples/word.sh word", "examples/old.sh"
    entries = {"prints": [word, old], "told": [old], "removed": [word]}
    table = {
        id: {"programs": {"Python": "3.11"}, "shown": dict.fromkeys(texts, "0" * 16)}
        for id, texts in entries.items()
    }
    proofs = project.path / "source" / "examples" / "proofs.json"
    proofs.write_text(json.dumps(table))
    code, said = _run(project, 'pytest.skip("no engine")', "--record-proofs")
    assert code == 0
    assert {id: list(entry["shown"]) for id, entry in _table(project).items()} == {"prints": [word]}
    for told in (
        f"prints: the proof of {old} is taken out, for the card does not show it",
        f"told: the proof of {old} is taken out",
        "removed: its proof is taken out, for the card is gone",
    ):
        assert told in said


def test_a_card_that_is_not_there_cannot_be_proven(project: pytest.Pytester) -> None:
    deck = project.path / "source" / "deck.md"
    deck.write_text(deck.read_text().replace("{#prints}", "{#printed}"))
    code, said = _run(project, _USED)
    assert code == 1
    assert "prints: a test proves it, and there is no such card" in said
