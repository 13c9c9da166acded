"""What recommenders share whose net only looks back: how they score and are kept, and how most of them take a step.

Shapes: B pieces of sequences, L places each, T of all places that hold an item, d the dimension, N items. Pieces are
filled with padding on the right.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.training.item_losses import ItemLoss
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.samples import Samples, shift_left
from seqrec_baselines.training.steps import descend
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array


class CausalNet(nn.Module):
    """Gives each place a vector, which depends on its item and those before it in its row, and scores items by it."""

    item: nn.Embedding

    def forward(self, items: Tensor, counts: Tensor) -> Tensor:
        """What each item and those before it in its row say of the next one.

        Args:
            items: (B, L), filled with padding on the right.
            counts: (B,) how many places of each row count, the first ones; at least one.

        Returns:
            (T, d), place by place in row order; T is the sum of the counts.
        """
        raise NotImplementedError

    def score_all(self, representation: Tensor) -> Tensor:
        """(T, d) -> (T, N); column v - 1 scores item v."""
        raise NotImplementedError


class CausalRecommender(NetRecommender):
    """How a recommender with such a net scores."""

    _net: CausalNet

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        """An empty history counts as one item with a zero vector."""
        self._net.eval()
        items, counts = shift_left(histories)
        counts = np.maximum(counts, 1)
        placed, numbers, last = self._tensors(items, counts, np.cumsum(counts) - 1)
        scores = self._net.score_all(self._net(placed, numbers)[last])  # (B, N)
        return functional.pad(scores, (1, 0)).cpu().numpy()


class ItemLossRecommender(CausalRecommender):
    """One that trains by an `ItemLoss`."""

    def _step(self, samples: Samples, item_loss: ItemLoss, optimizer: torch.optim.Optimizer) -> Tensor:
        """One update; returns the loss."""
        loss = self._loss(samples, item_loss)
        descend(self._net, optimizer, loss)
        return loss.detach()

    def _loss(self, samples: Samples, item_loss: ItemLoss) -> Tensor:
        """Mean over the targets."""
        items, numbers = self._tensors(samples.inputs, (samples.targets != PADDING).sum(axis=1))
        return item_loss(samples, self._net(items, numbers), self._net.item.weight)
