"""The epoch loop: train, validate, report, and end with the weights of the best epoch."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor

from seqrec_baselines.training.checkpoints import RESUMABLE, Moving, Parts, checkpoint_of, put_back
from seqrec_bench.errors import ScoreError
from seqrec_bench.recommender import Epoch, FitContext

DIVERGED = 10_000.0
"""No mean loss of a target gets here: to know nothing costs 21 nats in a catalogue of a billion items."""

_PIECE = 4096
"""How many steps' losses are kept in one tensor."""


def fit_epochs(
    net: torch.nn.Module,
    n_epochs: int,
    train_epoch: Callable[[], float],
    context: FitContext,
    *,
    moving: Sequence[Moving],
    patience: int = 0,
    averaging: float = 0.0,
) -> None:
    """Runs up to `n_epochs` epochs; afterwards `net` has the weights that were best by the metric that chooses.

    Where the context has a checkpoint of such a training, it goes on after that one's last epoch, and ends as if
    nothing had come between.

    Args:
        train_epoch: Trains the net for one pass over the data and returns the mean loss. Beside the net, `moving` and
            torch's random state, nothing may pass from one epoch to the next.
        moving: All that an epoch changes beside the net: optimisers, schedules, and NumPy generators.
        patience: Ends after so many epochs in a row without a better figure of that metric; 0 to run them all.
        averaging: Where it is above 0, what is validated and kept are not an epoch's weights themselves, but their
            exponential moving average with this decay over the epochs so far. Training goes on from the weights.

    Raises:
        ScoreError: The loss of an epoch is NaN, infinite, or so great that the training has diverged.
        InputError: The context's checkpoint is not one of such a training.
    """
    best, average = _Best(), _MovingAverage(averaging) if averaging else None
    parts: Parts = {"net": [net], "best": [best], "average": [average] if average else [], "moving": moving}
    device, number = torch.device(context.device), 0
    if context.resume is not None:
        number = put_back(context.resume, parts, device)
    while number < n_epochs and not (patience and number - best.number >= patience):
        number += 1
        started = time.perf_counter()
        net.train()
        loss = train_epoch()
        seconds = time.perf_counter() - started
        if not abs(loss) <= DIVERGED:
            raise ScoreError(
                f"The training diverged, its loss became {loss:.3g} in epoch {number}: try a smaller learning rate."
            )
        net.eval()
        with _averaged(net, average):
            validation = context.validate()
            best.consider(number, context.merit(validation), net)
        context.report(Epoch(number, loss, validation, seconds))
        if device.type in RESUMABLE:
            context.keep(partial(checkpoint_of, parts, device, number))
    if best.weights is not None:
        net.load_state_dict(best.weights)


def mean_loss(losses: Iterable[Tensor]) -> float:
    """Mean of the losses of an epoch's steps, which are taken one by one: () each.

    Each is copied out of its own tensor: kept to the end of a long epoch, these little ones would stand between the
    large temporaries of the steps and keep their memory from being used again.
    """
    pieces: list[Tensor] = []
    count = 0
    for loss in losses:
        if count % _PIECE == 0:
            pieces.append(loss.new_empty(_PIECE))
        pieces[-1][count % _PIECE] = loss
        count += 1
    return torch.cat(pieces)[:count].mean().item()


class _Best:
    """The best epoch so far."""

    def __init__(self) -> None:
        self.number = 0
        self.weights: dict[str, Tensor] | None = None
        self._merit = -math.inf

    def consider(self, number: int, merit: float, net: torch.nn.Module) -> None:
        """The net as it is now, after the epoch of that number."""
        if merit > self._merit:
            self._merit, self.number, self.weights = merit, number, _copy_of_weights(net)

    def state_dict(self) -> dict[str, Any]:
        return {"number": self.number, "weights": self.weights, "merit": self._merit if self.number else None}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.number, self.weights = state["number"], state["weights"]
        self._merit = state["merit"] if self.number else -math.inf


class _MovingAverage:
    """sum over epochs e = 1..E of decay^(E - e) w_e, divided by the sum of these factors."""

    def __init__(self, decay: float) -> None:
        self._decay = decay
        self._sum: dict[str, Tensor] = {}
        self._factors = 0.0

    def update(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Takes the weights of one more epoch; returns the average."""
        self._factors = self._decay * self._factors + 1
        self._sum = {
            name: value + self._decay * self._sum[name].to(value.device) if name in self._sum else value.clone()
            for name, value in weights.items()
        }
        return {name: value / self._factors for name, value in self._sum.items()}

    def state_dict(self) -> dict[str, Any]:
        return {"sum": self._sum, "factors": self._factors}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._sum, self._factors = state["sum"], state["factors"]


@contextmanager
def _averaged(net: torch.nn.Module, average: _MovingAverage | None) -> Iterator[None]:
    """Inside, the net has the average of its weights after this epoch; without an average, it is left as it is."""
    if average is None:
        yield
        return
    trained = _copy_of_weights(net)
    net.load_state_dict(average.update(trained))
    yield
    net.load_state_dict(trained)


def _copy_of_weights(net: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in net.state_dict().items()}
