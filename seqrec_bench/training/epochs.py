"""The epoch loop: train, validate, report, and end with the weights of the best epoch."""

import math
import time
from collections.abc import Callable

import torch

from seqrec_bench.errors import ScoreError
from seqrec_bench.recommender import SELECTION_METRIC, Epoch, FitContext


def fit_epochs(
    net: torch.nn.Module, n_epochs: int, patience: int | None, train_epoch: Callable[[], float], context: FitContext
) -> None:
    """Runs up to `n_epochs` epochs; afterwards `net` has the weights after which validation NDCG@50 was greatest.

    Args:
        patience: Ends after so many epochs in a row without a greater validation NDCG@50; None to run them all.
        train_epoch: Trains the net for one pass over the data and returns the mean loss.

    Raises:
        ScoreError: The loss of an epoch is NaN or infinite.
    """
    best, best_number, best_weights = -math.inf, 0, None
    for number in range(1, n_epochs + 1):
        started = time.perf_counter()
        net.train()
        loss = train_epoch()
        seconds = time.perf_counter() - started
        if not math.isfinite(loss):
            raise ScoreError(f"The training loss became {loss} in epoch {number}: try a smaller learning rate.")
        net.eval()
        validation = context.validate()
        context.report(Epoch(number, loss, validation, seconds))
        if validation[SELECTION_METRIC] > best:
            best, best_number = validation[SELECTION_METRIC], number
            best_weights = {name: value.clone() for name, value in net.state_dict().items()}
        if patience is not None and number - best_number >= patience:
            break
    if best_weights is not None:
        net.load_state_dict(best_weights)
