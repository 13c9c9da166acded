"""The models that stand side by side in a table, each with its records."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqrec_bench.analysis.selection import Place, select, select_others
from seqrec_bench.records import PAPER_VARIANT, Record
from seqrec_bench.studies.view import View


@dataclass(frozen=True)
class Compared:
    """A model as a table has it."""

    label: str
    place: Place
    records: Sequence[Record]
    """By seed; never none."""

    @property
    def is_published(self) -> bool:
        """Whether it is the model as published, not a variant of it."""
        return self.place.variant == PAPER_VARIANT


def compared(records: Iterable[Record], view: View) -> list[Compared]:
    """The rows of Table 1 that have records, in its order.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    records = list(records)
    labels = {Place.of(row): row.label for row in (*view.rows, *view.references)}
    cells = select(records, view, list(labels)).cells
    own = [Compared(label, place, cells[place]) for place, label in labels.items() if place in cells]
    keys = {label: (group[0].key, group) for label, group in select_others(records, view).items()}
    others = [
        Compared(label, Place(key.model, key.variant, key.dimension), group) for label, (key, group) in keys.items()
    ]
    return [*own, *others]
