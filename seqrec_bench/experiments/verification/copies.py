"""A check of seeds: is what stands under another seed another run?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from seqrec_bench.records import CellKey, Record
from seqrec_bench.records.check import Check

FIRST_PLACES = 10
FAR_USERS = 100
"""With so many targets beyond the first places, two trainings that the seed tells apart do not rank all of them alike.

On little data they may, and where nearly every target comes first, whatever the number of users.
"""


def check_copies(records: Sequence[Record]) -> Check:
    """A model that says that its seed matters has other ranks with another seed."""
    places: dict[CellKey, list[Record]] = defaultdict(list)
    for record in records:
        if not record.deterministic and (record.test.better >= FIRST_PLACES).sum() >= FAR_USERS:
            places[replace(record.key, seed=0)].append(record)
    faults, n_passed = [], 0
    for same_place in places.values():
        first_with: dict[tuple[bytes, ...], Record] = {}
        for record in same_place:
            first = first_with.setdefault(_ranks(record), record)
            n_passed += first is record
            faults += [] if first is record else [_fault(record, first)]
    return Check("another seed gives other ranks", n_passed, faults)


def _ranks(record: Record) -> tuple[bytes, ...]:
    return tuple(part.tobytes() for ranks in (record.validation, record.test) for part in (ranks.better, ranks.tied))


def _fault(record: Record, first: Record) -> str:
    return (
        f"{record.key.path()} has exactly the ranks of {first.key.path()}, validation and test: one is a copy of the "
        "other, or the seed changes nothing. Run both cells again with --fresh; if they are still the same, the model "
        "is to say that it is deterministic."
    )
