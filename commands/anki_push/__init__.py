"""A package into a running Anki, so that its notes say what the source says.

In come the bytes of an `.apkg`, a client of AnkiConnect and what the last push left behind; out
come a collection that mirrors the package, and an account of it. Reviews, due dates, flags,
suspension, decks and the learner's own tags are not touched.

package         the notes and note types of an `.apkg`; a copy of it with fewer notes
ankiconnect     the client of the add-on AnkiConnect
collection      the same of the Anki that runs, read through AnkiConnect
differences     what stops an import, and what a note needs to become what the source says
memory          what the last push wrote, by which an edit of the learner is known
adoption        the notes of an older deck, given the note types of this one
exported        what finds a note of the older deck in Anki: a file that Anki exported
mirror          the steps of a push, in their order
"""
