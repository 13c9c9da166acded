"""Running one cell: build the model, fit or restore it, rank its targets, and put down everything about it."""

import math
import resource
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.errors import BenchError, ScoreError, in_words
from seqrec_bench.evaluation.contract import declaration_fault
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS, validation_figures
from seqrec_bench.evaluation.parameter_count import number_of_parameters
from seqrec_bench.evaluation.protocols import LOO_FULL, find_protocol
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.experiments.environment import environment
from seqrec_bench.experiments.restoring import restore_trained
from seqrec_bench.experiments.suite import Cell
from seqrec_bench.recommender import Epoch, FitContext, Recommender, Restorable, State
from seqrec_bench.records import CellKey, DatasetIdentity, Recipe, Record, Store
from seqrec_bench.records.weights import plain_arrays


@dataclass(frozen=True)
class Setting:
    """What the cells of one run have in common."""

    dataset: Dataset
    """Arranged as the protocol has it."""
    device: str
    protocol: str = LOO_FULL
    trained: Store | None = None
    """Where the models are that the protocol ranks again; without it, all are fitted."""
    split: Split = field(init=False)

    def __post_init__(self) -> None:
        """Splits the data, once for all cells."""
        object.__setattr__(self, "split", find_protocol(self.protocol).hold_out(self.dataset))


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
class FinishedCell:
    """What came of a cell."""

    record: Record
    weights: State | None
    """The state of the fitted recommender; None where it has none, none that can be kept, or was restored itself."""
    complaint: str | None
    """What is wrong with the recommender's state, in words. The ranks do not depend on it, so they are kept."""


def setting_under(protocol: str, dataset: Dataset, device: str, store: Store) -> Setting:
    """The setting of the cells of one protocol.

    Args:
        dataset: As it was read.
        store: Where the cells' records go, and trained models come from.
    """
    found = find_protocol(protocol)
    return Setting(found.arrange(dataset), device, protocol, store if found.base else None)


def cell_key(cell: Cell, dataset: Dataset) -> CellKey:
    return CellKey(dataset.name, cell.protocol, cell.model, cell.variant, cell.dimension, cell.seed)


def cell_recipe(cell: Cell, dataset: Dataset) -> Recipe:
    """What a record of this cell must have been made by to be of use.

    Args:
        dataset: Arranged as the cell's protocol has it.

    Raises:
        InputError: The model or its settings are not what they have to be.
    """
    return recipe_of(build(cell.model, cell.dimension, cell.settings), dataset)


def recipe_of(recommender: Recommender, dataset: Dataset) -> Recipe:
    """What a record of this recommender must have been made by; the data are arranged as the cell's protocol has it."""
    identity = DatasetIdentity(dataset.name, dataset.fingerprint, dataset.tags_fingerprint)
    return Recipe(identity, recommender.version, hyperparameters(recommender))


def run_cell(cell: Cell, setting: Setting, report: Callable[[Epoch], None]) -> FinishedCell:
    """Trains and tests the cell in this process, or restores and tests it where the protocol trains nothing.

    A model without a state is fitted in either case.

    Raises:
        MissingCellsError: The trained model is not there.
        InvalidRecordError: It is not the one that this cell is about.
        ScoreError: The model's scores are not finite, or not scores; the message names the epoch.
        InputError: The model can't be run on these data.
    """
    recommender = build(cell.model, cell.dimension, cell.settings)
    recipe = recipe_of(recommender, setting.dataset)
    made_by = environment(cell.model, setting.device)  # before training: the source may change under a long one
    split = setting.split
    started = time.perf_counter()
    weights = _restore(recommender, cell, recipe, setting)
    curve = [] if weights else _fit(recommender, cell, split.validation, setting.device, report)
    fitted = time.perf_counter()
    validation, test = rank_targets(recommender, split.validation), rank_targets(recommender, split.test)
    _require_unchanged(recommender, recipe)
    record = Record(
        key=cell_key(cell, setting.dataset),
        recipe=recipe,
        deterministic=recommender.deterministic,
        validation=validation,
        test=test,
        curve=curve,
        seconds={"fit": round(fitted - started, 3), "score": round(time.perf_counter() - fitted, 3)},
        peak_memory_bytes=peak_memory(),
        parameters=number_of_parameters(recommender),
        environment=made_by,
        weights=weights,
    )
    return FinishedCell(record, None, None) if weights else FinishedCell(record, *_state_of(recommender))


