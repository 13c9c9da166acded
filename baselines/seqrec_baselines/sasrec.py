"""SASRec: self-attentive sequential recommendation (Kang & McAuley 2018).

Shapes: B pieces of sequences, L places each, T of all places that hold an item, d the dimension, N items.
"""

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from seqrec_baselines.causal_transformer import AttentiveRecommender, CausalAttention, CausalBlock, CausalTransformer
from seqrec_baselines.training.item_losses import ItemLoss, LossName, Sampling, require_loss_settings
from seqrec_baselines.training.ranges import (
    require_at_least,
    require_equal_shares,
    require_share,
    require_training_settings,
)
from seqrec_bench.recommender import PADDING, Sequences


class Block(CausalBlock):
    """Attention, then a feed-forward net of each place by itself, both as x + Dropout(g(LayerNorm(x)))."""

    def __init__(self, dimension: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(dimension)
        self.attention = CausalAttention(dimension, heads)
        self.feed_forward_norm = nn.LayerNorm(dimension)
        self.feed_forward = nn.Sequential(nn.Linear(dimension, dimension), nn.ReLU(), nn.Linear(dimension, dimension))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, present: Tensor) -> Tensor:
        x = x + self.dropout(self.attention(self.attention_norm(x), present))
        return x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))


class SASRecNet(CausalTransformer):
    """Such blocks with a LayerNorm after the last; item vectors are multiplied by sqrt(d) on the way in."""

    def __init__(self, n_items: int, dimension: int, length: int, blocks: int, heads: int, dropout: float) -> None:
        super().__init__(
            n_items,
            dimension,
            length,
            blocks,
            lambda: Block(dimension, heads, dropout),
            norm=nn.LayerNorm(dimension),
            item_scale=math.sqrt(dimension),
            dropout=dropout,
        )
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
        with torch.no_grad():
            self.item.weight[PADDING] = 0


@dataclass
class SASRec(AttentiveRecommender):
    """Self-attention over the latest items (Kang & McAuley 2018).

    Trained at every place of every piece of `history_length` items; where a history is cut is drawn anew each epoch.

    Positions count from the end of a piece, so that the latest item always has the last one: as in the authors' code,
    which fills sequences with padding on the left. On MovieLens 100K positions from the start validate no better. Also
    as in that code, item vectors are multiplied by sqrt(d) on the way in, and a LayerNorm follows the last block;
    residuals and the places of the dropout are the paper's.
    """

    name: ClassVar[str] = "sasrec"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 100
    history_length: int = 50
    """The paper has 50, and 200 for MovieLens 1M; on MovieLens 100K both validate alike, and 50 is faster."""
    blocks: int = 2
    """Of attention and a feed-forward net, one after the other."""
    heads: int = 1
    """Attention heads in a block; they divide the dimension."""
    dropout: float = 0.2
    """The share of values that are dropped in training, after the vectors and in the blocks."""
    loss: LossName = "cross-entropy"
    """Cross-entropy is over all items (Klenitskiy & Vasilev 2023), binary the paper's; all but cross-entropy are of
    targets and negatives."""
    negatives: int = 1
    """Of each target, or of each piece where it shares them. The paper has 1."""
    sampling: Sampling = "unseen"
    """Negatives are drawn for each target from the items that the user has not, as in the paper, or from all; once for
    all targets of a piece, from the former; or they are all targets of the step, with logQ correction."""
    gbce_t: float = 0.75
    """gbce only: 0 is the binary loss, 1 gives probabilities that are calibrated."""
    epochs: int = 200
    """At most."""
    patience: int = 5
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 32
    """Pieces in a step. The paper has 128, with which an epoch of MovieLens 100K would be 23 steps."""
    learning_rate: float = 0.001
    """Of Adam."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: SASRecNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 1, "history_length", "blocks", "heads")
        require_share(self, "dropout")
        require_loss_settings(self)
        require_equal_shares(self, "dimension", "heads")

    def _new_loss(self, train: Sequences, rng: np.random.Generator) -> ItemLoss:
        return ItemLoss(
            train,
            rng,
            loss=self.loss,
            negatives=self.negatives,
            sampling=self.sampling,
            gbce_t=self.gbce_t,
        )

    def _new_net(self, train: Sequences) -> SASRecNet:
        return SASRecNet(train.n_items, self.dimension, self.history_length, self.blocks, self.heads, self.dropout)
