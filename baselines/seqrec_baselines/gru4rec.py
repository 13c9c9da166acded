"""GRU4Rec (Hidasi et al. 2016; Hidasi & Karatzoglou 2018), as its authors' PyTorch code has it: one GRU layer, item
vectors shared between input and output, an output bias, sampled softmax cross-entropy with logQ correction, Adagrad,
session-parallel mini-batches. A user is a session.
"""

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.session_batches import SessionStep, session_parallel_steps
from seqrec_bench.recommender import PADDING, FitContext, Float32Array, Int64Array, Sequences
from seqrec_bench.training.epochs import fit_epochs
from seqrec_bench.training.ranges import require_at_least, require_share
from seqrec_bench.training.seeding import seeded


class GRU4RecNet(nn.Module):
    """Item i's vector is row i - 1 of `item`, which is the input embedding and the output matrix alike."""

    def __init__(self, n_items: int, dimension: int) -> None:
        super().__init__()
        self.item = nn.Parameter(glorot_uniform(n_items, dimension))
        self.item_bias = nn.Parameter(torch.zeros(n_items))
        self.gru = nn.GRUCell(dimension, dimension)
        with torch.no_grad():
            for weight in (self.gru.weight_ih, self.gru.weight_hh):  # each gate's block is a matrix of its own
                weight.copy_(torch.cat([glorot_uniform(dimension, dimension) for _ in range(3)]))
            self.gru.bias_ih.zero_()
            self.gru.bias_hh.zero_()


def glorot_uniform(rows: int, columns: int) -> Tensor:
    """Uniform in +-sqrt(6 / (rows + columns))."""
    bound = math.sqrt(6 / (rows + columns))
    return torch.empty(rows, columns).uniform_(-bound, bound)


def logq_cross_entropy(scores: Tensor, log_q: Tensor) -> Tensor:
    """Sum over rows of -log softmax(scores - log q) at the diagonal: row i's target is column i.

    Args:
        scores: (B, B + n_sample)
        log_q: (B + n_sample,) what is taken off each column: the logarithm of how often it is drawn.
    """
    return functional.cross_entropy(scores - log_q, torch.arange(len(scores), device=scores.device), reduction="sum")


class Adagrad:
    """Adagrad with epsilon inside the root and heavy-ball momentum after the scaling, as in the authors' code.

    acc += g^2; v = momentum * v - rate * g / sqrt(acc + 1e-6); p += v. Rows that a step did not touch keep all three.
    """

    EPSILON = 1e-6

    def __init__(self, parameter: Tensor, rate: float, momentum: float) -> None:
        self.parameter, self.rate, self.momentum = parameter.detach(), rate, momentum
        self.accumulated = torch.zeros_like(self.parameter)
        self.velocity = torch.zeros_like(self.parameter)

    def step(self, gradient: Tensor) -> None:
        """Moves the whole parameter down the gradient."""
        self._move(self.parameter, self.accumulated, self.velocity, gradient)

    def step_rows(self, rows: Tensor, gradient: Tensor) -> None:
        """Moves these rows of the parameter, each named once, down their gradient."""
        parameter, accumulated, velocity = self.parameter[rows], self.accumulated[rows], self.velocity[rows]
        self._move(parameter, accumulated, velocity, gradient)
        self.parameter.index_copy_(0, rows, parameter)
        self.accumulated.index_copy_(0, rows, accumulated)
        self.velocity.index_copy_(0, rows, velocity)

    def _move(self, parameter: Tensor, accumulated: Tensor, velocity: Tensor, gradient: Tensor) -> None:
        """One step on these values, in place."""
        accumulated.addcmul_(gradient, gradient)
        scale = (accumulated + self.EPSILON).sqrt_()
        velocity.mul_(self.momentum).addcdiv_(gradient, scale, value=-self.rate)
        parameter.add_(velocity)


