"""Running one cell: build the model, fit or restore it, rank its targets, and put down everything about it."""

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.data.targets import TargetFacts, target_facts
from seqrec_bench.errors import BenchError, ScoreError
from seqrec_bench.evaluation.metrics import validation_figures
from seqrec_bench.evaluation.parameter_count import number_of_parameters
from seqrec_bench.evaluation.protocols import LOO_FULL, find_protocol
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import absent_hyperparameters, build, hyperparameters
from seqrec_bench.experiments.answers import require_unchanged, state_of
from seqrec_bench.experiments.environment import environment
from seqrec_bench.experiments.examining import Examination, Marks, examine_here, keep_of
from seqrec_bench.experiments.fitting import fit_recommender
from seqrec_bench.experiments.restoring import restore_trained
from seqrec_bench.experiments.saying import Report
from seqrec_bench.experiments.sittings import Place, Sitting, circumstances_of
from seqrec_bench.recommender import Epoch, Recommender, Restorable, State
from seqrec_bench.records import BY_ROW, BY_TIME, CellKey, DatasetIdentity, Ranks, Recipe, Record, Store, TopLists
from seqrec_bench.studies.cells import Cell


@dataclass(frozen=True)
class Lesson:
    """What the cells of one run have in common while they learn: neither a test target nor anything that has one in it.

    It is all that a process with a model in it gets of the data.
    """

    data: DatasetIdentity
    """As the protocol has them arranged."""
    validation: Holdout
    """Its history is the training data."""
    device: str
    protocol: str
    trained: Store | None
    """Where the models are that the protocol ranks again; without it, all are fitted."""
    recorded: Store | None = None
    """Where cells may be recorded already, so that their models need not be fitted again to have what is missing."""
    begun: Store | None = None
    """Where trainings that are stopped leave how far they are; without it, they begin anew."""


@dataclass(frozen=True)
class Setting:
    """What the cells of one run have in common."""

    dataset: Dataset
    """Arranged as the protocol has it."""
    device: str
    protocol: str = LOO_FULL
    trained: Store | None = None
    """As `Lesson` has it."""
    keep_top: int = 0
    """How many of each test user's first candidates are kept."""
    recorded: Store | None = None
    """As `Lesson` has it."""
    begun: Store | None = None
    """As `Lesson` has it."""
    split: Split = field(init=False)
    examination: Examination = field(init=False)

    def __post_init__(self) -> None:
        """Splits the data, once for all cells."""
        split = find_protocol(self.protocol).hold_out(self.dataset)
        keep = keep_of(split.train, self.keep_top) if self.keep_top else None
        object.__setattr__(self, "split", split)
        object.__setattr__(self, "examination", Examination(split.test, target_facts(self.dataset, split), keep))

    @property
    def lesson(self) -> Lesson:
        data = identify(self.dataset)
        return Lesson(data, self.split.validation, self.device, self.protocol, self.trained, self.recorded, self.begun)


@dataclass(frozen=True)
class TrialSetting:
    """What the trials of one search have in common. They get no test target, so they can't be chosen by one."""

    validation: Holdout
    """Its history is the training data."""
    device: str


@dataclass(frozen=True)
class Fitted:
    """What a trial brings."""

    curve: Sequence[Epoch]
    validation: Mapping[str, float]
    """Validation metrics of the fitted model, by name."""


@dataclass(frozen=True, eq=False)
class Learnt:
    """A cell whose recommender has learnt, and whose test targets are still to be ranked."""

    cell: Cell
    recommender: Recommender
    recipe: Recipe
    data: DatasetIdentity
    environment: Mapping[str, Any]
    """As it was before the training: the source may change under a long one."""
    validation: Ranks
    curve: Sequence[Epoch]
    weights: str | None
    """The sha256 of the weights that were restored; None where the recommender was fitted."""
    fit_seconds: Mapping[str, float]
    """As a record has those of the fit: of all sittings."""
    fitted_at: float
    """By the clock of `time.perf_counter`."""
    n_items: int
    recorded: Record | None = None
    """The cell's record, if it had one already and the recommender was restored to make its lists."""


@dataclass(frozen=True, eq=False)
class Examined:
    """What came of a cell but for its test ranks, which whoever holds the targets adds."""

    record: Callable[..., Record]
    """Makes the record of ``test``, the ranks, and ``targets``, the facts on them."""
    weights: State | None
    """As `FinishedCell` has it."""
    complaint: str | None
    """As `FinishedCell` has it."""

    def finished(self, marks: Marks) -> "FinishedCell":
        """The whole of it.

        Raises:
            ScoreError: A model that was restored to make its lists ranks otherwise than its record has it.
        """
        record = self.record(test=marks.test, targets=marks.facts)
        return FinishedCell(record, self.weights, self.complaint, marks.top)


