"""What recommenders share whose net only looks back: how they score and are kept, and how most of them take a step.

Shapes: B pieces of sequences, L places each, T of all places that hold an item, d the dimension, N items. Pieces are
filled with padding on the right.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.training.epochs import mean_loss
from seqrec_baselines.training.item_losses import ItemLoss
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.samples import Samples, cut_windows, shift_left
from seqrec_baselines.training.seeding import seeded
from seqrec_baselines.training.steps import descend
from seqrec_bench.recommender import PADDING, FitContext, Float32Array, Int64Array, Sequences


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
    """One that trains by an `ItemLoss` at the places of pieces of sequences, with Adam."""

    history_length: int
    batch_size: int
    """Pieces in a step."""
    learning_rate: float

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = self._new_net(train).to(context.device)
            optimizer = torch.optim.Adam(self._net.parameters(), lr=self.learning_rate, betas=(0.9, 0.98), fused=True)
            rng = np.random.default_rng(context.seed)
            item_loss = self._new_loss(train, rng)

            def train_epoch() -> float:
                pieces = self._pieces(train, self.history_length, self.batch_size * self.history_length, rng)
                return mean_loss(self._step(samples, item_loss, optimizer) for samples in pieces)

            self._fit_epochs(train_epoch, context, optimizer, rng)

    def _new_net(self, train: Sequences) -> CausalNet:
        raise NotImplementedError

    def _new_loss(self, train: Sequences, rng: np.random.Generator) -> ItemLoss:
        raise NotImplementedError

    def _pieces(self, train: Sequences, length: int, batch_size: int, rng: np.random.Generator) -> Iterator[Samples]:
        """An epoch's samples, as `cut_windows` yields them."""
        return cut_windows(train, length, batch_size, rng)

    def _step(self, samples: Samples, item_loss: ItemLoss, optimizer: torch.optim.Optimizer) -> Tensor:
        """One update; returns the loss."""
        loss = self._loss(samples, item_loss)
        descend(self._net, optimizer, loss)
        return loss.detach()

    def _loss(self, samples: Samples, item_loss: ItemLoss) -> Tensor:
        """Mean over the targets."""
        items, numbers = self._tensors(samples.inputs, (samples.targets != PADDING).sum(axis=1))
        return item_loss(samples, self._net(items, numbers), self._net.item.weight)