def run_trial(cell: Cell, setting: TrialSetting, report: Callable[[Epoch], None]) -> Fitted:
    """Trains the cell in this process and ranks its validation targets.

    Raises:
        ScoreError: As `run_cell` has it.
        InputError: As `run_cell` has it.
    """
    recommender = build(cell.model, cell.dimension, cell.settings)
    curve = _fit(recommender, cell, setting.validation, setting.device, report)
    return Fitted(curve, validation_figures(rank_targets(recommender, setting.validation)))


def _restore(recommender: Recommender, cell: Cell, recipe: Recipe, setting: Setting) -> str | None:
    """Restores what the protocol ranks again and returns the sha256 of its weights; None where it is to be fitted."""
    base = find_protocol(setting.protocol).base
    if base is None or setting.trained is None or not isinstance(recommender, Restorable):
        return None
    key = cell_key(replace(cell, protocol=base), setting.dataset)
    return restore_trained(recommender, setting.split.train, key, recipe, setting.trained)


def _fit(
    recommender: Recommender, cell: Cell, validation: Holdout, device: str, report: Callable[[Epoch], None]
) -> list[Epoch]:
    """Fits the recommender to the validation targets' histories and returns its epochs."""
    curve: list[Epoch] = []

    def keep(epoch: Epoch) -> None:
        curve.append(_sound(epoch, len(curve) + 1, recommender.name))
        report(curve[-1])

    def validate() -> Mapping[str, float]:
        return validation_figures(rank_targets(recommender, validation))

    try:
        recommender.fit(validation.history, FitContext(cell.seed, device, validate, keep))
    except ScoreError as error:
        raise ScoreError(f"In epoch {len(curve) + 1}: {error}") from error
    return curve


def _require_unchanged(recommender: Recommender, recipe: Recipe) -> None:
    """Raises ScoreError if the recommender is no longer what its record would say."""
    if fault := declaration_fault(recommender):
        raise ScoreError(f"{recommender.name} {fault}.")
    for name, value in hyperparameters(recommender).items():
        if (before := recipe.hyperparameters[name]) != value:
            raise ScoreError(
                f"{recommender.name} changed its hyperparameter {name} from {before!r} to {value!r}: no record would "
                "say so, so keep what is learnt under other names."
            )


def _state_of(recommender: Recommender) -> tuple[State | None, str | None]:
    """The recommender's state, and what is wrong with it."""
    if not isinstance(recommender, Restorable):
        return None, None
    try:
        return plain_arrays(recommender.state()), None
    except Exception as error:
        return None, explain(error)


def explain(error: BaseException) -> str:
    """The error in a line of words: an exception itself may not survive the way between processes."""
    if isinstance(error, BenchError):
        return in_words(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    cause = f"{in_words(error)} ({Path(place.filename).name}, line {place.lineno})"
    if isinstance(error, MemoryError) or "allocate memory" in cause:  # torch has no type of its own for it
        return f"it needs more memory than there is: give a smaller dimension or batch ({cause})."
    return cause


def _sound(epoch: Epoch, number: int, model: str) -> Epoch:
    """The epoch in plain numbers, as a record can hold it."""
    try:
        loss, seconds = float(epoch.loss), float(epoch.seconds)
        validation = {name: float(epoch.validation[name]) for name in VALIDATION_METRICS}
    except (TypeError, ValueError, KeyError) as error:
        raise ScoreError(f"{model} reported {epoch}, in which numbers are missing ({error}).") from error
    if epoch.number != number or not all(math.isfinite(value) for value in (loss, seconds, *validation.values())):
        raise ScoreError(f"{model} reported {epoch}, which is not finite or not epoch {number}.")
    return Epoch(number, loss, validation, seconds)


def peak_memory() -> int:
    """The greatest resident size of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where getrusage would count what the parent had before this process began
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
