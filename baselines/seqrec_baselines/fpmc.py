"""FPMC: factorised personalised Markov chains (Rendle, Freudenthaler & Schmidt-Thieme 2010), for baskets of size 1.

x(u, l, i) = <V_u^UI, V_i^IU> + <V_i^IL, V_l^LI>, with l the user's last item. The three item matrices IU, IL and LI are
different ones. IU and IL are kept side by side in one matrix, so that a score is one product of [V_u^UI, V_l^LI] and
[V_i^IU, V_i^IL].
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from seqrec_baselines.training.epochs import mean_loss
from seqrec_baselines.training.net_recommender import NetRecommender
from seqrec_baselines.training.ranges import require_at_least, require_training_settings
from seqrec_baselines.training.samples import transitions
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Explanation, FitContext, Float32Array, Int64Array, Sequences


class FPMCNet(nn.Module):
    def __init__(self, n_users: int, n_items: int, dimension: int, initial_std: float) -> None:
        super().__init__()
        self.user = nn.Parameter(torch.randn(n_users, dimension) * initial_std)  # V^UI
        self.last = nn.Parameter(torch.randn(n_items + 1, dimension) * initial_std)  # V^LI
        self.item = nn.Parameter(torch.randn(n_items + 1, 2 * dimension) * initial_std)  # [V^IU, V^IL]
        with torch.no_grad():
            self.last[0] = 0  # a user without a last item

    def query(self, users: Tensor, last: Tensor) -> Tensor:
        """[V_u^UI, V_l^LI], (B, 2d)."""
        return torch.cat([self.user[users], self.last[last]], dim=1)

    @torch.no_grad()
    def update(self, users: Tensor, last: Tensor, chosen: Tensor, other: Tensor, rate: float, decay: float) -> Tensor:
        """One step of S-BPR for each draw (u, l, i, j), all computed from the values before; returns the mean loss.

        With delta = 1 - sigmoid(x_i - x_j), the paper's stochastic gradient step for one draw is
        theta += rate * (delta * d(x_i - x_j) / dtheta - decay * theta) for the rows that the draw touches.
        """
        query = self.query(users, last)
        item_i, item_j = self.item[chosen], self.item[other]
        margin = (query * (item_i - item_j)).sum(dim=1)
        delta = torch.sigmoid(-margin)[:, None]
        step_query = rate * (delta * (item_i - item_j) - decay * query)
        step_user, step_last = step_query.chunk(2, dim=1)
        self.user.index_add_(0, users, step_user)
        self.last.index_add_(0, last, step_last)
        self.item.index_add_(0, chosen, rate * (delta * query - decay * item_i))
        self.item.index_add_(0, other, rate * (-delta * query - decay * item_j))
        return -functional.logsigmoid(margin).mean()


@dataclass
class FPMC(NetRecommender):
    """Factorised personalised Markov chains (Rendle, Freudenthaler & Schmidt-Thieme 2010).

    S-BPR by the paper's stochastic gradient steps, `batch_size` draws at a time.

    The paper gives the model, the criterion and the steps; rate, regularisation and initial spread were chosen on
    validation (docs/design.md). A negative is any item but the positive one, as the paper has it for baskets of one.
    """

    name: ClassVar[str] = "fpmc"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = True
    history_length: ClassVar[int | None] = 1

    dimension: int = 100
    """Of each of the two factorisations."""
    epochs: int = 1000
    """At most, each of as many draws, with replacement, as there are transitions."""
    patience: int = field(default=50, metadata={"absent": 0})
    """Training ends after so many epochs without a better validation NDCG@50; 0 to run them all."""
    batch_size: int = 256
    """Draws in a step, all from the values before it."""
    learning_rate: float = 0.02
    """Of stochastic gradient descent."""
    regularisation: float = 0.01
    """Weight of the L2 penalty on the vectors of a draw."""
    initial_std: float = 0.01
    """Standard deviation of the normal vectors that training starts from."""
    weight_averaging: float = 0.0
    """Decay of a moving average of the weights over the epochs, which then is what counts; 0 for none."""

    _net: FPMCNet = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        require_training_settings(self)
        require_at_least(self, 0, "regularisation", "initial_std")

    def fit(self, train: Sequences, context: FitContext) -> None:
        if train.n_items < 2:
            raise InputError("fpmc learns from pairs of items and the data have only one: give data with more items.")
        with seeded(context.seed, context.device):
            self._net = self._new_net(train).to(context.device)
            rng = np.random.default_rng(context.seed)
            user_of = train.users
            successors = transitions(train)

            def train_epoch() -> float:
                drawn = rng.choice(successors, len(successors))
                positive = train.items[drawn].astype(np.int64)
                negative = rng.integers(1, train.n_items, len(drawn))
                negative += negative >= positive  # uniform over all items but the positive one
                draws = np.stack([user_of[drawn], train.items[drawn - 1], positive, negative])
                batches = torch.from_numpy(draws).to(context.device).split(self.batch_size, dim=1)
                return mean_loss(
                    self._net.update(users, last, chosen, other, self.learning_rate, self.regularisation)
                    for users, last, chosen, other in batches
                )

            self._fit_epochs(train_epoch, context, rng)

    def _new_net(self, train: Sequences) -> FPMCNet:
        return FPMCNet(train.n_users, train.n_items, self.dimension, self.initial_std)

    @torch.no_grad()
    def score(self, users: Int64Array, histories: Int64Array) -> Float32Array:
        device = self._net.item.device
        query = self._net.query(torch.from_numpy(users).to(device), torch.from_numpy(histories[:, -1]).to(device))
        return (query @ self._net.item.T).cpu().numpy()

    @torch.no_grad()
    def explain(self, users: Int64Array, histories: Int64Array) -> Explanation:
        """<V_u^UI, V_i^IU> and <V_i^IL, V_l^LI>."""
        device = self._net.item.device
        query = self._net.query(torch.from_numpy(users).to(device), torch.from_numpy(histories[:, -1]).to(device))
        of_user, of_last = (
            (side @ items.T).cpu().numpy()
            for side, items in zip(query.chunk(2, dim=1), self._net.item.chunk(2, dim=1), strict=True)
        )
        return Explanation(parts={"user": of_user, "last item": of_last})
