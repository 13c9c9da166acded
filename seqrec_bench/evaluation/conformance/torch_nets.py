"""What can be seen of a PyTorch net's faults from outside, without importing torch: to name a cause, not to judge."""

import sys
from collections.abc import Iterator
from typing import Any

from seqrec_bench.recommender import PADDING, Recommender


def net_in_training_mode(recommender: Recommender) -> str | None:
    """The attribute that holds a net in training mode; None where there is none."""
    return next((name for name, net in _nets(recommender) if net.training), None)


def moved_padding(recommender: Recommender, n_items: int) -> str | None:
    """Weights with a row for each item and the padding item, whose own row is not zero; None where there are none."""
    for attribute, net in _nets(recommender):
        for name, weights in net.named_parameters():
            if weights.dim() == 2 and len(weights) == n_items + 1 and bool((weights[PADDING] != 0).any()):
                return f"{attribute}.{name}"
    return None


def _nets(recommender: Recommender) -> Iterator[tuple[str, Any]]:
    """The modules among the recommender's attributes, by name."""
    if torch := sys.modules.get("torch"):
        for name, value in getattr(recommender, "__dict__", {}).items():
            if isinstance(value, torch.nn.Module):
                yield name, value