@dataclass(frozen=True, eq=False)
class FinishedCell:
    """What came of a cell."""

    record: Record
    weights: State | None
    """The state of the fitted recommender; None where it has none, none that can be kept, or was restored itself."""
    complaint: str | None
    """What is wrong with the recommender's state, in words. The ranks do not depend on it, so they are kept."""
    top: TopLists | None = None
    """What is recommended to the test users, where that is kept."""


def setting_under(
    protocol: str,
    dataset: Dataset,
    device: str,
    store: Store,
    keep_top: int = 0,
    fresh: bool = False,
    is_here: bool = True,
) -> Setting:
    """The setting of the cells of one protocol.

    Args:
        dataset: As it was read.
        store: Where the cells' records go, and trained models come from.
        keep_top: How many of each test user's first candidates are kept.
        fresh: Whether all cells are run again, even where only their lists are missing.
        is_here: Whether the cells' processes can write to the store.
    """
    found = find_protocol(protocol)
    recorded = store if keep_top and not (fresh or found.base) else None
    trained, begun = store if found.base else None, store if is_here else None
    return Setting(found.arrange(dataset), device, protocol, trained, keep_top, recorded, begun)


def identify(dataset: Dataset) -> DatasetIdentity:
    """What a record says of the data that it was made from."""
    order = BY_TIME if dataset.has_times else BY_ROW
    return DatasetIdentity(dataset.name, dataset.fingerprint, dataset.tags_fingerprint, order)


def cell_key(cell: Cell, dataset: Dataset | DatasetIdentity) -> CellKey:
    return CellKey(dataset.name, cell.protocol, cell.model, cell.variant, cell.dimension, cell.seed)


def cell_recipe(cell: Cell, dataset: Dataset) -> Recipe:
    """What a record of this cell must have been made by to be of use.

    Args:
        dataset: Arranged as the cell's protocol has it.

    Raises:
        InputError: The model or its settings are not what they have to be.
    """
    return recipe_of(build(cell.model, cell.dimension, cell.settings), dataset, cell.selection)


def recipe_of(recommender: Recommender, dataset: Dataset | DatasetIdentity, selection: str | None) -> Recipe:
    """What a record of this recommender must have been made by; the data are arranged as the cell's protocol has it."""
    data = identify(dataset) if isinstance(dataset, Dataset) else dataset
    chose, absent = None if selection is None else str(selection), absent_hyperparameters(type(recommender))
    return Recipe(data, recommender.version, hyperparameters(recommender), chose, absent)


def run_cell(cell: Cell, setting: Setting, report: Report) -> FinishedCell:
    """Trains and tests the cell in this process, which then has the test targets while the model learns.

    `CellProcesses` does the same in two processes, one of which has no model and the other no test target.

    Raises:
        ScoreError, InputError, MissingCellsError, InvalidRecordError: As `learn` has it.
    """
    learnt = learn(cell, setting.lesson, report)
    marks = examine_here(learnt.recommender, setting.examination, cell.seed)
    return conclude(learnt).finished(marks)


def learn(cell: Cell, lesson: Lesson, report: Report) -> Learnt:
    """Fits the cell's recommender, or restores it where the protocol trains nothing, and ranks its validation targets.

    A model without a state is fitted in either case. One that is recorded already is restored too, if that is possible
    and it validates as it did.

    Raises:
        MissingCellsError: The trained model is not there.
        InvalidRecordError: It is not the one that this cell is about.
        ScoreError: The model's scores are not finite, or not scores; the message names the epoch.
        InputError: The model can't be run on these data.
    """
    recommender = build(cell.model, cell.dimension, cell.settings)
    recipe = recipe_of(recommender, lesson.data, cell.selection)
    if found := _restore_recorded(cell, recipe, lesson):
        return found
    made_by = environment(cell.model, lesson.device)
    sitting = Sitting(report, _place(recommender, cell, recipe, lesson, made_by))
    trained = _restore(recommender, cell, recipe, lesson)
    fit = None if trained else fit_recommender(recommender, cell, lesson.validation, lesson.device, sitting)
    recommender = fit.recommender if fit else recommender
    seconds, fitted = sitting.seconds(), time.perf_counter()
    chosen = trained.recipe.selection if trained else recipe.selection if fit and fit.is_chosen else None
    validation = rank_targets(recommender, lesson.validation)
    return Learnt(
        cell=cell,
        recommender=recommender,
        recipe=replace(recipe, selection=chosen),
        data=lesson.data,
        environment=made_by,
        validation=validation,
        curve=fit.curve if fit else [],
        weights=trained.weights if trained else None,
        fit_seconds=seconds,
        fitted_at=fitted,
        n_items=lesson.validation.history.n_items,
    )


