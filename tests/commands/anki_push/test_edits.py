"""What a push makes of an edit: of the author's, and of the learner's."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from anki.decks import DeckId

from tests.commands.anki_push.pushing import Pushed, everything, study


def test_each_edit_arrives_and_one_that_is_taken_back_goes(deck: Pushed) -> None:
    deck.push()
    assert deck.counts == (3, 0, 0, 0)
    study(deck.anki)
    before = everything(deck.anki)
    for old, new in [
        ("Either side.", "Both may."),
        ("Both may.", "Whoever is done."),
        ("Whoever is done.", "Either side."),
    ]:
        deck.folder.edit(old, new)
        assert deck.push() == 0
        assert deck.counts == (0, 1, 2, 0)
        assert deck.note("who-closes")["Short"] == f"<p>{new}</p>"
    after = everything(deck.anki)
    unlike = {"cards", "revlog", "options", "decks"}
    assert {name: after[name] for name in unlike} == {name: before[name] for name in unlike}
    assert deck.push() == 0
    assert deck.counts == (0, 0, 3, 0)
    assert everything(deck.anki) == after


def test_what_the_learner_wrote_into_their_own_field_is_no_edit_and_stays(deck: Pushed) -> None:
    deck.push()
    note = deck.note("who-closes")
    note["MyNotes"] = "Ask Ada."
    deck.collection.update_note(note)
    assert deck.push() == 0
    assert deck.counts == (0, 0, 3, 0)
    deck.folder.edit("Either side.", "Both may.")
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert deck.note("who-closes")["Short"] == "<p>Both may.</p>"
    assert deck.note("who-closes")["MyNotes"] == "Ask Ada."


def test_few_requests_bring_many_edits(deck: Pushed) -> None:
    deck.folder.text += "".join(f"\n## Q{n} {{#q{n}}}\n\nAnswer {n}.\n" for n in range(150))
    deck.push()
    deck.folder.text = deck.folder.text.replace("Answer", "Reply")
    deck.anki.asked.clear()
    assert deck.push() == 0
    assert deck.counts == (0, 150, 3, 0)
    assert len(deck.anki.actions) <= 14
    sent = [params["note"] for params in deck.anki.inner("updateNote")]
    assert all(note["fields"].keys() == {"Short"} and "tags" not in note for note in sent)


def test_tags_follow_the_source_and_the_learners_own_stay(deck: Pushed) -> None:
    deck.folder.release()
    deck.push()
    deck.collection.tags.bulk_add([deck.note("who-closes").id], "marked a_b section::closing::mine")
    deck.folder.edit("# Closing {#closing}", "# Ending {#ending}")
    deck.folder.edit("#who-closes .closing tier=core", "#who-closes .opening level=2")
    deck.folder.release()
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert set(deck.note("who-closes").tags) == {
        *("tcp::section::ending", "tcp::topic::Opening", "tcp::level::2"),
        *("marked", "a_b", "section::closing::mine"),
    }


def test_a_tag_that_the_collection_writes_otherwise_is_no_change(deck: Pushed) -> None:
    basic = deck.collection.models.by_name("Basic")
    assert basic
    note = deck.collection.new_note(basic)
    note["Front"], note.tags = "mine", ["TCP::topic::opening"]
    deck.collection.add_note(note, DeckId(1))
    deck.push()
    assert deck.push() == 0
    assert deck.counts == (0, 0, 3, 0)


def test_a_figure_comes_with_an_edit(deck: Pushed) -> None:
    deck.push()
    (deck.folder.path / "figures").mkdir()
    picture = Path(__file__).resolve().parents[3] / "tests" / "exporters" / "fixtures" / "load.png"
    (deck.folder.path / "figures" / "load.png").write_bytes(picture.read_bytes())
    deck.folder.edit("Either side.", "Either side.\n\n![Load](figures/load.png)")
    assert deck.push() == 0
    (name,) = re.findall(r'src="([^"]+)"', deck.note("who-closes")["Short"])
    assert (Path(deck.collection.media.dir()) / name).stat().st_size
    assert list(deck.collection.media.check().missing) == []


def test_a_retired_card_says_so_and_keeps_its_reviews(deck: Pushed) -> None:
    deck.folder.release()
    deck.push()
    study(deck.anki)
    before = everything(deck.anki)["cards"]
    deck.folder.edit("#who-closes .closing tier=core}", "#who-closes .closing tier=core .retired}")
    deck.folder.text += "\n### Retired\n\nSee [the other one](#three).\n"
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert "the other one" in deck.note("who-closes")["Retired"]
    assert any(tag.endswith("retired") for tag in deck.note("who-closes").tags)
    assert everything(deck.anki)["cards"] == before


@pytest.mark.parametrize("memory_is", ["there", "gone"])
@pytest.mark.parametrize("deck_is", ["never released", "released"])
def test_what_the_learner_edited_after_the_last_push_is_kept_unless_overwritten(
    deck: Pushed, memory: Path, memory_is: str, deck_is: str
) -> None:
    if deck_is == "released":
        deck.folder.release()
    deck.push()
    deck.learner_writes("who-closes", "Short", "my words")
    deck.collection.tags.bulk_add([deck.note("who-closes").id], "mine")
    if memory_is == "gone":
        shutil.rmtree(memory)
    deck.folder.edit("Either side.", "Both may.")
    deck.folder.edit("The client.", "The one who wants.")
    if deck_is == "released":
        deck.folder.release()  # the package is younger than the learner's edit
    assert deck.push() == 0
    assert deck.counts == (0, 1, 1, 1)
    assert "edited in Anki after the last push: who-closes. --overwrite" in deck.said
    assert deck.note("who-closes")["Short"] == "my words"
    assert "The one who wants." in deck.note("who-opens")["Short"]
    assert deck.push() == 0
    assert deck.counts == (0, 0, 2, 1)

    assert deck.push("--overwrite") == 0
    assert deck.counts == (0, 1, 2, 0)
    assert deck.note("who-closes")["Short"] == "<p>Both may.</p>"
    assert "mine" in deck.note("who-closes").tags


def test_a_deck_imported_by_hand_is_pushed_over_without_any_memory(
    deck: Pushed, memory: Path
) -> None:
    deck.anki._import(str(deck.folder.released()))
    deck.folder.edit("Either side.", "Both may.")
    deck.folder.released()
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)


def test_notes_that_a_lost_push_wrote_are_left_rather_than_guessed_at(
    deck: Pushed, memory: Path
) -> None:
    deck.push()
    deck.folder.edit("Either side.", "Both may.")
    deck.push()
    shutil.rmtree(memory)
    assert deck.push() == 0  # what says the same needs no memory
    assert deck.counts == (0, 0, 3, 0)
    shutil.rmtree(memory)
    deck.folder.edit("Both may.", "Whoever is done.")
    assert deck.push() == 0
    assert deck.counts == (0, 0, 2, 1)


def test_a_copy_that_the_learner_made_is_theirs(deck: Pushed) -> None:
    deck.push()
    note = deck.note("who-closes")
    copy = deck.collection.new_note(note.note_type() or {})
    copy.fields = list(note.fields)
    deck.collection.add_note(copy, DeckId(1))
    deck.folder.edit("Either side.", "Both may.")
    assert deck.push() == 0
    note.load()
    copy.load()
    assert (note["Short"], copy["Short"]) == ("<p>Both may.</p>", "<p>Either side.</p>")


def test_an_add_on_that_tells_no_times_still_keeps_what_the_learner_edited(deck: Pushed) -> None:
    deck.anki.without = {"mod", "profile"}
    deck.push()
    deck.learner_writes("who-closes", "Short", "my words")
    deck.folder.edit("Either side.", "Both may.")
    deck.folder.edit("The client.", "The one who wants.")
    assert deck.push() == 0
    assert deck.counts == (0, 1, 1, 1)
    assert deck.note("who-closes")["Short"] == "my words"
