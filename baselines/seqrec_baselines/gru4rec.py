"""GRU4Rec (Hidasi et al. 2016; Hidasi & Karatzoglou 2018), as its authors' PyTorch code has it: one GRU layer, item
vectors shared between input and output, an output bias, losses over the other targets of the step and sampled items,
Adagrad, session-parallel mini-batches. A user is a session.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines import gru4rec_losses as losses
from seqrec_baselines.gru4rec_adagrad import Adagrad
from seqrec_baselines.session_batches import SessionStep, session_parallel_steps
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.ranges import require_at_least, require_share, require_training_settings
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, FitContext, Float32Array, Int64Array, Sequences


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


@dataclass
class GRU4Rec(NetRecommender):
    """A GRU over sessions (Hidasi et al. 2016; Hidasi & Karatzoglou 2018).

    By default with cross-entropy and logQ correction.

    The authors give no settings for data like MovieLens; those here were chosen on validation (docs/tuning.md).
    """

    name: ClassVar[str] = "gru4rec"
    version: ClassVar[int] = 2
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True
    history_length: ClassVar[int | None] = None

    dimension: int = 100
    epochs: int = 100
    """Passes over all sessions, at most."""
    patience: int = field(default=10, metadata={"absent": 0})
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 32
    """Sessions side by side; where there are fewer, all of them."""
    learning_rate: float = 0.05
    """Of Adagrad."""
    momentum: float = 0.0
    """Share of the step before that is added to a step."""
    loss: Literal["cross-entropy", "bpr-max", "top1", "top1-max", "bpr"] = "cross-entropy"
    """The authors advise cross-entropy or bpr-max; the gradients of the others can vanish."""
    n_sample: int = 512
    """Negatives beside the other targets of the step, shared by all its rows."""
    sample_alpha: float = 0.5
    """Negatives are drawn by support to this power."""
    logq: float = 1.0
    """Cross-entropy only: how much of the logarithm of how often a column is drawn its score loses in training."""
    elu: float = 0.5
    """bpr-max only: in training, scores go through an exponential linear unit with this alpha; 0 for none."""
    bpreg: float = 1.0
    """bpr-max only: weight of the penalty on the squares of the negatives' scores."""
    truncation: int = 1
    """Steps that make one update, and how many its gradient goes back in time.

    1 is the authors' training, without back-propagation through time: they find it of no use for sessions, but of use
    for long histories. With more, the losses of so many consecutive steps are added, not averaged, and the weights are
    moved once for them. Adagrad's moves hardly depend on the scale of the loss, so the learning rate is still the size
    of a move; but there are that many times fewer of them.
    """
    dropout_embedding: float = 0.2
    """The share of the input vectors' values that are dropped in training."""
    dropout_hidden: float = 0.4
    """The share of the hidden state's values that are dropped in training."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: GRU4RecNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 1, "truncation")
        require_at_least(self, 0, "n_sample", "elu", "bpreg")
        require_share(self, "momentum", "dropout_embedding", "dropout_hidden")

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = self._new_net(train).to(context.device)
            optimizers = {
                name: Adagrad(parameter, self.learning_rate, self.momentum)
                for name, parameter in self._net.named_parameters()
            }
            steps = self._steps(train)
            support = train.item_counts[1:]
            log_support = np.log(np.maximum(support, 1)).astype(np.float32)
            rng = np.random.default_rng(context.seed)

            def train_epoch() -> float:
                samples = self._draw(support, len(steps), rng)
                hidden = torch.zeros(0, self.dimension, device=context.device)
                chunk_losses = []
                for first in range(0, len(steps), self.truncation):
                    chunk = slice(first, first + self.truncation)
                    hidden, loss = self._update(steps[chunk], samples[chunk], hidden, log_support, optimizers)
                    chunk_losses.append(loss)
                return torch.stack(chunk_losses).sum().item() / len(steps)

            self._fit_epochs(train_epoch, context, *optimizers.values(), rng)

    def _new_net(self, train: Sequences) -> GRU4RecNet:
        return GRU4RecNet(train.n_items, self.dimension)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        """The hidden state is run over the whole history, and starts where the padding ends."""
        present = histories != PADDING
        order = np.argsort(present.sum(axis=1), kind="stable")[
            ::-1
        ]  # longest first: a column's items are the first rows
        rows = torch.from_numpy(histories[order] - 1).to(self._net.item.device)
        hidden = torch.zeros(len(rows), self.dimension, device=rows.device)
        for column, n_present in zip(rows.T, present.sum(axis=0), strict=True):
            hidden[:n_present] = self._net.gru(self._net.item[column[:n_present]], hidden[:n_present])
        scores = functional.linear(hidden[np.argsort(order)], self._net.item, self._net.item_bias)
        return functional.pad(scores, (1, 0)).cpu().numpy()

    def _steps(self, train: Sequences) -> list[SessionStep]:
        """The steps of an epoch, but for those in which the one target has no negative beside it."""
        steps = [
            step for step in session_parallel_steps(train, self.batch_size) if len(step.targets) + self.n_sample > 1
        ]
        if not steps:
            raise InputError(
                "gru4rec.n_sample is 0, and no two sessions stand side by side, so there are no negatives: "
                "give n_sample of 1 or more."
            )
        return steps

    def _draw(self, support: Int64Array, n_steps: int, rng: np.random.Generator) -> Int64Array:
        """Item rows (item id - 1) with replacement, by support to the power alpha; (n_steps, n_sample)."""
        cumulative = np.cumsum(np.where(support > 0, support.astype(np.float64) ** self.sample_alpha, 0))
        return np.searchsorted(cumulative, rng.random((n_steps, self.n_sample)) * cumulative[-1], side="right")

    def _update(
        self,
        steps: Sequence[SessionStep],
        samples: Int64Array,
        hidden: Tensor,
        log_support: Float32Array,
        optimizers: Mapping[str, Adagrad],
    ) -> tuple[Tensor, Tensor]:
        """Moves the weights once, for consecutive steps; the gradient stops at the hidden states that come in.

        Args:
            samples: (number of steps, n_sample) rows of the items drawn for each step.
            hidden: (b, d) what the step before these left.
            log_support: (n_items,)

        Returns:
            The hidden states that the last step leaves, detached, and the sum of the steps' losses.
        """
        net, device = self._net, hidden.device
        step_columns = [np.concatenate([step.targets - 1, drawn]) for step, drawn in zip(steps, samples, strict=True)]
        inputs = torch.from_numpy(np.concatenate([step.inputs - 1 for step in steps])).to(device)
        columns = torch.from_numpy(np.concatenate(step_columns)).to(device)
        # Copies of the rows in question gather the gradient, so that it is not as large as the catalogue.
        read, scored, biases = (
            table.detach().index_select(0, rows).requires_grad_()
            for table, rows in ((net.item, inputs), (net.item, columns), (net.item_bias, columns))
        )
        step_inputs = functional.dropout(read, self.dropout_embedding).split([len(step.inputs) for step in steps])
        sizes = [len(rows) for rows in step_columns]
        loss = torch.zeros((), device=device)
        for step, rows, x, vectors, bias in zip(
            steps, step_columns, step_inputs, scored.split(sizes), biases.split(sizes), strict=True
        ):
            hidden = functional.dropout(net.gru(x, self._carried(step, hidden)), self.dropout_hidden)
            scores = functional.linear(hidden, vectors, bias)
            loss = loss + self._loss(scores, log_support[rows]) / self.batch_size
        gru = dict(net.gru.named_parameters(prefix="gru"))
        gradients = torch.autograd.grad(loss, [read, scored, biases, *gru.values()])
        optimizers["item"].step_rows(torch.cat([inputs, columns]), torch.cat(gradients[:2]))
        optimizers["item_bias"].step_rows(columns, gradients[2])
        for name, gradient in zip(gru, gradients[3:], strict=True):
            optimizers[name].step(gradient)
        return hidden.detach(), loss.detach()

    def _carried(self, step: SessionStep, hidden: Tensor) -> Tensor:
        """The hidden state of each row's session: that of the row it comes from, zero where a session begins."""
        if step.came_from is None:
            return hidden
        came_from = torch.from_numpy(step.came_from).to(hidden.device)
        padded = torch.cat([hidden, hidden.new_zeros(1, self.dimension)])
        return padded[came_from]

    def _loss(self, scores: Tensor, log_support: Float32Array) -> Tensor:
        """Sum over the rows of a step.

        Args:
            scores: (b, b + n_sample)
            log_support: (b + n_sample,) logarithm of each column's support.
        """
        match self.loss:
            case "cross-entropy":
                log_q = self.logq * log_support
                log_q[len(scores) :] *= self.sample_alpha
                return losses.cross_entropy(scores - torch.from_numpy(log_q).to(scores.device))
            case "bpr-max":
                return losses.bpr_max(scores, self.elu, self.bpreg)
            case "top1":
                return losses.top1(scores)
            case "top1-max":
                return losses.top1_max(scores)
            case "bpr":
                return losses.bpr(scores)