def conclude(learnt: Learnt) -> Examined:
    """Puts down everything about the cell, once its test targets are ranked.

    Raises:
        ScoreError: The recommender is no longer what its record would say.
    """
    recommender = learnt.recommender
    require_unchanged(recommender, learnt.recipe)
    if learnt.recorded:
        return Examined(partial(_as_recorded, learnt.recorded), None, None)
    seconds = {**learnt.fit_seconds, "score": time.perf_counter() - learnt.fitted_at}
    record = partial(
        Record,
        key=cell_key(learnt.cell, learnt.data),
        recipe=learnt.recipe,
        deterministic=recommender.deterministic,
        validation=learnt.validation,
        curve=learnt.curve,
        seconds={name: round(value, 3) for name, value in seconds.items()},
        peak_memory_bytes=peak_memory(),
        parameters=number_of_parameters(recommender),
        environment=learnt.environment,
        weights=learnt.weights,
    )
    return Examined(record, None, None) if learnt.weights else Examined(record, *state_of(recommender))


def run_trial(cell: Cell, setting: TrialSetting, report: Report) -> Fitted:
    """Trains the cell in this process and ranks its validation targets.

    Raises:
        ScoreError: As `learn` has it.
        InputError: As `learn` has it.
    """
    recommender = build(cell.model, cell.dimension, cell.settings)
    curve = fit_recommender(recommender, cell, setting.validation, setting.device, Sitting(report)).curve
    return Fitted(curve, validation_figures(rank_targets(recommender, setting.validation), cell.selection))


def _place(
    recommender: Recommender, cell: Cell, recipe: Recipe, lesson: Lesson, made_by: Mapping[str, Any]
) -> Place | None:
    """Where the cell's training is kept that is stopped; None where it is not kept, or is done in one go."""
    if lesson.begun is None or recommender.deterministic:
        return None
    path = lesson.begun.checkpoint(cell_key(cell, lesson.data))
    return Place(path, recipe, circumstances_of(recommender, cell.seed, made_by))


def _restore(recommender: Recommender, cell: Cell, recipe: Recipe, lesson: Lesson) -> Record | None:
    """Restores what the protocol ranks again and returns the record that it is of; None where it is to be fitted."""
    base = find_protocol(lesson.protocol).base
    if base is None or lesson.trained is None or not isinstance(recommender, Restorable):
        return None
    key = cell_key(replace(cell, protocol=base), lesson.data)
    return restore_trained(recommender, lesson.validation.history, key, recipe, lesson.trained)


def _restore_recorded(cell: Cell, recipe: Recipe, lesson: Lesson) -> Learnt | None:
    """The cell as it is recorded, its recommender restored; None where it has to be fitted (again)."""
    if lesson.recorded is None:
        return None
    recommender, started = build(cell.model, cell.dimension, cell.settings), time.perf_counter()
    try:
        record = lesson.recorded.load(cell_key(cell, lesson.data))
        if record is None or recipe.difference(record.recipe) or not isinstance(recommender, Restorable):
            return None
        recommender.restore(lesson.validation.history, lesson.recorded.load_weights(record))
        if rank_targets(recommender, lesson.validation) != record.validation:
            return None
    except BenchError:  # its weights are not here, say
        return None
    return Learnt(
        cell=cell,
        recommender=recommender,
        recipe=replace(recipe, selection=record.recipe.selection),
        data=lesson.data,
        environment=record.environment,
        validation=record.validation,
        curve=record.curve,
        weights=record.weights,
        fit_seconds=record.seconds,
        fitted_at=started,
        n_items=lesson.validation.history.n_items,
        recorded=record,
    )


def _as_recorded(record: Record, test: Ranks, targets: TargetFacts) -> Record:
    """The record, whose model was restored and ranks the test targets so, with the facts on these."""
    if test != record.test:
        raise ScoreError(
            "its model, restored from its weights, does not rank the test targets as its record has it, so it was made "
            "by other software or on another machine: train it anew with --fresh, or as another --variant."
        )
    return replace(record, targets=targets)


def peak_memory() -> int:
    """The greatest resident size of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where getrusage would count what the parent had before this process began
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
