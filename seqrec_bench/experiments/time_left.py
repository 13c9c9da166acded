"""How long a run still takes, judged by its own cells so far."""

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
        self._jobs = jobs
        self.n_epochs = {cell: _n_epochs(cell) for cell in cells}
        """How many epochs each cell has at most; None where its model does not say."""
        self._running: dict[Cell, _Running] = {}
        self._taken: dict[str, list[float]] = {}
        """Seconds that finished cells took, by model."""

    def advance(self, cell: Cell, epoch: int, now: float) -> None:
        """Notes that the cell has started (epoch 0) or ended an epoch."""
        self._waiting.pop(cell, None)
        running = self._running.setdefault(cell, _Running(now))
        running.epoch, running.seconds = epoch, now - running.started

    def end(self, cell: Cell, now: float) -> None:
        """Notes that the cell has ended."""
        self._waiting.pop(cell, None)
        if running := self._running.pop(cell, None):
            self._taken.setdefault(cell.model, []).append(now - running.started)

    def estimate(self, now: float) -> float | None:
        """Seconds until the last cell ends, were all processes always busy; None while a model has shown no pace."""
        paces = {cell: self._whole(cell) for cell in (*self._waiting, *self._running)}
        if any(pace is None for pace in paces.values()):
            return None
        if not paces:
            return 0.0
        waiting = sum(paces[cell] or 0 for cell in self._waiting)
        under_way = [max(0.0, (paces[cell] or 0) - (now - run.started)) for cell, run in self._running.items()]
        return max([(waiting + sum(under_way)) / self._jobs, *under_way])

    def _whole(self, cell: Cell) -> float | None:
        """Seconds that a cell takes from start to end."""
        if taken := self._taken.get(cell.model):
            return fmean(taken)
        for other, run in self._running.items():
            total = self.n_epochs[other]
            if other.model == cell.model and run.epoch and total:
                return run.seconds * total / run.epoch
        return None


def _n_epochs(cell: Cell) -> int | None:
    """The cell's epochs by its model's field `epochs`."""
    found = hyperparameters(build(cell.model, cell.dimension, cell.settings)).get("epochs")
    return found if isinstance(found, int) else None
