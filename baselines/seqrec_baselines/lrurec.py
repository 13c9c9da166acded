"""LRURec: linear recurrent units for sequential recommendation (Yue et al. 2024).

Shapes: B pieces of sequences, L places each, T of all places that hold an item, d the dimension, H = 2 d the width of
the state, N items.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

from seqrec_baselines.linear_recurrence import recur
from seqrec_baselines.training.causal import CausalNet, CausalRecommender
from seqrec_baselines.training.decay import decayed_matrices
from seqrec_baselines.training.epochs import mean_loss
from seqrec_baselines.training.ranges import require_at_least, require_share, require_training_settings
from seqrec_baselines.training.samples import Samples, cut_windows
from seqrec_baselines.training.seeding import seeded
from seqrec_baselines.training.steps import descend
from seqrec_bench.recommender import PADDING, FitContext, Sequences

LEAST_MODULUS, GREATEST_MODULUS = 0.8, 0.99
"""Of the factors lambda that training starts from."""


class LinearRecurrentUnit(nn.Module):
    """h_k = lambda h_(k-1) + gamma (B x_k + b) and y_k = Re(C h_k) + c, value by value in the complex h.

    lambda = exp(-nu + i theta), and gamma starts at sqrt(1 - |lambda|^2), after Orvieto et al. 2023, "Resurrecting
    recurrent neural networks for long sequences". What is learnt are the logarithms of nu, theta and gamma: nu stays
    positive, so that no state grows.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        width = 2 * dimension
        self.input = nn.Linear(dimension, 2 * width)  # B and b: for each value of h, its real and its imaginary part
        self.output = nn.Linear(2 * width, dimension)  # C, its imaginary parts times -1, in the same order; c
        squares = torch.rand(width) * (GREATEST_MODULUS**2 - LEAST_MODULUS**2) + LEAST_MODULUS**2  # even over the ring
        nu, theta, gamma = -0.5 * squares.log(), 2 * math.pi * torch.rand(width), (1 - squares).sqrt()
        self.logarithms = nn.Parameter(torch.stack([nu, theta, gamma]).log())  # (3, H)

    def forward(self, x: Tensor, step_sizes: Sequence[int]) -> Tensor:
        """(T, d) places, step by step as `recur` takes them -> (T, d)."""
        nu, theta, gamma = self.logarithms.exp()
        inputs = gamma * torch.view_as_complex(self.input(x).unflatten(1, (-1, 2)))  # (T, H)
        states = recur(inputs, torch.polar((-nu).exp(), theta), step_sizes)
        return self.output(torch.view_as_real(states).flatten(1))


class Block(nn.Module):
    """The unit, then a feed-forward net of each place by itself, both as LayerNorm(x + Dropout(g(x)))."""

    def __init__(self, dimension: int, dropout: float) -> None:
        super().__init__()
        self.unit = LinearRecurrentUnit(dimension)
        self.unit_norm = nn.LayerNorm(dimension)
        self.expand = nn.Linear(dimension, 4 * dimension)
        self.contract = nn.Linear(4 * dimension, dimension)
        self.feed_forward_norm = nn.LayerNorm(dimension)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, step_sizes: Sequence[int]) -> Tensor:
        x = self.unit_norm(x + self.dropout(self.unit(x, step_sizes)))
        hidden = self.dropout(functional.gelu(self.expand(x)))
        return self.feed_forward_norm(x + self.dropout(self.contract(hidden)))


class LRURecNet(CausalNet):
    """Such blocks over normed item vectors, which score too, with a bias of each item."""

    def __init__(self, n_items: int, dimension: int, blocks: int, dropout: float) -> None:
        super().__init__()
        self.item = nn.Embedding(n_items + 1, dimension, padding_idx=PADDING)  # E, which also scores
        self.item_bias = nn.Parameter(torch.empty(n_items))
        self.norm = nn.LayerNorm(dimension)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList([Block(dimension, dropout) for _ in range(blocks)])
        for name, parameter in self.named_parameters():
            if "norm" not in name and "logarithms" not in name:
                nn.init.trunc_normal_(parameter, std=0.02, a=-0.04, b=0.04)
        with torch.no_grad():
            self.item.weight[PADDING] = 0

    def forward(self, items: Tensor, counts: Tensor) -> Tensor:
        numbers = torch.arange(items.numel(), device=items.device).view_as(items)
        packed = pack_padded_sequence(numbers, counts.cpu(), batch_first=True, enforce_sorted=False)
        places, step_sizes = packed.data, packed.batch_sizes.tolist()
        x = self.norm(self.dropout(self.item(items.flatten()[places])))
        for block in self.blocks:
            x = block(x, step_sizes)
        return x[places.argsort()]

    def score_all(self, representation: Tensor) -> Tensor:
        return functional.linear(representation, self.item.weight[1:], self.item_bias)


@dataclass
class LRURec(CausalRecommender):
    """Linear recurrent units over the latest items (Yue et al. 2024).

    Trained at every place of every piece of `history_length` items; where a history is cut is drawn anew each epoch.
    """

    name: ClassVar[str] = "lrurec"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 64
    history_length: int = 50
    """The authors have 50, and 200 for MovieLens 1M."""
    blocks: int = 2
    """Of a linear recurrent unit and a feed-forward net, one after the other."""
    dropout: float = 0.2
    """The share of values that are dropped in training, after the vectors and in the blocks."""
    epochs: int = 500
    """At most."""
    patience: int = 10
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 32
    """Pieces in a step. The authors have 128, with which an epoch of MovieLens 100K would be 23 steps."""
    learning_rate: float = 0.001
    """Of AdamW."""
    weight_decay: float = 0.01
    """Each step takes this times the learning rate from all weights but biases and those of normalisations."""
    max_gradient_norm: float = 5.0
    """A gradient with a greater norm is scaled down to it; 0 for no limit."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: LRURecNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 1, "history_length", "blocks")
        require_at_least(self, 0, "weight_decay", "max_gradient_norm")
        require_share(self, "dropout")

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = self._new_net(train).to(context.device)
            optimizer = self._new_optimizer()
            rng = np.random.default_rng(context.seed)

            def train_epoch() -> float:
                pieces = cut_windows(train, self.history_length, self.batch_size * self.history_length, rng)
                return mean_loss(self._step(samples, optimizer) for samples in pieces)

            self._fit_epochs(train_epoch, context, optimizer, rng)

    def _new_net(self, train: Sequences) -> LRURecNet:
        return LRURecNet(train.n_items, self.dimension, self.blocks, self.dropout)

    def _new_optimizer(self) -> torch.optim.Optimizer:
        """AdamW with the authors' epsilon."""
        groups = decayed_matrices(self._net, self.weight_decay)
        return torch.optim.AdamW(groups, lr=self.learning_rate, eps=1e-9, fused=True)

    def _step(self, samples: Samples, optimizer: torch.optim.Optimizer) -> Tensor:
        """One update; returns the loss."""
        loss = self._loss(samples)
        descend(self._net, optimizer, loss, self.max_gradient_norm)
        return loss.detach()

    def _loss(self, samples: Samples) -> Tensor:
        """Cross-entropy over all items, the mean over the targets."""
        present = samples.targets != PADDING
        items, counts, targets = self._tensors(samples.inputs, present.sum(axis=1), samples.targets[present])
        return functional.cross_entropy(self._net.score_all(self._net(items, counts)), targets - 1)
