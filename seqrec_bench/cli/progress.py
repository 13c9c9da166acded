"""What a run shows of itself: live bars on a terminal, plain lines in a log."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Protocol

from rich.markup import escape
from rich.progress import Progress as Bars
from rich.progress import TaskID, TimeElapsedColumn

from seqrec_bench.cli.showing import SECONDS_BETWEEN_LINES, is_live, new_bars, print_line, say_left
from seqrec_bench.evaluation.metrics import TOO_GOOD, Metric, too_good, validation_figures
from seqrec_bench.evaluation.training_end import training_end
from seqrec_bench.experiments.processes import Lost, Progress
from seqrec_bench.experiments.saying import Doing, GoesOn, Remark
from seqrec_bench.experiments.time_left import TimeLeft
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import LockHolder, Record
from seqrec_bench.studies.cells import Cell

BesideEpochs = Lost | GoesOn | Remark
"""What may be reported of a cell that has started, but for its epochs."""

COLUMNS = ("{task.completed}/{task.total}", "{task.fields[note]}", TimeElapsedColumn())


class RunDisplay(Protocol):
    """Told of all that happens to the cells of a run, some of it from other threads."""

    def advanced(self, cell: Cell, progress: Progress) -> None:
        """The cell has started (None), there is news of it, or it was lost and will be started once more."""

    def ended(self, cell: Cell, outcome: Record | str) -> None:
        """The cell has a record, or has failed for the cause given."""

    def waits(self, cell: Cell, holder: LockHolder) -> None:
        """Only cells are left that are being run by others, as this one is."""


@contextmanager
def open_display(cells: Sequence[Cell], jobs: int) -> Iterator[RunDisplay]:
    """The display that fits standard error, for the cells about to be run."""
    if not is_live():
        yield LogDisplay(len(cells), TimeLeft(cells, jobs))
        return
    with new_bars(*COLUMNS) as bars:
        yield LiveDisplay(bars, cells, TimeLeft(cells, jobs))


class LogDisplay:
    """A line when a cell starts and ends, and in between no more often than every half minute."""

    def __init__(self, n_cells: int, time_left: TimeLeft) -> None:
        self._n_cells, self._n_ended, self._time_left = n_cells, 0, time_left
        self._last_line: dict[Cell, float] = {}
        self._lock = Lock()

    def advanced(self, cell: Cell, progress: Progress) -> None:
        with self._lock:
            if isinstance(progress, GoesOn):
                self._time_left.go_on(cell, progress.epoch)
            if isinstance(progress, BesideEpochs):
                print_line(say_news(str(cell), progress))
                return
            now = time.monotonic()
            if not isinstance(progress, Doing):
                self._time_left.advance(cell, progress.number if progress else 0, now)
            if progress is None or now - self._last_line[cell] >= SECONDS_BETWEEN_LINES:
                self._last_line[cell] = now
                print_line(f"{cell}: {_describe(progress, cell.selection)}")

    def ended(self, cell: Cell, outcome: Record | str) -> None:
        with self._lock:
            self._n_ended += 1
            self._time_left.end(cell, time.monotonic())
            left = _say_left(self._time_left)
            print_line(f"{cell}: {_conclude(outcome, cell.selection)} [{self._n_ended}/{self._n_cells} cells, {left}]")

    def waits(self, cell: Cell, holder: LockHolder) -> None:
        with self._lock:
            print_line(_say_waiting(cell, holder))


class LiveDisplay:
    """A bar for the run and one for each cell under way."""

    def __init__(self, bars: Bars, cells: Sequence[Cell], time_left: TimeLeft) -> None:
        self._progress, self._time_left = bars, time_left
        self._run = bars.add_task("cells", total=len(cells), note="")
        self._bars: dict[Cell, TaskID] = {}
        self._lock = Lock()

    def advanced(self, cell: Cell, progress: Progress) -> None:
        with self._lock:
            if isinstance(progress, GoesOn):
                self._time_left.go_on(cell, progress.epoch)
                self._progress.update(self._bars[cell], completed=progress.epoch)
            if isinstance(progress, BesideEpochs):
                print_above(self._progress, say_news(str(cell), progress))
                return
            if isinstance(progress, Doing):
                self._progress.update(self._bars[cell], note=as_note(progress))
                return
            self._time_left.advance(cell, progress.number if progress else 0, time.monotonic())
            self._progress.update(self._run, note=_say_left(self._time_left))
            if progress is None:
                if cell in self._bars:  # it was lost, and starts anew
                    self._progress.remove_task(self._bars[cell])
                total = self._time_left.n_epochs[cell]
                self._bars[cell] = self._progress.add_task(f"  {cell}", total=total, note="")
            else:
                self._progress.update(
                    self._bars[cell], completed=progress.number, note=say_validation(progress, cell.selection)
                )

    def ended(self, cell: Cell, outcome: Record | str) -> None:
        with self._lock:
            self._time_left.end(cell, time.monotonic())
            if cell in self._bars:
                self._progress.remove_task(self._bars.pop(cell))
            self._progress.update(self._run, advance=1, note=_say_left(self._time_left))
            print_above(self._progress, f"{cell}: {_conclude(outcome, cell.selection)}")

    def waits(self, cell: Cell, holder: LockHolder) -> None:
        with self._lock:
            print_above(self._progress, _say_waiting(cell, holder))


def print_above(bars: Bars, line: str) -> None:
    """Prints the line where bars are: they stay below it."""
    bars.console.print(line, markup=False, highlight=False)


def _say_left(time_left: TimeLeft) -> str:
    """Before every model has shown a pace, what those that have still take, if that is a minute at least."""
    now = time.monotonic()
    left, known = time_left.estimate(now), time_left.at_least(now)
    return f"at least {say_left(known)}" if left is None and known >= 60 else say_left(left)


def say_news(name: str, news: BesideEpochs) -> str:
    match news:
        case Lost(cause):
            return f"{name}: lost, and started once more: {cause}"
        case GoesOn(epoch):
            return f"{name}: going on from epoch {epoch}"
        case Remark(text):
            return f"{name}: {text}"


def _say_waiting(cell: Cell, holder: LockHolder) -> str:
    return f"{cell}: waiting for {holder}, which is running it"


def _describe(progress: Epoch | Doing | None, selection: Metric) -> str:
    if progress is None:
        return "started"
    if isinstance(progress, Doing):
        return progress.what
    of = f"epoch {progress.number}, loss {progress.loss:.4f}"
    return f"{of}, {say_validation(progress, selection)}, {progress.seconds:.1f} s"


def as_note(doing: Doing) -> str:
    """What stands behind a bar, whose text is a format of rich: square brackets would be read as markup."""
    return escape(doing.what)


def say_validation(epoch: Epoch, selection: Metric) -> str:
    return f"validation {selection} {epoch.validation[selection]:.4f}"


def _conclude(outcome: Record | str, selection: Metric) -> str:
    """Only validation figures: whoever tunes by watching must not see the test set."""
    if isinstance(outcome, str):
        return f"failed: {outcome}"
    figures = validation_figures(outcome.validation, selection)
    seconds = outcome.seconds["fit"] + outcome.seconds["score"]
    doubt = f" (in all metrics: {TOO_GOOD})" if too_good(figures.values()) else ""
    return f"done in {seconds:.0f} s, validation {selection} {figures[selection]:.4f}{doubt}{_say_last(outcome)}"


def _say_last(record: Record) -> str:
    """That a longer training might have been better, where it might."""
    end = training_end(record)
    if end is None or not end.is_best_at_last:
        return ""
    return f", best in epoch {end.best}, the last allowed: it may still have been learning ({end.setting})"
