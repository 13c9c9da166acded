"""What peers' scripts share. It runs inside the peers' environments, and knows neither this bench nor a peer."""

import copy
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

CUT_OFF = 50

Scores = npt.NDArray[np.float32]
"""(n_users, n_items + 1) what each user's items are scored; the columns are the items' numbers, and 0 is no item."""


def read_sequences(request: dict[str, Any]) -> list[list[int]]:
    """Each user's items by number, the earliest first; the last two are the targets of validation and test."""
    lines = Path(request["sequences"]).read_text(encoding="utf-8").splitlines()
    return [[int(item) for item in line.split()] for line in lines]


def pieces(items: list[int], length: int) -> Iterator[list[int]]:
    """Cut from the end into pieces of `length` inputs and as many targets: neighbours share an item."""
    end = len(items)
    while end > 1:
        yield items[max(0, end - length - 1) : end]
        end -= length


def train_by_patience(
    request: dict[str, Any],
    net: torch.nn.Module,
    train_epoch: Callable[[], object],
    scores_of: Callable[[str], Scores],
) -> dict[str, Any]:
    """Trains until patience ends and writes the best epoch's scores; returns each epoch's figure and what it took.

    Epochs are chosen as this bench chooses them.

    Args:
        scores_of: What the net, as it is now, scores for the validation or the test.
    """
    sequences = read_sequences(request)
    started, started_cpu = time.perf_counter(), time.process_time()
    figures: list[float] = []
    best, state = -1, net.state_dict()
    while len(figures) < request["epochs"] and len(figures) - 1 - best < request["patience"]:
        train_epoch()
        figures.append(ndcg(scores_of("validation"), sequences, 2))
        if best < 0 or figures[-1] > figures[best]:
            best, state = len(figures) - 1, copy.deepcopy(net.state_dict())
    seconds = {"fit": time.perf_counter() - started, "fit_cpu": time.process_time() - started_cpu}
    net.load_state_dict(state)
    np.savez(request["scores"], validation=scores_of("validation"), test=scores_of("test"))
    return {"figures": figures, "seconds": seconds}


def ndcg(scores: Scores, sequences: list[list[int]], held_out: int) -> float:
    """NDCG of the item that is so many places from the end, among those that the user has not had before."""
    gains = []
    for row, items in zip(scores, sequences, strict=True):
        target = items[-held_out]
        others = np.delete(row, [*items[:-held_out], 0])
        rank = np.count_nonzero(others > row[target]) + 1
        gains.append(1 / np.log2(rank + 1) if rank <= CUT_OFF else 0.0)
    return float(np.mean(gains))
