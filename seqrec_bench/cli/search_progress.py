"""What a search shows of itself: a bar for each model on a terminal, a line for each trial in a log."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Protocol

from rich.progress import Progress as Bars

from seqrec_bench.cli.progress import COLUMNS, BesideEpochs, as_note, print_above, say_news, say_validation
from seqrec_bench.cli.showing import SECONDS_BETWEEN_LINES, is_live, new_bars, print_line, say_left
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.experiments.processes import Progress
from seqrec_bench.experiments.saying import Doing
from seqrec_bench.experiments.search import ModelSearch
from seqrec_bench.experiments.time_left import SearchTimeLeft
from seqrec_bench.recommender import Epoch
from seqrec_bench.records.search_log import Trial
from seqrec_bench.studies.cells import Cell
from seqrec_bench.text import one_line


class SearchDisplay(Protocol):
    """Told of all that happens to the trials of a search, some of it from other threads."""

    def advanced(self, cell: Cell, progress: Progress) -> None:
        """The trial has started (None), has ended an epoch, says what it does, or was lost and starts once more."""

    def ended(self, search: ModelSearch, trial: Trial) -> None:
        """The trial is in the log of its model."""


@contextmanager
def open_search_display(searches: Sequence[ModelSearch], jobs: int) -> Iterator[SearchDisplay]:
    """The display that fits standard error, for the searches as their logs have them."""
    n_waiting = {search.model: search.n_trials - len(search.trials) for search in searches}
    taken = {search.model: [trial.seconds for trial in search.trials] for search in searches}
    time_left = SearchTimeLeft(n_waiting, taken, jobs)
    if not is_live():
        yield LogSearch(searches, time_left)
        return
    with new_bars(*COLUMNS) as bars:
        yield LiveSearch(bars, searches, time_left)


class LogSearch:
    """A line when a trial ends, and of one that takes long, no more often than every half minute."""

    def __init__(self, searches: Sequence[ModelSearch], time_left: SearchTimeLeft) -> None:
        self._searches, self._time_left = searches, time_left
        self._last_line: dict[str, float] = {}
        self._lock = Lock()

    def advanced(self, cell: Cell, progress: Progress) -> None:
        with self._lock:
            if isinstance(progress, BesideEpochs):
                print_line(say_news(f"{cell.model} {cell.variant}", progress))
                return
            now = time.monotonic()
            if not isinstance(progress, Doing):
                self._time_left.advance(cell, progress.number if progress else 0, now)
            if progress is None:
                self._last_line[cell.model] = now
            elif now - self._last_line[cell.model] >= SECONDS_BETWEEN_LINES:
                self._last_line[cell.model] = now
                print_line(f"{cell.model} {cell.variant}: {self._describe(cell, progress)}")

    def _describe(self, cell: Cell, progress: Epoch | Doing) -> str:
        if isinstance(progress, Doing):
            return progress.what
        of = _say_epoch(progress.number, self._time_left.n_epochs(cell))
        return f"{of}, {say_validation(progress, cell.selection)}"

    def ended(self, search: ModelSearch, trial: Trial) -> None:
        with self._lock:
            now = time.monotonic()
            self._time_left.end(search.model, now)
            done = f"{_n_done(self._searches)}/{_n_trials(self._searches)} trials"
            print_line(f"{_say_trial(search, trial)} [{done}, {say_left(self._time_left.estimate(now))}]")


class LiveSearch:
    """A bar for the search and one for each model, with its best value and the trial under way."""

    def __init__(self, bars: Bars, searches: Sequence[ModelSearch], time_left: SearchTimeLeft) -> None:
        self._progress, self._searches, self._time_left = bars, searches, time_left
        self._lock = Lock()
        left = say_left(time_left.estimate(time.monotonic()))
        self._whole = bars.add_task("trials", total=_n_trials(searches), completed=_n_done(searches), note=left)
        self._best = {search.model: _say_best(search) for search in searches}
        self._bars = {
            search.model: bars.add_task(
                f"  {search.model}", total=search.n_trials, completed=len(search.trials), note=self._best[search.model]
            )
            for search in searches
        }

    def advanced(self, cell: Cell, progress: Progress) -> None:
        with self._lock:
            if isinstance(progress, BesideEpochs):
                print_above(self._progress, say_news(f"{cell.model} {cell.variant}", progress))
                return
            if isinstance(progress, Doing):
                running = f"{cell.variant}: {as_note(progress)}"
                self._progress.update(self._bars[cell.model], note=f"{self._best[cell.model]}, {running}")
                return
            number = progress.number if progress else 0
            self._time_left.advance(cell, number, time.monotonic())
            of = _say_epoch(number, self._time_left.n_epochs(cell))
            running = f"{cell.variant}: {of if number else 'started'}"
            self._progress.update(self._bars[cell.model], note=f"{self._best[cell.model]}, {running}")
            self._show_left()

    def ended(self, search: ModelSearch, trial: Trial) -> None:
        with self._lock:
            self._time_left.end(search.model, time.monotonic())
            self._best[search.model] = _say_best(search)
            self._progress.update(self._bars[search.model], advance=1, note=self._best[search.model])
            self._progress.update(self._whole, advance=1)
            self._show_left()
            print_above(self._progress, _say_trial(search, trial))

    def _show_left(self) -> None:
        self._progress.update(self._whole, note=say_left(self._time_left.estimate(time.monotonic())))


def say_settings(settings: Mapping[str, Value]) -> str:
    return one_line(" ".join(f"{key}={value}" for key, value in settings.items()))


def _n_trials(searches: Sequence[ModelSearch]) -> int:
    return sum(search.n_trials for search in searches)


def _n_done(searches: Sequence[ModelSearch]) -> int:
    return sum(len(search.trials) for search in searches)


def _say_epoch(number: int, n_epochs: int | None) -> str:
    return f"epoch {number}" if n_epochs is None else f"epoch {number}/{n_epochs}"


def _say_best(search: ModelSearch) -> str:
    return "none sound yet" if search.best is None else f"best {search.selection} {search.best.value:.4f}"


def _say_trial(search: ModelSearch, trial: Trial) -> str:
    place = f"{search.model} {trial.number}/{search.n_trials} ({say_settings(trial.settings)})"
    outcome = f"failed: {trial.failure}" if trial.value is None else f"{search.selection} {trial.value:.4f}"
    last = ", the last allowed" if trial.is_best_at_last else ""
    epoch = "" if trial.epoch is None else f" in epoch {trial.epoch}{last}"
    return f"{place}: {outcome}{epoch}, {trial.seconds:.0f} s"
