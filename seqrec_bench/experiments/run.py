"""From cells to records: what is done already, and what is left to do."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.errors import InputError, InvalidRecordError, MissingCellsError, UnreadableError
from seqrec_bench.evaluation.protocols import find_protocol, known_protocol
from seqrec_bench.evaluation.training_end import TrainingEnd, training_end
from seqrec_bench.experiments.cell import cell_key, cell_recipe
from seqrec_bench.experiments.restoring import stale_weights
from seqrec_bench.records import CellKey, Recipe, Record, Store, TopFile
from seqrec_bench.records.reading import Version
from seqrec_bench.studies.cells import Cell
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
    of_other_data: Sequence[Cell] = ()
    """Those of the stale cells whose record was made from other data or item tags."""
    of_other_choice: Mapping[Cell, str] = field(default_factory=dict)
    """Those of the stale cells whose record was chosen otherwise, which is no fault of it, each with how."""
    fresh: bool = False
    """Whether whatever stands there may be replaced."""
    keep_top: int = 0
    """How long the test users' lists are at least that a record is to have."""
    ends: Mapping[Cell, TrainingEnd] = field(default_factory=dict)
    """How training ended, of the done cells that trained in epochs."""

    def stored_since(self, cell: Cell) -> Record | None:
        """The record that another run has stored of the cell since this plan was made; None where it is of no use.

        Raises:
            InputError: It was made from other data or chosen otherwise, and must not be replaced unasked.
        """
        planned = self.planned[cell]
        if self.store.version(planned.key) in (None, planned.version):
            return None
        record = self.store.load(planned.key)
        if record and not self.fresh:
            if not planned.recipe.is_of_same_data(record.recipe):
                raise replaces_other_data(self.store.path(planned.key), planned.recipe.difference(record.recipe))
            if choice := planned.recipe.other_choice(record.recipe):
                raise _replaces_other_choice(self.store.path(planned.key), choice)
        return record if record and not _difference(cell, record, planned.recipe, self.store, self.keep_top) else None

    def require_no_loss(self) -> None:
        """Nothing that was made from other data or chosen otherwise would be replaced, or come to stand beside these.

        That is, unasked.

        Raises:
            InputError: Something would.
        """
        if self.fresh:
            return
        if self.of_other_data:
            first, *others = self.of_other_data
            raise replaces_other_data(self.store.path(self.planned[first].key), dict(self.stale)[first], len(others))
        if self.of_other_choice:
            first, choice = next(iter(self.of_other_choice.items()))
            path = self.store.path(self.planned[first].key)
            raise _replaces_other_choice(path, choice, len(self.of_other_choice) - 1)
        for planned in _one_of_each_protocol(self.planned.values()):
            require_same_data_beside(planned.key, planned.recipe, self.store)


def replaces_other_data(record: Path, difference: str | None, n_others: int = 0, option: str = "--name") -> InputError:
    """The refusal to let records stand for other data than they did.

    Args:
        record: One that was made from other data.
        difference: How, in a few words.
        n_others: How many more there are.
        option: What names the data.
    """
    others = f", as {n_others} more were" if n_others else ""
    return InputError(f"{_keep_apart(record, f'{difference}{others}', option)}; --fresh replaces it.")


def _keep_apart(record: Path, made: str, option: str) -> str:
    return (
        f"{record} was {made}: keep it by calling these data something else with {option} NAME, or name another "
        "directory with --results"
    )


def _replaces_other_choice(record: Path, choice: str, n_others: int = 0) -> InputError:
    """The refusal to replace a good record by one whose model is chosen otherwise, which its path would not say."""
    others = f", as {n_others} more were" if n_others else ""
    return InputError(
        f"{record} was {choice}{others}: give --select as it was given then, record these as another variant with "
        "--variant NAME, or name another directory with --results; --fresh replaces it."
    )


def _one_of_each_protocol(planned: Iterable[Planned]) -> Iterable[Planned]:
    return {each.key.protocol: each for each in planned}.values()


