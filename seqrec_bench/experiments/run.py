"""From cells to records: what is done already, and what is left to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.experiments.cell import cell_key, cell_recipe
from seqrec_bench.experiments.restoring import stale_weights
from seqrec_bench.experiments.suite import Cell
from seqrec_bench.records import CellKey, Recipe, Record, Store
from seqrec_bench.records.reading import Version
from seqrec_bench.tracking import Track, untracked


@dataclass(frozen=True)
class Planned:
    """What was known of a cell when the plan was made."""

    key: CellKey
    recipe: Recipe
    version: Version | None
    """Of the record that stood there."""


@dataclass(frozen=True)
class Plan:
    """The cells of a run, sorted by what is there of them."""

    pending: Sequence[Cell]
    """To be run, in order; the stale ones are among them."""
    done: Sequence[Cell]
    stale: Sequence[tuple[Cell, str]]
    """Cells whose record is of no use, each with the reason."""
    store: Store
    planned: Mapping[Cell, Planned]
    """By cell, all of them."""

    def stored_since(self, cell: Cell) -> Record | None:
        """The record that another run has stored of the cell since this plan was made; None where it is of no use."""
        planned = self.planned[cell]
        if self.store.version(planned.key) in (None, planned.version):
            return None
        record = self.store.load(planned.key)
        return record if record and not _difference(cell, record, planned.recipe, self.store) else None


def make_plan(cells: Sequence[Cell], store: Store, dataset: Dataset, fresh: bool, track: Track = untracked) -> Plan:
    """Sorts the cells by whether the store has a record made by their recipe.

    Args:
        fresh: Whether every cell is to be run again, whatever is there.

    Raises:
        InputError: A model or its settings are not what they have to be: before anything is run.
        InvalidRecordError: A record that stands in a cell's place can't be read.
    """
    pending, done, stale, planned = [], [], [], {}
    arranged = {name: find_protocol(name).arrange(dataset) for name in {cell.protocol for cell in cells}}
    for cell in track("looking at cells", cells):
        key, recipe = cell_key(cell, dataset), cell_recipe(cell, arranged[cell.protocol])
        planned[cell] = Planned(key, recipe, store.version(key))
        record = None if fresh else store.load(key)
        difference = record and _difference(cell, record, recipe, store)
        if record and not difference:
            done.append(cell)
            continue
        if difference:
            stale.append((cell, difference))
        pending.append(cell)
    return Plan(pending, done, stale, store, planned)


def _difference(cell: Cell, record: Record, recipe: Recipe, store: Store) -> str | None:
    """In a few words, why the record is of no use to the cell; None where it is."""
    return recipe.difference(record.recipe) or _stale_weights(cell, record, store)


def _stale_weights(cell: Cell, record: Record, store: Store) -> str | None:
    """What is wrong with the weights that the record was ranked with; None where it was trained, or they are right."""
    base = find_protocol(cell.protocol).base
    return base and stale_weights(record.weights, replace(record.key, protocol=base), store)
