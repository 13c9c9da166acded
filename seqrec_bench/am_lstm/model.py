"""AM-LSTM as a recommender: its hyperparameters, its training, its scores."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import torch
from torch.nn import functional

from seqrec_bench.am_lstm.network import AMLSTMNet
from seqrec_bench.am_lstm.skip_gram import SkipGramSettings, item_vectors, user_vectors
from seqrec_bench.recommender import FitContext, Float32Array, Int64Array, Sequences
from seqrec_bench.training.epochs import fit_epochs
from seqrec_bench.training.ranges import require_at_least, require_share
from seqrec_bench.training.samples import Samples, cut_windows, shift_left, sliding_windows
from seqrec_bench.training.seeding import seeded

WINDOWS = {"sliding": sliding_windows, "cut": cut_windows}


@dataclass
class AMLSTM:
    """Attention-based LSTM with a user memory (Chen & Lin 2020).

    The paper states all fields but `windows`, the places of the dropout and the skip-gram settings; those were chosen
    on validation (docs/design.md).
    """

    name: ClassVar[str] = "am-lstm"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 100
    history_length: int = 5
    """L: how many latest items make the sequence."""
    epochs: int = 30
    batch_size: int = 256
    """Targets in a step."""
    learning_rate: float = 0.002
    learning_rate_decay: float = 0.98
    """The learning rate is multiplied by this every `decay_steps` steps."""
    decay_steps: int = 400
    least_learning_rate: float = 0.00005
    max_gradient_norm: float = 8.0
    dropout: float = 0.5
    windows: Literal["sliding", "cut"] = "cut"
    """How a user's history is cut into samples: every item after the 5 before it, or in pieces of 5."""
    skip_gram_window: int = 5
    skip_gram_epochs: int = 20
    skip_gram_exponent: float = 0.0
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: AMLSTMNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_at_least(self, 1, "dimension", "history_length", "batch_size", "decay_steps")
        require_at_least(self, 1, "skip_gram_window", "skip_gram_epochs")
        require_at_least(
            self, 0, "epochs", "learning_rate", "learning_rate_decay", "least_learning_rate", "max_gradient_norm"
        )
        require_share(self, "dropout", "weight_averaging")

    @property
    def n_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self._net.parameters())

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = AMLSTMNet(train.n_users, train.n_items, self.dimension, self.history_length, self.dropout)
            self._start_from_skip_gram(train, context.seed)
            self._net.to(context.device)
            optimizer = torch.optim.Adam(self._net.parameters(), lr=self.learning_rate, fused=True)
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self._learning_rate_factor)
            rng = np.random.default_rng(context.seed)

            def train_epoch() -> float:
                losses = [
                    self._step(samples, optimizer, schedule)
                    for samples in WINDOWS[self.windows](train, self.history_length, self.batch_size, rng)
                ]
                return torch.stack(losses).mean().item()

            fit_epochs(self._net, self.epochs, train_epoch, context, averaging=self.weight_averaging)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        items, counts = shift_left(histories)
        wanted = np.arange(items.shape[1]) == np.maximum(counts, 1)[:, None] - 1
        self._net.eval()
        scores = self._net(*self._tensors(users, items, wanted))  # (B, N)
        return functional.pad(scores, (1, 0)).cpu().numpy()

    def _start_from_skip_gram(self, train: Sequences, seed: int) -> None:
        """B and D start from item vectors, A and C from user vectors; all of them are trained on."""
        settings = SkipGramSettings(self.skip_gram_window, self.skip_gram_epochs, self.skip_gram_exponent)
        users = torch.from_numpy(user_vectors(train, self.dimension, settings, seed))
        with torch.no_grad():
            self._net.item_input.weight.copy_(torch.from_numpy(item_vectors(train, self.dimension, settings, seed)))
            self._net.item_output.copy_(torch.from_numpy(item_vectors(train, 2 * self.dimension, settings, seed)))
            self._net.user_key.copy_(users)
            self._net.user_value.copy_(users)

    def _learning_rate_factor(self, step: int) -> float:
        decayed = self.learning_rate_decay ** (step // self.decay_steps)
        return max(decayed, self.least_learning_rate / self.learning_rate)

    def _step(
        self, samples: Samples, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR
    ) -> torch.Tensor:
        """One update by the cross-entropy over all items; returns its value."""
        wanted = samples.targets > 0
        scores = self._net(*self._tensors(samples.users, samples.inputs, wanted))  # (T, N)
        targets = torch.from_numpy(samples.targets[wanted]).to(scores.device)
        loss = functional.cross_entropy(scores, targets - 1)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._net.parameters(), self.max_gradient_norm)
        optimizer.step()
        schedule.step()
        return loss.detach()

    def _tensors(self, *arrays: np.ndarray) -> list[torch.Tensor]:
        device = self._net.item_bias.device
        return [torch.from_numpy(array).to(device) for array in arrays]
