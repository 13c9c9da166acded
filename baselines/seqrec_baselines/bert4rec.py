"""BERT4Rec: a Transformer of both directions, trained to fill in masked items (Sun et al. 2019).

Shapes: B rows of up to L places, N items.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from seqrec_baselines.bert4rec_masks import MaskedRows, masked_rows, with_mask_at_the_end
from seqrec_baselines.bert4rec_net import BERT4RecNet
from seqrec_baselines.training.decay import decayed_matrices
from seqrec_baselines.training.epochs import mean_loss
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.ranges import (
    require_at_least,
    require_equal_shares,
    require_share,
    require_training_settings,
)
from seqrec_baselines.training.samples import OverlappingWindows, shift_left
from seqrec_baselines.training.seeding import seeded
from seqrec_baselines.training.steps import descend
from seqrec_bench.recommender import FitContext, Float32Array, Int64Array, Sequences


@dataclass
class BERT4Rec(NetRecommender):
    """Masked items filled in from both sides (Sun et al. 2019).

    The next item is what is filled in at a mask after the history.
    """

    name: ClassVar[str] = "bert4rec"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 100
    history_length: int = 50
    """L: the places of a row. In training they are items; at test, the mask after the history is the last of them."""
    window_step: int = 25
    """From a sequence longer than L, windows of L items are taken so many places apart, the latest first; 0 for the
    latest alone."""
    blocks: int = 2
    """Of attention and a feed-forward net, one after the other."""
    heads: int = 2
    """Attention heads in a block; they divide the dimension."""
    dropout: float = 0.2
    """The share of values that are dropped in training, after the vectors and in the blocks."""
    attention_dropout: float = 0.2
    """The share of attention weights that are dropped in training."""
    head: bool = True
    """Whether a layer of its own, and a bias of each item, stand between the last block and the item vectors."""
    mask_share: float = 0.2
    """The share of a window's items that are masked, drawn anew every epoch; it is one item at least."""
    last_only: float = 0.1
    """How likely it is that, instead, only the last item of a window is masked."""
    epochs: int = 1000
    """At most."""
    patience: int = 50
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 32
    """Windows in a step. The authors have 256, with which an epoch of MovieLens 100K would be 15 steps."""
    learning_rate: float = 0.001
    """Of Adam."""
    warmup_steps: int = 0
    """Over so many first steps, the learning rate rises from 0."""
    linear_decay: bool = False
    """Whether the learning rate falls in a line, to 0 at the end of `epochs`."""
    weight_decay: float = 0.01
    """Each step takes this times the learning rate from all weights but biases and those of normalisations."""
    max_gradient_norm: float = 5.0
    """A gradient with a greater norm is scaled down to it; 0 for no limit."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: BERT4RecNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_at_least(self, 2, "history_length")
        require_training_settings(self)
        require_at_least(self, 1, "blocks", "heads")
        require_at_least(self, 0, "window_step", "warmup_steps", "weight_decay", "max_gradient_norm")
        require_share(self, "dropout", "attention_dropout", "mask_share", "last_only")
        require_equal_shares(self, "dimension", "heads")

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = self._new_net(train).to(context.device)
            windows = OverlappingWindows(train, self.history_length, self.window_step)
            optimizer = self._new_optimizer()
            steps_an_epoch = math.ceil(len(windows) / self.batch_size)
            schedule = torch.optim.lr_scheduler.LambdaLR(
                optimizer, lambda step: self._learning_rate_factor(step, max(self.epochs, 1) * steps_an_epoch)
            )
            rng = np.random.default_rng(context.seed)

            def train_epoch() -> float:
                return mean_loss(self._step(rows, optimizer, schedule) for rows in self._batches(windows, rng))

            self._fit_epochs(train_epoch, context, optimizer, schedule, rng)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self._net.eval()
        items, counts = shift_left(histories[:, 1 - self.history_length :])
        masked = with_mask_at_the_end(items, counts, self._net.mask)
        scores = self._net.score_all(self._net(*self._tensors(*masked)))  # (B, N)
        return functional.pad(scores, (1, 0)).cpu().numpy()

    def _new_net(self, train: Sequences) -> BERT4RecNet:
        return BERT4RecNet(
            train.n_items,
            self.dimension,
            self.history_length,
            self.blocks,
            self.heads,
            self.dropout,
            self.attention_dropout,
            self.head,
        )

    def _new_optimizer(self) -> torch.optim.Optimizer:
        """Adam, whose weight decay is beside the gradient and on matrices only."""
        return torch.optim.AdamW(decayed_matrices(self._net, self.weight_decay), lr=self.learning_rate, fused=True)

    def _learning_rate_factor(self, step: int, n_steps: int) -> float:
        if step < self.warmup_steps:
            return step / self.warmup_steps
        return 1 - step / n_steps if self.linear_decay else 1.0

    def _batches(self, windows: OverlappingWindows, rng: np.random.Generator) -> Iterator[MaskedRows]:
        order = rng.permutation(len(windows))
        for first in range(0, len(order), self.batch_size):
            items, counts = windows.rows(order[first : first + self.batch_size])
            yield masked_rows(items, counts, self._net.mask, self.mask_share, self.last_only, rng)

    def _step(
        self, rows: MaskedRows, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler
    ) -> Tensor:
        """One update; returns the loss."""
        loss = self._loss(rows)
        descend(self._net, optimizer, loss, self.max_gradient_norm)
        schedule.step()
        return loss.detach()

    def _loss(self, rows: MaskedRows) -> Tensor:
        """Cross-entropy over all items, the mean over the masked places."""
        items, counts, masked, targets = self._tensors(rows.items, rows.counts, rows.masked, rows.targets)
        return functional.cross_entropy(self._net.score_all(self._net(items, counts, masked)), targets - 1)
