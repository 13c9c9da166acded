"""Searching: as many trials of every model, chosen and judged on validation alone; no test target is ever ranked."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from seqrec_bench.data.dataset import Dataset
from seqrec_bench.errors import InputError, in_words
from seqrec_bench.evaluation.metrics import USUAL_SELECTION, Metric
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.evaluation.registry import absent_hyperparameters, build, has_dimension, hyperparameters, load
from seqrec_bench.experiments.cell import Fitted
from seqrec_bench.experiments.environment import environment
from seqrec_bench.experiments.sampler import next_settings
from seqrec_bench.experiments.search_file import ModelSpace, Search, Settings
from seqrec_bench.records.search_log import SearchLog, Trial, best_trial, encode_curve
from seqrec_bench.studies.cells import Cell


class Executor(Protocol):
    """Where trials are run: `concurrent.futures`, in short."""

    def submit(self, cell: Cell) -> Future[Fitted]: ...

    def shutdown(self) -> None: ...


class ModelSearch:
    """The search of one model: what was tried of it, and what comes next."""

    def __init__(
        self,
        search: Search,
        space: ModelSpace,
        dataset: Dataset,
        device: str,
        folder: Path,
        protocol: str = LOO_FULL,
        selection: Metric = USUAL_SELECTION,
    ) -> None:
        """Reads the model's log, if there is one.

        Args:
            dataset: Arranged as the protocol has it.
            folder: Where the logs of this search are, one file a model.
            selection: The validation metric that chooses.

        Raises:
            InputError: The log was made otherwise, or has more trials than this search.
        """
        self.model, self.selection, self.n_combinations = space.model, selection, space.n_combinations
        self.n_trials = min(search.n_trials, space.n_combinations)
        self._space, self._seed = space, search.seed
        self._dimension = search.dimension if has_dimension(load(space.model)) else 0
        self._log = SearchLog(
            folder / f"{space.model}.jsonl",
            _conditions(search, space, dataset, device, protocol, selection),
            absent_hyperparameters(load(space.model)),
        )
        if len(self.trials) > self.n_trials:
            raise InputError(
                f"{self._log.path} has {len(self.trials)} trials, and the search {search.name} is of {self.n_trials}: "
                "raise its trials, or move that file away to search anew."
            )

    @property
    def trials(self) -> Sequence[Trial]:
        return self._log.trials

    @property
    def best(self) -> Trial | None:
        """The one whose settings are chosen; None if all failed."""
        return best_trial(self.trials)

    @property
    def is_over(self) -> bool:
        return len(self.trials) == self.n_trials

    def next_settings(self) -> Settings:
        """What the next trial sets of what is searched."""
        sign = self.selection.sign
        tried = [(trial.settings, None if trial.value is None else sign * trial.value) for trial in self.trials]
        return next_settings(self._space.space, tried, self._seed)

    def cell(self, settings: Settings) -> Cell:
        """The cell of the next trial."""
        chosen = {**self._space.fixed, **settings}
        return Cell(
            self.model, f"trial-{len(self.trials) + 1}", self._dimension, self._seed, chosen, selection=self.selection
        )

    def add(self, trial: Trial) -> None:
        self._log.append(trial)


@dataclass(frozen=True)
class _Started:
    search: ModelSearch
    settings: Settings
    environment: Mapping[str, Any]
    seconds: float
    """By the monotonic clock."""


def run_searches(
    searches: Sequence[ModelSearch],
    executor: Executor,
    jobs: int,
    device: str,
    ended: Callable[[ModelSearch, Trial], None],
) -> None:
    """Runs every search to its end; each trial is in its log as soon as it is done, and a failed one counts too.

    A model's trials follow one another. Where there are fewer processes than models, those that come first in
    `searches` come first.

    Args:
        jobs: How many trials run side by side.
        ended: Called after each trial.
    """
    running: dict[Future[Fitted], _Started] = {}
    try:
        while True:
            busy = {started.search.model for started in running.values()}
            waiting = [search for search in searches if not search.is_over and search.model not in busy]
            for search in waiting[: jobs - len(running)]:
                settings = search.next_settings()
                future = executor.submit(search.cell(settings))
                running[future] = _Started(search, settings, _environment(search.model, device), time.monotonic())
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                started = running.pop(future)
                trial = _trial(started, future)
                started.search.add(trial)
                ended(started.search, started.search.trials[-1])
    finally:
        executor.shutdown()


def _environment(model: str, device: str) -> dict[str, Any]:
    """What makes a trial's numbers: the process that trains has one thread, and optuna chose the settings."""
    found = environment(model, device)
    return {**found, "packages": {**found["packages"], "optuna": version("optuna")}, "threads": 1}


def _trial(started: _Started, future: Future[Fitted]) -> Trial:
    """What is to be logged of a trial that is over."""
    fitted, failure = None, None
    if error := future.exception():
        failure = in_words(error)
    else:
        fitted = future.result()
    chose = started.search.selection
    curve = encode_curve(fitted.curve, chose) if fitted else []
    best = max(curve, key=lambda epoch: chose.sign * epoch[chose], default=None)
    return Trial(
        number=len(started.search.trials) + 1,
        settings=started.settings,
        value=fitted.validation[chose] if fitted else None,
        epoch=int(best["epoch"]) if best else None,
        failure=failure,
        seconds=time.monotonic() - started.seconds,
        environment=started.environment,
        curve=curve,
        selection=chose,
        lower_is_better=chose.sign < 0,
    )


def _conditions(
    search: Search, space: ModelSpace, dataset: Dataset, device: str, protocol: str, selection: Metric
) -> dict[str, Any]:
    """What all trials of a model have in common: with other conditions, a log is of another search."""
    start = {key: values[0] for key, values in space.space.items()}
    recommender = build(space.model, search.dimension, {**space.fixed, **start})
    others = {key: value for key, value in hyperparameters(recommender).items() if key not in start}
    return {
        "model": space.model,
        "version": recommender.version,
        "protocol": protocol,
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "tags_fingerprint": dataset.tags_fingerprint,
        "device": device,
        "seed": search.seed,
        "space": {key: list(values) for key, values in space.space.items()},
        "fixed": others,
        "selection": selection,
        "lower_is_better": selection.sign < 0,
    }