def require_same_data_beside(key: CellKey, recipe: Recipe, store: Store, option: str = "--name") -> None:
    """What is recorded beside this cell, on data of that name, was made from the same data.

    One record is looked at of each model and protocol, of the protocols that arrange data as the cell's does. One that
    can't be read, or is none, is for whoever asks for it.

    Args:
        option: What names the data.

    Raises:
        InputError: It was not.
    """
    seen = set()
    for other in store.recorded(lambda error: None):
        place = other.protocol, other.model
        if other.dataset != key.dataset or place in seen or not _are_arranged_alike(other.protocol, key.protocol):
            continue
        seen.add(place)
        with suppress(InvalidRecordError, UnreadableError):
            record = store.load(other)
            if record and record.recipe.dataset.fingerprint != recipe.dataset.fingerprint:
                raise InputError(f"{_keep_apart(store.path(other), 'made on other data', option)}.")


def _are_arranged_alike(one: str, other: str) -> bool:
    """Whether two protocols keep the same of any data, in the same order, so that its fingerprint is one."""
    protocols = (known_protocol(one), known_protocol(other))
    kept = [(found.unique, found.core, found.ties) for found in protocols if found]
    return one == other or (len(kept) == 2 and kept[0] == kept[1])


def make_plan(
    cells: Sequence[Cell], store: Store, dataset: Dataset, fresh: bool, track: Track = untracked, keep_top: int = 0
) -> Plan:
    """Sorts the cells by whether the store has a record made by their recipe.

    Args:
        fresh: Whether every cell is to be run again, whatever is there.
        keep_top: As `Plan` has it.

    Raises:
        InputError: A model or its settings are not what they have to be: before anything is run.
        InvalidRecordError: What stands in a cell's place is not its record; with `fresh`, that is no matter.
        UnreadableError: It can't be read, and so is never replaced.
    """
    pending, done, stale, of_other_data, of_other_choice, planned, ends = [], [], [], [], {}, {}, {}
    arranged = {name: find_protocol(name).arrange(dataset) for name in {cell.protocol for cell in cells}}
    for cell in track("looking at cells", cells):
        key, recipe = cell_key(cell, dataset), cell_recipe(cell, arranged[cell.protocol])
        planned[cell] = Planned(key, recipe, store.version(key))
        record = None if fresh else store.load(key)
        difference = record and _difference(cell, record, recipe, store, keep_top)
        if record and not difference:
            done.append(cell)
            if end := training_end(record):
                ends[cell] = end
            continue
        if record and difference:
            stale.append((cell, difference))
            of_other_data += [] if recipe.is_of_same_data(record.recipe) else [cell]
            if choice := recipe.other_choice(record.recipe):
                of_other_choice[cell] = choice
        pending.append(cell)
    return Plan(pending, done, stale, store, planned, of_other_data, of_other_choice, fresh, keep_top, ends)


def _difference(cell: Cell, record: Record, recipe: Recipe, store: Store, keep_top: int) -> str | None:
    """In a few words, why the record is of no use to the cell; None where it is."""
    lists = _stale_lists(record.top, keep_top) if keep_top else None
    return recipe.difference(record.recipe) or _stale_weights(cell, record, store) or lists


def _stale_lists(top: TopFile | None, keep_top: int) -> str | None:
    """What is wrong with the lists that were kept; None where they are long enough and as they were written."""
    if top is None or top.k < keep_top:
        return f"made without its top {keep_top}"
    try:
        top.read()
    except (MissingCellsError, InvalidRecordError):
        return "made with lists that are not there any more, or not as they were"
    return None


def _stale_weights(cell: Cell, record: Record, store: Store) -> str | None:
    """What is wrong with the weights that the record was ranked with; None where it was trained, or they are right."""
    base = find_protocol(cell.protocol).base
    return base and stale_weights(record.weights, replace(record.key, protocol=base), store)
