"""Caser: convolutional sequence embedding (Tang & Wang 2018).

Shapes: B instances, L input items, T targets, d the dimension, nh horizontal filters of each height, nv vertical ones.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.caser_filters import horizontal_activations
from seqrec_baselines.training.instances import instance_epochs
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.ranges import require_at_least, require_share, require_training_settings
from seqrec_baselines.training.samples import filled_left
from seqrec_baselines.training.seeding import seeded
from seqrec_baselines.training.steps import descend
from seqrec_bench.recommender import PADDING, FitContext, Float32Array, Int64Array, Sequences


class Dropout(nn.Dropout):
    """nn.Dropout, but for how its mask is drawn: a CPU makes uniform numbers four times as fast as Bernoulli's."""

    def forward(self, values: Tensor) -> Tensor:
        if not self.training:
            return values
        kept = torch.rand_like(values) >= self.p
        return values * (kept / (1 - self.p))


class CaserNet(nn.Module):
    def __init__(
        self, n_users: int, n_items: int, dimension: int, length: int, horizontal: int, vertical: int, dropout: float
    ) -> None:
        super().__init__()
        self.item_input = nn.Embedding(n_items + 1, dimension, padding_idx=PADDING)  # E
        self.user = nn.Embedding(n_users, dimension)  # P
        self.item_output = nn.Embedding(n_items + 1, 2 * dimension, padding_idx=PADDING)  # W2
        self.item_bias = nn.Parameter(torch.zeros(n_items + 1))  # b2
        self.horizontal = nn.ModuleList([nn.Linear(h * dimension, horizontal) for h in range(1, length + 1)])
        self.vertical = nn.Linear(length, vertical)
        self.dense = nn.Linear(vertical * dimension + horizontal * length, dimension)  # W1, b1
        self.dropout = Dropout(dropout)
        for embedding in (self.item_input, self.user, self.item_output):
            nn.init.normal_(embedding.weight, std=1 / embedding.embedding_dim)
        with torch.no_grad():
            self.item_input.weight[PADDING] = 0
            self.item_output.weight[PADDING] = 0

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """[z; P_u]: what the latest items say, then the user's general taste.

        Args:
            users: (B,)
            items: (B, L), filled with padding on the left.

        Returns:
            (B, 2d)
        """
        rows = self.item_input(items)  # (B, L, d)
        vertical = self.vertical(rows.transpose(1, 2)).transpose(1, 2).flatten(1)  # (B, nv * d)
        convolved = self.dropout(torch.cat([vertical, *self._horizontal(rows)], dim=1))
        return torch.cat([self.dense(convolved).relu(), self.user(users)], dim=1)

    def _horizontal(self, rows: Tensor) -> list[Tensor]:
        """For each height, the greatest activation over time of its filters: L times (B, nh)."""
        activations = horizontal_activations(rows, [filters.get_parameter("weight") for filters in self.horizontal])
        return [
            (products.amax(dim=0) + filters.get_parameter("bias")).relu()
            for products, filters in zip(activations, self.horizontal, strict=True)
        ]

    def score(self, representation: Tensor, items: Tensor) -> Tensor:
        """y of these items: (B, 2d) and (B, K) -> (B, K)."""
        return (representation[:, None] * self.item_output(items)).sum(dim=2) + self.item_bias[items]

    def score_all(self, representation: Tensor) -> Tensor:
        """y of the whole catalogue, (B, n_items + 1)."""
        return functional.linear(representation, self.item_output.weight, self.item_bias)


@dataclass
class Caser(NetRecommender):
    """Convolutions over the latest items, beside a user vector (Tang & Wang 2018).

    The authors' model and training: T targets an instance, by default binary cross-entropy against unseen items.
    """

    name: ClassVar[str] = "caser"
    version: ClassVar[int] = 2
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 100
    history_length: int = 8
    """L: how many latest items are the input."""
    n_targets: int = 1
    """T: how many next items an instance predicts."""
    horizontal_filters: int = 32
    """Of each height 1..L."""
    vertical_filters: int = 4
    """Each of them weighs the L places."""
    loss: Literal["binary", "cross-entropy"] = "binary"
    """Of targets and their negatives, as the authors have it, or of the targets in the softmax over all items."""
    negatives: int = 3
    """Of each target, for the binary loss: drawn anew every epoch from the items that the user has not in training."""
    epochs: int = 200
    """At most."""
    patience: int = 10
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 512
    """Instances in a step."""
    learning_rate: float = 0.001
    """Of Adam."""
    weight_decay: float = 1e-6
    """L2 on all parameters, in the gradient."""
    dropout: float = 0.5
    """The share of the filters' outputs that are dropped in training."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: CaserNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sizes = ("history_length", "n_targets", "horizontal_filters", "vertical_filters", "negatives")
        require_training_settings(self)
        require_at_least(self, 1, *sizes)
        require_at_least(self, 0, "weight_decay")
        require_share(self, "dropout")

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = self._new_net(train).to(context.device)
            optimizer = torch.optim.Adam(
                self._net.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay, fused=True
            )
            n_negatives = self.n_targets * self.negatives if self.loss == "binary" else 0
            rng = np.random.default_rng(context.seed)
            train_epoch = instance_epochs(
                train,
                context.device,
                lambda users, windows, negatives: self._step(users, windows, negatives, optimizer),
                rng,
                length=self.history_length,
                n_targets=self.n_targets,
                n_negatives=n_negatives,
                batch_size=self.batch_size,
            )
            self._fit_epochs(train_epoch, context, optimizer, rng)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self._net.eval()
        items = filled_left(histories, self.history_length)
        representation = self._net(*self._tensors(users, items))
        return self._net.score_all(representation).cpu().numpy()

    def _new_net(self, train: Sequences) -> CaserNet:
        return CaserNet(
            train.n_users, train.n_items, self.dimension, self.history_length,
            self.horizontal_filters, self.vertical_filters, self.dropout,
        )  # fmt: skip

    def _step(self, users: Tensor, windows: Tensor, negatives: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
        """One update; returns the loss."""
        inputs, targets = windows.split([self.history_length, self.n_targets], dim=1)
        representation = self._net(users, inputs)
        if self.loss == "binary":
            loss = self._binary_cross_entropy(representation, targets, negatives)
        else:
            loss = self._cross_entropy(representation, targets)
        descend(self._net, optimizer, loss)
        return loss.detach()

    def _binary_cross_entropy(self, representation: Tensor, targets: Tensor, negatives: Tensor) -> Tensor:
        """Its mean over targets and negatives: (B, 2d), (B, T) and (B, T * negatives) -> ()."""
        present = (targets != PADDING).float()  # (B, T)
        scores = self._net.score(representation, torch.cat([targets, negatives], dim=1))
        labels = torch.zeros_like(scores)
        labels[:, : self.n_targets] = 1
        weights = torch.cat([present, present.repeat_interleave(self.negatives, dim=1)], dim=1)
        losses = functional.binary_cross_entropy_with_logits(scores, labels, weights, reduction="sum")
        return losses / weights.sum()

    def _cross_entropy(self, representation: Tensor, targets: Tensor) -> Tensor:
        """Mean over the targets of -log softmax over all items but the padding: (B, 2d) and (B, T) -> ()."""
        scores = self._net.score_all(representation)[:, PADDING + 1 :]
        present = targets != PADDING
        losses = scores.logsumexp(dim=1, keepdim=True) - scores.gather(1, targets.clamp(min=1) - 1)  # (B, T)
        return losses[present].mean()
