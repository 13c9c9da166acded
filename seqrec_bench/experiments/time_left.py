"""How long a run or a search still takes, judged by its own cells so far. Clocks are in seconds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapreplace
from statistics import fmean

from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.studies.cells import Cell


@dataclass
class _Running:
    started: float
    epoch: int = 0
    seconds: float = 0.0
    """From the start to the end of that epoch."""
    before: int = 0
    """The epochs that an earlier sitting had done."""


class _Paces:
    """What cells of each model take: the mean of those that have ended or, before that, the pace of the first one."""

    def __init__(self, taken: Mapping[str, Sequence[float]]) -> None:
        self._taken = {model: list(seconds) for model, seconds in taken.items()}
        """Seconds that finished cells took, by model."""
        self._n_epochs: dict[Cell, int | None] = {}
        self.running: dict[Cell, _Running] = {}

    def n_epochs(self, cell: Cell) -> int | None:
        """How many epochs the cell has at most; None where its model does not say."""
        if cell not in self._n_epochs:
            self._n_epochs[cell] = _n_epochs(cell)
        return self._n_epochs[cell]

    def advance(self, cell: Cell, epoch: int, now: float) -> None:
        """Notes that the cell has started (epoch 0), perhaps anew on another machine, or ended an epoch."""
        if epoch == 0:
            self.running[cell] = _Running(now)
            return
        running = self.running[cell]
        running.epoch, running.seconds = epoch, now - running.started
        if epoch <= running.before:  # it has begun anew after all
            running.before = 0

    def go_on(self, cell: Cell, epoch: int) -> None:
        """Notes that the cell, which has just started, goes on after an epoch of an earlier sitting."""
        self.running[cell].before = self.running[cell].epoch = epoch

    def end(self, cell: Cell, now: float) -> None:
        """Notes that the cell has ended."""
        running = self.running.pop(cell, None)
        if running and running.epoch > running.before:
            share = 1 - running.before / running.epoch
            self._taken.setdefault(cell.model, []).append((now - running.started) / share)
        elif running and not running.before:
            self._taken.setdefault(cell.model, []).append(now - running.started)

    def whole(self, model: str) -> float | None:
        """Seconds that a cell of the model takes from start to end; None while it has shown no pace."""
        if taken := self._taken.get(model):
            return fmean(taken)
        for cell, run in self.running.items():
            total = self.n_epochs(cell)
            if cell.model == model and run.epoch > run.before and total:
                return run.seconds * total / (run.epoch - run.before)
        return None

    def under_way(self, now: float) -> dict[Cell, float]:
        """Seconds that each cell under way still takes, where its model's pace is known."""
        return {
            cell: max(0.0, (self.whole(cell.model) or 0) * self._share_to_do(cell) - (now - run.started))
            for cell, run in self.running.items()
        }

    def _share_to_do(self, cell: Cell) -> float:
        """Of the cell under way, what was left to do at its start here."""
        total = self.n_epochs(cell)
        return 1 - self.running[cell].before / total if total else 1.0


class TimeLeft:
    """Of a run: its cells are known, and each process takes the next one."""

    def __init__(self, cells: Sequence[Cell], jobs: int) -> None:
        self._waiting = dict.fromkeys(cells)
        self._n_waiting = Counter(cell.model for cell in cells)
        self._jobs = jobs
        self._paces = _Paces({})
        self.n_epochs = {cell: self._paces.n_epochs(cell) for cell in cells}
        """How many epochs each cell has at most; None where its model does not say."""

    def advance(self, cell: Cell, epoch: int, now: float) -> None:
        """Notes that the cell has started (epoch 0) or ended an epoch."""
        self._start(cell)
        self._paces.advance(cell, epoch, now)

    def go_on(self, cell: Cell, epoch: int) -> None:
        """Notes that the cell, which has just started, goes on after an epoch of an earlier sitting."""
        self._paces.go_on(cell, epoch)

    def end(self, cell: Cell, now: float) -> None:
        """Notes that the cell has ended."""
        self._start(cell)
        self._paces.end(cell, now)

    def estimate(self, now: float) -> float | None:
        """Seconds until the last cell ends, were all processes always busy; None while a model has shown no pace."""
        models = {*self._n_waiting, *(cell.model for cell in self._paces.running)}
        return None if any(self._paces.whole(model) is None for model in models) else self.at_least(now)

    def at_least(self, now: float) -> float:
        """The same of the cells alone whose models have shown a pace."""
        waiting = sum((self._paces.whole(model) or 0) * n_cells for model, n_cells in self._n_waiting.items())
        under_way = self._paces.under_way(now).values()
        return max([(waiting + sum(under_way)) / self._jobs, *under_way])

    def _start(self, cell: Cell) -> None:
        """Takes the cell from those that wait, if it still is among them."""
        if cell in self._waiting:
            del self._waiting[cell]
            self._n_waiting -= Counter([cell.model])


class SearchTimeLeft:
    """Of a search: a model's trials follow one another, and models that come first have the processes first."""

    def __init__(self, n_waiting: Mapping[str, int], taken: Mapping[str, Sequence[float]], jobs: int) -> None:
        """Begins with what is logged already.

        Args:
            n_waiting: By model, in their order, the number of trials to come.
            taken: By model, the seconds of those that are done.
        """
        self._n_waiting, self._jobs = dict(n_waiting), jobs
        self._paces = _Paces(taken)

    def n_epochs(self, cell: Cell) -> int | None:
        """How many epochs the trial has at most; None where its model does not say."""
        return self._paces.n_epochs(cell)

    def advance(self, cell: Cell, epoch: int, now: float) -> None:
        """Notes that the trial has started (epoch 0), perhaps anew, or ended an epoch."""
        self._n_waiting[cell.model] -= cell not in self._paces.running
        self._paces.advance(cell, epoch, now)

    def end(self, model: str, now: float) -> None:
        """Notes that the model's trial has ended; one that never started has too."""
        cell = next((cell for cell in self._paces.running if cell.model == model), None)
        if cell is None:
            self._n_waiting[model] -= 1
        else:
            self._paces.end(cell, now)

    def estimate(self, now: float) -> float | None:
        """Seconds until the last trial ends; None while a model that has trials to come has shown no pace."""
        under_way = {cell.model: seconds for cell, seconds in self._paces.under_way(now).items()}
        free = [0.0] * self._jobs  # when each process is, a heap
        for model, n_waiting in self._n_waiting.items():
            if n_waiting or model in under_way:
                pace = self._paces.whole(model)
                if pace is None:
                    return None
                heapreplace(free, free[0] + n_waiting * pace + under_way.get(model, 0.0))
        return max(free)


def _n_epochs(cell: Cell) -> int | None:
    """The cell's epochs by its model's field `epochs`."""
    found = hyperparameters(build(cell.model, cell.dimension, cell.settings)).get("epochs")
    return found if isinstance(found, int) else None
