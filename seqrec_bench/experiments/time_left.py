"""How long a run still takes, judged by its own cells so far."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.experiments.suite import Cell


@dataclass
class _Running:
    started: float
    epoch: int = 0
    seconds: float = 0.0
    """From the start to the end of that epoch."""


class TimeLeft:
    """Estimates from the finished cells of a model, or from the pace of its first one; clocks are in seconds."""

    def __init__(self, cells: Sequence[Cell], jobs: int) -> None:
        self._waiting = dict.fromkeys(cells)
        self._n_waiting = Counter(cell.model for cell in cells)
        self._jobs = jobs
        self.n_epochs = {cell: _n_epochs(cell) for cell in cells}
        """How many epochs each cell has at most; None where its model does not say."""
        self._running: dict[Cell, _Running] = {}
        self._taken: dict[str, list[float]] = {}
        """Seconds that finished cells took, by model."""

    def advance(self, cell: Cell, epoch: int, now: float) -> None:
        """Notes that the cell has started (epoch 0) or ended an epoch."""
        self._start(cell)
        if epoch == 0:  # perhaps anew, on another machine
            self._running[cell] = _Running(now)
            return
        running = self._running[cell]
        running.epoch, running.seconds = epoch, now - running.started

    def end(self, cell: Cell, now: float) -> None:
        """Notes that the cell has ended."""
        self._start(cell)
        if running := self._running.pop(cell, None):
            self._taken.setdefault(cell.model, []).append(now - running.started)

    def estimate(self, now: float) -> float | None:
        """Seconds until the last cell ends, were all processes always busy; None while a model has shown no pace."""
        paces = {model: self._whole(model) for model in {*self._n_waiting, *(cell.model for cell in self._running)}}
        if any(pace is None for pace in paces.values()):
            return None
        if not paces:
            return 0.0
        waiting = sum((paces[model] or 0) * n_cells for model, n_cells in self._n_waiting.items())
        under_way = [max(0.0, (paces[cell.model] or 0) - (now - run.started)) for cell, run in self._running.items()]
        return max([(waiting + sum(under_way)) / self._jobs, *under_way])

    def _start(self, cell: Cell) -> None:
        """Takes the cell from those that wait, if it still is among them."""
        if cell in self._waiting:
            del self._waiting[cell]
            self._n_waiting -= Counter([cell.model])

    def _whole(self, model: str) -> float | None:
        """Seconds that a cell of the model takes from start to end."""
        if taken := self._taken.get(model):
            return fmean(taken)
        for cell, run in self._running.items():
            total = self.n_epochs[cell]
            if cell.model == model and run.epoch and total:
                return run.seconds * total / run.epoch
        return None


def _n_epochs(cell: Cell) -> int | None:
    """The cell's epochs by its model's field `epochs`."""
    found = hyperparameters(build(cell.model, cell.dimension, cell.settings)).get("epochs")
    return found if isinstance(found, int) else None
