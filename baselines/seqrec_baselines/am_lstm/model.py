"""AM-LSTM as a recommender: its hyperparameters, its training, its scores."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
import torch
from torch.nn import functional

from seqrec_baselines.am_lstm.network import AMLSTMNet, DropoutPlaces, Parts
from seqrec_baselines.am_lstm.skip_gram import SkipGramSettings, item_vectors, user_vectors
from seqrec_baselines.training.epochs import mean_loss
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.ranges import require_at_least, require_share, require_training_settings
from seqrec_baselines.training.samples import Samples, cut_windows, shift_left, shift_right, sliding_windows
from seqrec_baselines.training.seeding import seeded
from seqrec_baselines.training.steps import descend
from seqrec_bench.recommender import Explanation, FitContext, Float32Array, Int64Array, Sequences


def most_active(train: Sequences, n_users: int) -> torch.Tensor:
    """(n_users,) the users with the most interactions, ascending; of equal ones, those with lower numbers."""
    order = np.argsort(-train.lengths, kind="stable")
    return torch.from_numpy(np.sort(order[:n_users]))


WINDOWS = {"sliding": sliding_windows, "cut": cut_windows}


@dataclass
class AMLSTM(NetRecommender):
    """Attention-based LSTM with a user memory (Chen & Lin 2020).

    The paper states all fields but `windows`, the places of the dropout and the skip-gram settings, which were chosen
    on validation (docs/design.md), and `patience`, which only saves time. Without one of its parts, or with random
    vectors to start from, it is an ablation.
    """

    name: ClassVar[str] = "am-lstm"
    version: ClassVar[int] = 2
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True

    dimension: int = 100
    history_length: int = 5
    """L: how many latest items make the sequence."""
    epochs: int = 30
    """At most."""
    patience: int = 8
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 256
    """Targets in a step."""
    learning_rate: float = 0.002
    """Of Adam, in the first step."""
    learning_rate_decay: float = 0.98
    """The learning rate is multiplied by this every `decay_steps` steps."""
    decay_steps: int = 400
    """After how many steps it is multiplied again."""
    least_learning_rate: float = 0.00005
    """It does not fall below this."""
    max_gradient_norm: float = 8.0
    """A gradient with a greater norm is scaled down to it; 0 for no limit."""
    dropout: float = 0.5
    """The share of values that are dropped in training."""
    dropout_places: DropoutPlaces = "item-vectors-and-y"
    """Y is what is multiplied with D; the LSTM's input is X~."""
    windows: Literal["sliding", "cut"] = "cut"
    """How a user's history is cut into samples: every item after the 5 before it, or in pieces of 5."""
    skip_gram_window: int = 5
    """How many places to either side a word's context reaches."""
    skip_gram_epochs: int = 20
    """Passes over the sentences."""
    skip_gram_exponent: float = 0.0
    """Negatives are drawn by frequency to this power."""
    starting_vectors: Literal["skip-gram", "random"] = "skip-gram"
    """Random ones are normal, with the standard deviation 1 / sqrt(width)."""
    attention: bool = True
    """Whether there is self-attention over the items; without it, X~ = X'."""
    memory: bool = True
    """Whether there is a memory over users; without it, O~ = O."""
    memory_users: int = 0
    """How many users the memory is over, those with the most interactions in training; 0 for all. The paper has all: an
    epoch then takes time by interactions times users, so that data of many users need fewer."""
    fixed_user_vector: bool = True
    """Whether Y holds A[u]; without it, Y = O~."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: AMLSTMNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 1, "history_length", "decay_steps", "skip_gram_window", "skip_gram_epochs")
        require_at_least(self, 0, "learning_rate_decay", "least_learning_rate", "max_gradient_norm", "memory_users")
        require_share(self, "dropout")

    def fit(self, train: Sequences, context: FitContext) -> None:
        with seeded(context.seed, context.device):
            self._net = self._new_net(train)
            if context.resume is None:  # else they would be made for minutes, and replaced
                self._set_starting_vectors(train, context)
            self._net.to(context.device)
            optimizer = torch.optim.Adam(self._net.parameters(), lr=self.learning_rate, fused=True)
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self._learning_rate_factor)
            rng = np.random.default_rng(context.seed)

            def train_epoch() -> float:
                return mean_loss(
                    self._step(samples, optimizer, schedule)
                    for samples in WINDOWS[self.windows](train, self.history_length, self.batch_size, rng)
                )

            self._fit_epochs(train_epoch, context, optimizer, schedule, rng)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        items, counts = shift_left(histories)
        wanted = np.arange(items.shape[1]) == np.maximum(counts, 1)[:, None] - 1
        self._net.eval()
        scores = self._net(*self._tensors(users, items, wanted))  # (B, N)
        return functional.pad(scores, (1, 0)).cpu().numpy()

    @torch.no_grad()
    def explain(self, users: Int64Array, histories: Int64Array) -> Explanation:
        """The attention over items, what is recalled of each user after the latest item, and the terms of the scores.

        The dynamic representation O~ is the LSTM's output O plus what the memory recalls; each has a term of its own.
        """
        items, counts = shift_left(histories)
        inputs, given = self._tensors(items, users)
        self._net.eval()
        latest = self._net.dynamic(inputs)[np.arange(len(items)), np.maximum(counts, 1) - 1]  # (B, d)
        terms = self._net.score_terms(given, latest)
        return Explanation(
            parts={name: functional.pad(term, (1, 0)).cpu().numpy() for name, term in terms.items()},
            items=shift_right(self._net.item_weights(inputs).cpu().numpy(), counts) if self.attention else None,
            users=self._net.memory_weights(latest).cpu().numpy() if self.memory else None,
        )

    def _new_net(self, train: Sequences) -> AMLSTMNet:
        return AMLSTMNet(
            train.n_users,
            train.n_items,
            self.dimension,
            self.history_length,
            self.dropout,
            self.dropout_places,
            Parts(self.attention, self.memory, self.fixed_user_vector),
            most_active(train, self.memory_users) if 0 < self.memory_users < train.n_users else None,
        )

    def _set_starting_vectors(self, train: Sequences, context: FitContext) -> None:
        """B and D start from item vectors, A and C from user vectors; all of them are trained on."""
        if self.starting_vectors == "random":
            self._net.draw_vectors()
            return
        settings = SkipGramSettings(self.skip_gram_window, self.skip_gram_epochs, self.skip_gram_exponent)
        seed, say = context.seed, context.say
        items = item_vectors(train, self.dimension, settings, seed, say)
        outputs = item_vectors(train, self._net.item_output.shape[1], settings, seed, say)[1:]
        with torch.no_grad():
            self._net.item_input.weight.copy_(torch.from_numpy(items))
            self._net.item_output.copy_(torch.from_numpy(outputs))
            if self._net.user_vectors:
                users = torch.from_numpy(user_vectors(train, self.dimension, settings, seed, say))
                self._net.user_key.copy_(users)
                if self.memory:
                    self._net.user_value.copy_(self._net.of_remembered(users))

    def _learning_rate_factor(self, step: int) -> float:
        decayed = self.learning_rate_decay ** (step // self.decay_steps)
        return max(decayed, self.least_learning_rate / self.learning_rate) if self.learning_rate else decayed

    def _step(
        self, samples: Samples, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LambdaLR
    ) -> torch.Tensor:
        """One update by the cross-entropy over all items; returns its value."""
        wanted = samples.targets > 0
        scores = self._net(*self._tensors(samples.users, samples.inputs, wanted))  # (T, N)
        targets = torch.from_numpy(samples.targets[wanted]).to(scores.device)
        loss = functional.cross_entropy(scores, targets - 1)
        descend(self._net, optimizer, loss, self.max_gradient_norm)
        schedule.step()
        return loss.detach()
