"""HSTU: hierarchical sequential transduction units (Zhai et al. 2024), without times.

Shapes: B pieces of sequences, L places each, T of all places that hold an item, d the dimension, N items.
"""

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.causal_transformer import CausalTransformer
from seqrec_baselines.training.attention import by_head, side_by_side
from seqrec_baselines.training.causal import ItemLossRecommender
from seqrec_baselines.training.item_losses import ItemLoss
from seqrec_baselines.training.ranges import (
    require_at_least,
    require_equal_shares,
    require_share,
    require_training_settings,
)
from seqrec_baselines.training.samples import Samples
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Sequences

EPSILON = 1e-6
"""Of the LayerNorms, beside the variance, and of the unit vectors, as the least length that is divided by."""
INITIAL_STD = 0.02


class TransductionUnit(nn.Module):
    """x + W_o dropout(LayerNorm(A v) * u) + b_o with u, v, q, k = SiLU(LayerNorm(x) W), eqs. 1 to 3.

    A = SiLU(q k^T + r) / n by head, where a place sees itself and those before it, r is a number for each distance
    between two places, and n, the same for all, is the number of places that a piece has room for. It is no average:
    the weights are not divided by their sum. The LayerNorms have no weights.
    """

    def __init__(self, dimension: int, heads: int, length: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.input = nn.Linear(dimension, 4 * dimension, bias=False)
        self.of_distance = nn.Parameter(torch.empty(length))  # r
        self.output = nn.Linear(dimension, dimension)
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.input.weight, std=INITIAL_STD)
        nn.init.normal_(self.of_distance, std=INITIAL_STD)
        nn.init.xavier_uniform_(self.output.weight)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        """(T, d) vectors of the places that are true in `present`, (B, L), in row order -> (T, d)."""
        gates, *others = functional.silu(self.input(_normed(x))).chunk(4, dim=1)
        places = present.flatten().nonzero()[:, 0]  # (T,)
        values, queries, keys = (by_head(vectors, places, present.shape, self.heads) for vectors in others)
        attended = side_by_side(self.weights(queries, keys) @ values, places)
        return x + self.output(self.dropout(_normed(attended) * gates))

    def weights(self, queries: Tensor, keys: Tensor) -> Tensor:
        """A, by what sees and what is seen: two of (B, heads, L, d / heads) -> (B, heads, L, L)."""
        places = torch.arange(queries.shape[2], device=queries.device)
        distances = (places[:, None] - places).clamp(min=0)
        products = queries @ keys.transpose(2, 3) + self.of_distance[distances]
        return functional.silu(products).tril() / len(self.of_distance)


class HSTUNet(CausalTransformer):
    """Such units; representations and item vectors are of length 1, so that scores are cosines."""

    def __init__(self, n_items: int, dimension: int, length: int, blocks: int, heads: int, dropout: float) -> None:
        super().__init__(
            n_items,
            dimension,
            length,
            blocks,
            lambda: TransductionUnit(dimension, heads, length, dropout),
            norm=UnitLength(),
            item_scale=math.sqrt(dimension),
            dropout=dropout,
        )
        for embedding, std in ((self.item, INITIAL_STD), (self.position, 1 / math.sqrt(dimension))):
            nn.init.trunc_normal_(embedding.weight, std=std, a=-2 * std, b=2 * std)
        with torch.no_grad():
            self.item.weight[PADDING] = 0

    @property
    def unit_items(self) -> Tensor:
        """(N + 1, d) the vectors of the items that score; padding's stays zero."""
        return functional.normalize(self.item.weight, eps=EPSILON)

    def score_all(self, representation: Tensor) -> Tensor:
        return functional.linear(representation, self.unit_items[1:])


class UnitLength(nn.Module):
    """What comes after the last unit."""

    def forward(self, x: Tensor) -> Tensor:
        """(T, d) -> (T, d), each row divided by its length."""
        return functional.normalize(x, eps=EPSILON)


def _normed(x: Tensor) -> Tensor:
    """LayerNorm without weights, of each row: (T, d) -> (T, d)."""
    return functional.layer_norm(x, x.shape[1:], eps=EPSILON)


@dataclass
class HSTU(ItemLossRecommender):
    """Gated attention whose weights are not normalised (Zhai et al. 2024), by places and not by times.

    Trained at every place of every piece of `history_length` items; where a history is cut is drawn anew each epoch.
    """

    name: ClassVar[str] = "hstu"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 50
    history_length: int = 50
    """The authors have 200 for MovieLens and 50 for Amazon's books."""
    blocks: int = 2
    """Units, one after the other."""
    heads: int = 1
    """Attention heads in a unit; they divide the dimension."""
    dropout: float = 0.2
    """The share of values that are dropped in training, after the vectors and in the units."""
    negatives: int = 128
    """Of each target, drawn from all items."""
    temperature: float = 0.05
    """What cosines are divided by in the softmax of training."""
    epochs: int = 500
    """At most. The authors have 101 for MovieLens, without validation."""
    patience: int = 10
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 32
    """Pieces in a step. The authors have 128, with which an epoch of MovieLens 100K would be 23 steps."""
    learning_rate: float = 0.001
    """Of Adam."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: HSTUNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 1, "history_length", "blocks", "heads", "negatives")
        require_share(self, "dropout")
        if not self.temperature > 0:
            raise InputError(f"hstu.temperature is {self.temperature}: give more than 0.")
        require_equal_shares(self, "dimension", "heads")

    def _new_loss(self, train: Sequences, rng: np.random.Generator) -> ItemLoss:
        return ItemLoss(train, rng, loss="sampled-softmax", negatives=self.negatives, sampling="uniform")

    def _new_net(self, train: Sequences) -> HSTUNet:
        return HSTUNet(train.n_items, self.dimension, self.history_length, self.blocks, self.heads, self.dropout)

    def _loss(self, samples: Samples, item_loss: ItemLoss) -> Tensor:
        """Mean over the targets."""
        items, numbers = self._tensors(samples.inputs, (samples.targets != PADDING).sum(axis=1))
        return item_loss(samples, self._net(items, numbers) / self.temperature, self._net.unit_items)
