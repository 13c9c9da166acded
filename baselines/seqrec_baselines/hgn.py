"""HGN: hierarchical gating networks (Ma, Kang & Liu 2019).

Shapes: B instances, L input items, T targets, d the dimension.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.training.instances import instance_epochs
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.ranges import require_at_least, require_training_settings
from seqrec_baselines.training.samples import filled_left
from seqrec_baselines.training.seeding import seeded
from seqrec_baselines.training.steps import descend
from seqrec_bench.recommender import PADDING, FitContext, Float32Array, Int64Array, Sequences


class HGNNet(nn.Module):
    def __init__(self, n_users: int, n_items: int, dimension: int, length: int) -> None:
        super().__init__()
        self.item_input = nn.Embedding(n_items + 1, dimension, padding_idx=PADDING)  # E
        self.user = nn.Embedding(n_users, dimension)  # U
        self.item_output = nn.Embedding(n_items + 1, dimension, padding_idx=PADDING)  # Q
        self.item_bias = nn.Parameter(torch.zeros(n_items + 1))
        self.feature_of_item = nn.Linear(dimension, dimension)  # W_g1, b_g
        self.feature_of_user = nn.Linear(dimension, dimension, bias=False)  # W_g2
        self.instance_of_item = nn.Linear(dimension, 1, bias=False)  # w_g3
        self.instance_of_user = nn.Linear(dimension, length, bias=False)  # W_g4
        for embedding in (self.item_input, self.user, self.item_output):
            nn.init.normal_(embedding.weight, std=1 / dimension)
        for gate in (self.instance_of_item, self.instance_of_user):
            nn.init.xavier_uniform_(gate.weight)
        with torch.no_grad():
            self.item_input.weight[PADDING] = 0
            self.item_output.weight[PADDING] = 0

    def forward(self, users: Tensor, items: Tensor) -> Tensor:
        """What is multiplied with Q: the user, the gated items and the items themselves.

        Args:
            users: (B,)
            items: (B, L), filled with padding on the left.

        Returns:
            (B, d)
        """
        user, rows = self.user(users), self.item_input(items)
        gated = self.feature_gate(rows, user)
        weights = self.instance_gate(gated, user) * (items != PADDING)
        return user + self.pool(gated, weights) + rows.sum(dim=1)

    def feature_gate(self, rows: Tensor, user: Tensor) -> Tensor:
        """E * sigmoid(E W_g1 + u W_g2 + b_g): (B, L, d) and (B, d) -> (B, L, d)."""
        return rows * (self.feature_of_item(rows) + self.feature_of_user(user)[:, None]).sigmoid()

    def instance_gate(self, gated: Tensor, user: Tensor) -> Tensor:
        """sigmoid(E' w_g3 + u W_g4), how much of each item passes: (B, L, d) and (B, d) -> (B, L)."""
        return (self.instance_of_item(gated)[:, :, 0] + self.instance_of_user(user)).sigmoid()

    def pool(self, gated: Tensor, weights: Tensor) -> Tensor:
        """The mean of the items by their weights, zero without any: (B, L, d) and (B, L) -> (B, d)."""
        total = weights.sum(dim=1, keepdim=True)
        return (weights[:, :, None] * gated).sum(dim=1) / total.where(total > 0, 1)

    def score(self, representation: Tensor, items: Tensor) -> Tensor:
        """The scores of these items: (B, d) and (B, K) -> (B, K)."""
        return (representation[:, None] * self.item_output(items)).sum(dim=2) + self.item_bias[items]

    def score_all(self, representation: Tensor) -> Tensor:
        """Those of the whole catalogue, (B, n_items + 1)."""
        return functional.linear(representation, self.item_output.weight, self.item_bias)


@dataclass
class HGN(NetRecommender):
    """Gates of features and of items, beside a user vector (Ma, Kang & Liu 2019).

    Trained as its authors do: the next T items of a window against as many unseen ones, pair by pair.
    """

    name: ClassVar[str] = "hgn"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 100
    history_length: int = 5
    """L: how many latest items are the input."""
    n_targets: int = 3
    """T: how many next items an instance predicts, each against an item drawn anew from those that the user has not."""
    epochs: int = 300
    """At most."""
    patience: int = 20
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 4096
    """Instances in a step."""
    learning_rate: float = 0.001
    """Of Adam."""
    weight_decay: float = 0.001
    """L2 on all parameters, in the gradient of the sum of a step's losses."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: HGNNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 1, "history_length", "n_targets")
        require_at_least(self, 0, "weight_decay")

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = self._new_net(train).to(context.device)
            optimizer = torch.optim.Adam(
                self._net.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay, fused=True
            )
            rng = np.random.default_rng(context.seed)
            train_epoch = instance_epochs(
                train,
                context.device,
                lambda users, windows, negatives: self._step(users, windows, negatives, optimizer),
                rng,
                length=self.history_length,
                n_targets=self.n_targets,
                n_negatives=self.n_targets,
                batch_size=self.batch_size,
            )
            self._fit_epochs(train_epoch, context, optimizer, rng)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        self._net.eval()
        items = filled_left(histories, self.history_length)
        representation = self._net(*self._tensors(users, items))
        return self._net.score_all(representation).cpu().numpy()

    def _new_net(self, train: Sequences) -> HGNNet:
        return HGNNet(train.n_users, train.n_items, self.dimension, self.history_length)

    def _step(self, users: Tensor, windows: Tensor, negatives: Tensor, optimizer: torch.optim.Optimizer) -> Tensor:
        """One update for the sum of the losses, which the weight decay is set against; returns their mean."""
        losses = self._losses(users, windows, negatives)
        descend(self._net, optimizer, losses.sum())
        return losses.detach().mean()

    def _losses(self, users: Tensor, windows: Tensor, negatives: Tensor) -> Tensor:
        """-ln sigmoid(score of a target - score of its negative) of each target that is there.

        Args:
            users: (B,)
            windows: (B, L + T) the inputs and the targets.
            negatives: (B, T)
        """
        inputs, targets = windows.split([self.history_length, self.n_targets], dim=1)
        representation = self._net(users, inputs)
        gaps = self._net.score(representation, targets) - self._net.score(representation, negatives)
        return functional.softplus(-gaps[targets != PADDING])
