"""eSASRec: SASRec's objective with LiGR layers and a sampled softmax (Tikhonovich et al. 2025).

Shapes: B pieces of sequences, L places each, T of all places that hold an item, d the dimension, f the feed-forward
factor, N items.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.causal_transformer import AttentiveRecommender, CausalAttention, CausalBlock, CausalTransformer
from seqrec_baselines.training.item_losses import ItemLoss
from seqrec_baselines.training.ranges import (
    require_at_least,
    require_equal_shares,
    require_share,
    require_training_settings,
)
from seqrec_baselines.training.samples import Samples, end_windows
from seqrec_bench.recommender import PADDING, Sequences


class SwiGLU(nn.Module):
    """(SiLU(x W_1) * x W_3) W_2, with dropout before W_2 and without biases: (T, d) -> (T, f d) -> (T, d)."""

    def __init__(self, dimension: int, factor: int, dropout: float) -> None:
        super().__init__()
        self.gate = nn.Linear(dimension, factor * dimension, bias=False)  # W_1
        self.value = nn.Linear(dimension, factor * dimension, bias=False)  # W_3
        self.output = nn.Linear(factor * dimension, dimension, bias=False)  # W_2
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.output(self.dropout(functional.silu(self.gate(x)) * self.value(x)))
        return projected


class LiGRBlock(CausalBlock):
    """Attention, then SwiGLU, both as x + sigmoid(x W + b) * Dropout(g(LayerNorm(x))) (Borisyuk et al. 2025)."""

    def __init__(self, dimension: int, heads: int, factor: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dimension)
        self.attention = CausalAttention(dimension, heads, bias=True, dropout=dropout)
        self.attention_output = nn.Linear(dimension, dimension)
        self.attention_gate = nn.Linear(dimension, dimension)
        self.feed_forward_norm = nn.LayerNorm(dimension)
        self.feed_forward = SwiGLU(dimension, factor, dropout)
        self.feed_forward_gate = nn.Linear(dimension, dimension)
        self.dropout = nn.Dropout(dropout)
        for layer in (self.attention.query, self.attention.key, self.attention.value, self.attention_output):
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        attended = self.attention_output(self.attention(self.attention_norm(x), present))
        x = x + self.attention_gate(x).sigmoid() * self.dropout(attended)
        return x + self.feed_forward_gate(x).sigmoid() * self.dropout(self.feed_forward(self.feed_forward_norm(x)))


class ESASRecNet(CausalTransformer):
    """LiGR blocks, and nothing after the last."""

    def __init__(
        self, n_items: int, dimension: int, length: int, blocks: int, heads: int, factor: int, dropout: float
    ) -> None:
        super().__init__(
            n_items,
            dimension,
            length,
            blocks,
            lambda: LiGRBlock(dimension, heads, factor, dropout),
            norm=nn.Identity(),
            item_scale=1.0,
            dropout=dropout,
        )
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.xavier_normal_(parameter)
        for module in self.modules():
            if isinstance(module, CausalAttention):  # W_Q, W_K and W_V start as parts of one matrix of d x 3d
                for layer in (module.query, module.key, module.value):
                    nn.init.xavier_normal_(layer.weight, gain=math.sqrt(0.5))
        with torch.no_grad():
            self.item.weight[PADDING] = 0


@dataclass
class ESASRec(AttentiveRecommender):
    """SASRec's causal transformer with LiGR layers and a sampled softmax (Tikhonovich et al. 2025).

    Trained at every place of pieces of `history_length` items, which are cut from the end of a user's sequence.
    """

    name: ClassVar[str] = "esasrec"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 100
    history_length: int = 50
    """The authors have 50 for the Amazon data, and 200 for MovieLens."""
    blocks: int = 1
    """LiGR blocks, one after the other. The authors have 1 for the Amazon data, and 2 for MovieLens 1M."""
    heads: int = 1
    """Attention heads in a block; they divide the dimension."""
    feed_forward_factor: int = 4
    """How many times as wide as the vectors SwiGLU is inside. The authors have 2 for Sports, and 1 for Toys."""
    dropout: float = 0.2
    """The share of values that are dropped in training: of the first vectors, of attention weights, inside SwiGLU and
    of what each layer adds."""
    negatives: int = 256
    """Items drawn anew for each target, uniformly and with replacement, the user's own too. Where the target itself is
    drawn, it does not count."""
    epochs: int = 200
    """At most."""
    patience: int = 50
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all. The authors have 50
    too."""
    batch_size: int = 128
    """Pieces in a step."""
    learning_rate: float = 0.001
    """Of Adam."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: ESASRecNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 1, "history_length", "blocks", "heads", "feed_forward_factor", "negatives")
        require_share(self, "dropout")
        require_equal_shares(self, "dimension", "heads")

    def _new_loss(self, train: Sequences, rng: np.random.Generator) -> ItemLoss:
        return ItemLoss(train, rng, loss="sampled-softmax", negatives=self.negatives, sampling="uniform")

    def _pieces(self, train: Sequences, length: int, batch_size: int, rng: np.random.Generator) -> Iterator[Samples]:
        return end_windows(train, length, batch_size, rng)

    def _new_net(self, train: Sequences) -> ESASRecNet:
        return ESASRecNet(
            train.n_items,
            self.dimension,
            self.history_length,
            self.blocks,
            self.heads,
            self.feed_forward_factor,
            self.dropout,
        )
