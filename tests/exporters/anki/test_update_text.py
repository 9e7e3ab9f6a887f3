"""The update file, as real Anki's text import takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from anki.collection import ImportCsvRequest
from anki.import_export_pb2 import ImportResponse

from deckpress.model import Asset, Card, Deck, Picture, Version
from exporters.anki import export
from tests.exporters import samples
from tests.exporters.learner import Learner

OLD = Version("1.0.0", {}, 1_800_000_000, release=True)
NEW = Version("1.1.0", {}, 1_800_086_400, release=True)


def update(anki: Learner, deck: Deck, version: Version = NEW) -> ImportResponse.Log:
    """Import the text as the dialog does that nobody has touched."""
    _, artifact = export(deck, version)
    path = anki.folder / artifact.name
    path.write_bytes(artifact.data)
    metadata = anki.collection.get_csv_metadata(path=str(path), delimiter=None)
    return anki.collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log


def study(anki: Learner, deck: Deck, version: Version = OLD) -> None:
    package, _ = export(deck, version)
    anki.take(package)


def edited(deck: Deck, id: str, **changes: object) -> Deck:
    def change(card: Card) -> Card:
        return replace(card, **changes) if card.id == id else card  # type: ignore[arg-type]

    sections = (replace(s, cards=tuple(map(change, s.cards))) for s in deck.sections)
    return replace(deck, sections=tuple(sections))


def test_every_note_is_found_again_and_its_fields_are_those_of_the_package(anki: Learner) -> None:
    deck = samples.sample()
    study(anki, deck)
    before = {anki.id(card): card.note() for card in anki.cards()}
    log = update(anki, deck)
    assert (len(log.new), log.found_notes) == (0, len(before))
    for id, note in before.items():
        after = anki.note(id)
        assert (after.id, after.guid, after.fields) == (note.id, note.guid, note.fields), id


def test_a_note_that_has_not_changed_is_not_touched(anki: Learner) -> None:
    deck = edited(samples.sample(), "docker-what-is", short=("<p>New.</p>",))
    study(anki, samples.sample())
    before = {anki.id(card): card.note() for card in anki.cards()}
    assert len(update(anki, deck).updated) == 1
    for id, note in before.items():
        if id != "docker-what-is":
            assert anki.note(id).mod == note.mod, id
    assert anki.note("docker-what-is")["Short"] == "<p>New.</p>"


def test_the_learners_tags_fields_decks_and_reviews_stay(anki: Learner) -> None:
    collection = anki.collection
    study(anki, samples.sample())
    note_type = anki.note("docker-what-is").note_type()
    collection.models.add_field(note_type, collection.models.new_field("Mnemonic"))
    collection.models.update_dict(note_type)
    note = anki.note("docker-what-is")
    note["Mnemonic"] = "whale"
    note.tags = ["hard", "mine"]
    collection.update_note(note)
    card = anki.card("docker-what-is")
    own = collection.decks.id("My own")
    assert own is not None
    collection.set_deck([card.id], own)
    collection.sched.suspend_cards([card.id])

    update(anki, edited(samples.sample(), "docker-what-is", short=("<p>New.</p>",)))

    note = anki.note("docker-what-is")
    assert note["Short"] == "<p>New.</p>"
    assert (note["Mnemonic"], note.tags) == ("whale", ["hard", "mine"])
    after = anki.card("docker-what-is")
    assert (after.did, after.queue, after.due, after.id) == (own, -1, card.due, card.id)


def test_a_note_type_with_another_name_is_still_the_same(anki: Learner) -> None:
    study(anki, samples.sample())
    note_type = anki.note("docker-what-is").note_type()
    note_type["name"] = "Interview"
    anki.collection.models.update_dict(note_type)
    log = update(anki, edited(samples.sample(), "docker-what-is", short=("<p>New.</p>",)))
    assert (len(log.updated), len(log.missing_notetype)) == (1, 0)


def test_a_new_card_comes_into_the_deck_of_its_section(anki: Learner) -> None:
    deck = samples.sample()
    first, *others = deck.sections
    fewer = replace(deck, sections=(replace(first, cards=first.cards[1:]), *others))
    new = first.cards[0].id
    study(anki, fewer)
    assert len(update(anki, deck).new) == 1
    home = anki.collection.decks.name(anki.card(new).did)
    assert home == anki.collection.decks.name(anki.card(first.cards[1].id).did)


def test_a_later_package_updates_what_the_text_brought(anki: Learner) -> None:
    deck = samples.sample()
    study(anki, deck)
    update(anki, edited(deck, "docker-what-is", short=("<p>New.</p>",)))
    now = anki.note("docker-what-is").mod
    newest = edited(deck, "docker-what-is", short=("<p>Newest.</p>",))
    study(anki, newest, Version("1.2.0", {}, now + 1, release=True))
    assert anki.note("docker-what-is")["Short"] == "<p>Newest.</p>"


@pytest.mark.parametrize(
    "text",
    [
        "<p>a\tb</p>\n<pre>c\n\n\td</pre>",
        '<p class="x">"quoted" and ""twice""</p>',
        "<p>#separator:comma</p>\n#tags column:2",
        "\n\n#html:false",
        "<p>,;|: 中文，全角　空格</p>",
        "<p>'single' &amp; &lt;T&gt; \\t \\n</p>",
    ],
)
def test_no_text_is_taken_for_the_files_own_syntax(anki: Learner, text: str) -> None:
    deck = samples.sample()
    study(anki, edited(deck, "docker-what-is", short=(text,)))
    before = anki.note("docker-what-is").fields
    study_again = edited(deck, "docker-what-is", short=("<p>other</p>",))
    update(anki, study_again)
    assert anki.note("docker-what-is").fields != before
    log = update(anki, edited(deck, "docker-what-is", short=(text,)))
    assert anki.note("docker-what-is").fields == before
    assert len(log.new) == 0


def test_a_figure_is_named_and_not_brought(anki: Learner) -> None:
    deck = edited(samples.sample(), "docker-what-is", short=(Picture("new.png", "alt"),))
    deck = replace(deck, assets={**deck.assets, "new.png": Asset("new.png", "image/png", b"png")})
    study(anki, samples.sample())
    update(anki, deck)
    assert list(anki.collection.media.check().missing) == ["new.png"]


def test_what_a_learner_writes_on_a_card_is_shown_and_stays_when_the_card_changes(
    anki: Learner,
) -> None:
    deck = samples.sample()
    study(anki, deck)
    note = anki.note("docker-what-is")
    note["MyNotes"] = "ask about this"
    anki.collection.update_note(note)
    shown = anki.card("docker-what-is").render_output()
    assert "ask about this" in shown.answer_text
    assert "ask about this" not in shown.question_text
    update(anki, edited(deck, "docker-what-is", question=("Reworded?",)))
    assert anki.note("docker-what-is")["Question"] == "Reworded?"
    assert anki.note("docker-what-is")["MyNotes"] == "ask about this"