@dataclass
class GRU4Rec:
    """GRU4Rec with sampled cross-entropy; defaults as measured for the authors' code on this protocol."""

    name: ClassVar[str] = "gru4rec"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True
    history_length: ClassVar[int | None] = None

    dimension: int = 100
    epochs: int = 10
    batch_size: int = 32
    """Sessions side by side; where there are fewer, all of them."""
    learning_rate: float = 0.05
    momentum: float = 0.0
    n_sample: int = 512
    """Negatives beside the other targets of the step, shared by all its rows."""
    sample_alpha: float = 0.5
    """Negatives are drawn by support to this power."""
    logq: float = 1.0
    """How much of the logarithm of how often a column is drawn is taken off its score in training."""
    dropout_embedding: float = 0.2
    dropout_hidden: float = 0.2
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: GRU4RecNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_at_least(self, 1, "dimension", "batch_size")
        require_at_least(self, 0, "epochs", "learning_rate", "n_sample")
        require_share(self, "momentum", "dropout_embedding", "dropout_hidden", "weight_averaging")

    @property
    def n_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self._net.parameters())

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = GRU4RecNet(train.n_items, self.dimension).to(context.device)
            optimizers = {
                name: Adagrad(parameter, self.learning_rate, self.momentum)
                for name, parameter in self._net.named_parameters()
            }
            support = train.item_counts[1:]
            log_q = torch.from_numpy(np.log(np.maximum(support, 1))).float().to(context.device) * self.logq
            steps = list(session_parallel_steps(train, self.batch_size))
            rng = np.random.default_rng(context.seed)

            def train_epoch() -> float:
                samples = torch.from_numpy(self._draw(support, len(steps), rng)).to(context.device)
                hidden = torch.zeros(0, self.dimension, device=context.device)
                losses = []
                for step, sample in zip(steps, samples, strict=True):
                    hidden, loss = self._step(step, sample, hidden, log_q, optimizers)
                    losses.append(loss)
                return torch.stack(losses).mean().item()

            fit_epochs(self._net, self.epochs, train_epoch, context, averaging=self.weight_averaging)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        """The hidden state is run over the whole history, and starts where the padding ends."""
        items = torch.from_numpy(histories).to(self._net.item.device)
        hidden = torch.zeros(len(items), self.dimension, device=items.device)
        for column in items.T:
            present = (column != PADDING)[:, None]
            hidden = torch.where(present, self._net.gru(self._net.item[column.clamp(min=1) - 1], hidden), hidden)
        scores = functional.linear(hidden, self._net.item, self._net.item_bias)
        return functional.pad(scores, (1, 0)).cpu().numpy()

    def _draw(self, support: Int64Array, n_steps: int, rng: np.random.Generator) -> Int64Array:
        """Item rows (item id - 1) with replacement, by support to the power alpha; (n_steps, n_sample)."""
        cumulative = np.cumsum(np.where(support > 0, support.astype(np.float64) ** self.sample_alpha, 0))
        return np.searchsorted(cumulative, rng.random((n_steps, self.n_sample)) * cumulative[-1], side="right")

    def _step(
        self, step: SessionStep, sample: Tensor, hidden: Tensor, log_q: Tensor, optimizers: dict[str, Adagrad]
    ) -> tuple[Tensor, Tensor]:
        """One update; returns the sessions' hidden states, detached, and the loss.

        The gradient stops at the hidden state that comes in: there is no back-propagation through time.
        """
        hidden = self._carried(step, hidden)
        n_rows = len(step.inputs)
        named = torch.cat([torch.from_numpy(np.concatenate([step.inputs, step.targets]) - 1).to(sample.device), sample])
        rows, places = named.unique(return_inverse=True)  # a row's gradients are summed before they are squared
        vectors, biases = self._net.item[rows].requires_grad_(), self._net.item_bias[rows].requires_grad_()
        inputs = functional.dropout(vectors[places[:n_rows]], self.dropout_embedding)
        hidden = functional.dropout(self._net.gru(inputs, hidden), self.dropout_hidden)
        scores = functional.linear(hidden, vectors[places[n_rows:]], biases[places[n_rows:]])
        correction = torch.cat([log_q[named[n_rows : 2 * n_rows]], self.sample_alpha * log_q[sample]])
        loss = logq_cross_entropy(scores, correction) / self.batch_size
        gru = dict(self._net.gru.named_parameters(prefix="gru"))
        gradients = torch.autograd.grad(loss, [vectors, biases, *gru.values()])
        optimizers["item"].step_rows(rows, gradients[0])
        scored = places[n_rows:].unique()  # the bias of an item that is only an input takes no part
        optimizers["item_bias"].step_rows(rows[scored], gradients[1][scored])
        for name, gradient in zip(gru, gradients[2:], strict=True):
            optimizers[name].step(gradient)
        return hidden.detach(), loss.detach()

    def _carried(self, step: SessionStep, hidden: Tensor) -> Tensor:
        """The hidden state of each row's session: that of the row it comes from, zero where a session begins."""
        if step.came_from is None:
            return hidden
        came_from = torch.from_numpy(step.came_from).to(hidden.device)
        padded = torch.cat([hidden, hidden.new_zeros(1, self.dimension)])
        return padded[came_from]
