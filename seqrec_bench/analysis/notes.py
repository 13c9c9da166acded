"""Sentences on how to read figures, of which some are about one thing that a page may say elsewhere."""

from collections.abc import Iterable
from enum import Enum, auto

from seqrec_bench.records import BY_ROW, Record
from seqrec_bench.text import listed


class Topic(Enum):
    """What a note is about."""

    CAUTION = auto()
    """What makes figures mean less than they seem to."""
    MISSING = auto()
    """The cells that are not there."""
    REPORTED = auto()
    """Where the reported figures come from."""
    ONE_RUN = auto()
    """What the range of one run is."""
    WHOLE_TABLE = auto()
    """The verdict on all figures together."""


class Note(str):
    """A sentence whose topic is known."""

    topic: Topic

    def __new__(cls, text: str, topic: Topic) -> "Note":
        note = super().__new__(cls, text)
        note.topic = topic
        return note


def about(notes: Iterable[str], *topics: Topic) -> list[str]:
    """The notes that are about one of these topics."""
    return [note for note in notes if isinstance(note, Note) and note.topic in topics]


def without(notes: Iterable[str], *topics: Topic) -> list[str]:
    """The notes that are about none of these topics."""
    return [note for note in notes if not (isinstance(note, Note) and note.topic in topics)]


def missing_note(missing: Iterable[object], says: str = "Missing") -> list[str]:
    """The cells that are missing, in a note, if any are."""
    names = "; ".join(map(str, missing))
    return [Note(f"{says}: {names}.", Topic.MISSING)] if names else []


def target_notes(records: Iterable[Record]) -> list[str]:
    """What figures are where users have several targets, in a note for each number of them."""
    found = {}
    for record in records:
        if record.test.n_targets > record.test.n_users:
            found[record.key.dataset, record.key.protocol] = record.test
    return [
        f"{ranks.n_targets:,} targets of {ranks.n_users:,} users{f' on {dataset}' if len(found) > 1 else ''}: a user's "
        "figure is the mean over that user's targets, each ranked without the others; HR is the share of them that are "
        "hit, and NDCG and MRR are those of single targets."
        for (dataset, _), ranks in sorted(found.items())
    ]


def order_notes(records: Iterable[Record]) -> list[str]:
    """That the data have no times, in a note, for those that have none."""
    names = sorted({record.key.dataset for record in records if record.recipe.dataset.order == BY_ROW})
    has = "it has" if len(names) == 1 else "they have"
    return [f"The order of {listed(names)} is that of the file's rows: {has} no times."] if names else []
