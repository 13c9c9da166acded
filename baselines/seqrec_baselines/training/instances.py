"""Epochs over instances: windows of inputs and targets, each epoch in another order and with negatives drawn anew."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from seqrec_baselines.training.epochs import mean_loss
from seqrec_baselines.training.negatives import UnseenItems
from seqrec_baselines.training.samples import instances
from seqrec_bench.recommender import Sequences

Step = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Trains on some instances, (B,) users, (B, L + T) windows and (B, N) negatives; returns their loss, ()."""


def instance_epochs(
    train: Sequences,
    device: str,
    step: Step,
    rng: np.random.Generator,
    *,
    length: int,
    n_targets: int,
    n_negatives: int,
    batch_size: int,
) -> Callable[[], float]:
    """What trains for one epoch, as `fit_epochs` takes it.

    Args:
        device: Where the step gets its tensors.
        rng: Decides the orders and negatives of all epochs.
        length: L, the inputs of an instance.
        n_targets: T.
        n_negatives: N, of an instance: items that the user has not.
        batch_size: Instances of a step; the last one may have fewer.
    """
    user_of, windows = instances(train, length, n_targets)
    unseen = UnseenItems(train)

    def train_epoch() -> float:
        order = rng.permutation(len(user_of))
        negatives = unseen.draw(user_of[order], n_negatives, rng)
        drawn = [torch.from_numpy(array).to(device) for array in (user_of[order], windows[order], negatives)]
        batches = zip(*(tensor.split(batch_size) for tensor in drawn), strict=True)
        return mean_loss(step(users, pieces, others) for users, pieces, others in batches)

    return train_epoch
