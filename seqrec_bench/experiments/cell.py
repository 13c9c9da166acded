"""Running one cell: build the model, fit it, rank its targets, and put down everything about it."""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.data.split import Split, leave_one_out
from seqrec_bench.errors import ScoreError
from seqrec_bench.evaluation.metrics import validation_figures
from seqrec_bench.evaluation.ranking import PROTOCOL, rank_targets
from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.experiments.environment import environment
from seqrec_bench.experiments.suite import Cell
from seqrec_bench.recommender import Epoch, FitContext, Recommender
from seqrec_bench.records import CellKey, DatasetIdentity, Recipe, Record


@dataclass(frozen=True)
class Setting:
    """What the cells of one run have in common."""

    dataset: Dataset
    device: str


def cell_key(cell: Cell, dataset: Dataset) -> CellKey:
    return CellKey(dataset.name, PROTOCOL, cell.model, cell.variant, cell.dimension, cell.seed)


def cell_recipe(cell: Cell, dataset: Dataset) -> Recipe:
    """What a record of this cell must have been made by to be of use.

    Raises:
        InputError: The model or its settings are not what they have to be.
    """
    recommender = build(cell.model, cell.dimension, cell.settings)
    identity = DatasetIdentity(dataset.name, dataset.fingerprint, dataset.tags_fingerprint)
    return Recipe(identity, recommender.version, hyperparameters(recommender))


def run_cell(cell: Cell, setting: Setting, report: Callable[[Epoch], None]) -> Record:
    """Trains and tests the cell in this process and returns its record.

    Raises:
        ScoreError: The model's scores are not finite, or not scores; the message names the epoch.
        InputError: The model can't be run on these data.
    """
    recipe = cell_recipe(cell, setting.dataset)
    split = leave_one_out(setting.dataset.sequences)
    recommender = build(cell.model, cell.dimension, cell.settings)
    started = time.perf_counter()
    curve = _fit(recommender, cell, split, setting.device, report)
    fitted = time.perf_counter()
    validation, test = rank_targets(recommender, split.validation), rank_targets(recommender, split.test)
    return Record(
        key=cell_key(cell, setting.dataset),
        recipe=recipe,
        deterministic=recommender.deterministic,
        validation=validation,
        test=test,
        curve=curve,
        seconds={"fit": round(fitted - started, 3), "score": round(time.perf_counter() - fitted, 3)},
        peak_memory_bytes=_peak_memory(),
        parameters=recommender.n_parameters,
        environment=environment(cell.model, setting.device, threads=1),
    )


def _fit(
    recommender: Recommender, cell: Cell, split: Split, device: str, report: Callable[[Epoch], None]
) -> list[Epoch]:
    """Fits the recommender and returns its epochs."""
    curve: list[Epoch] = []

    def keep(epoch: Epoch) -> None:
        curve.append(epoch)
        report(epoch)

    def validate() -> Mapping[str, float]:
        return validation_figures(rank_targets(recommender, split.validation))

    try:
        recommender.fit(split.train, FitContext(cell.seed, device, validate, keep))
    except ScoreError as error:
        raise ScoreError(f"In epoch {len(curve) + 1}: {error}") from error
    return curve


def _peak_memory() -> int:
    """The greatest resident size of this process so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts kibibytes
