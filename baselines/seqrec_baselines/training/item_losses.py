"""The loss of next items under a net that gives each place a vector, whose product with an item's vector is its score.

Shapes: B pieces of sequences, T targets of all of them, d the dimension, N items, K negatives.

Any net that learns from `Samples` can use them. In `fit`, with the generator that cuts the pieces:

    item_loss = ItemLoss(train, rng, loss="sampled-softmax", negatives=256, sampling="uniform")

and in each step, with `representation` (T, d), one row for each place of `samples.targets` that holds an item, in row
order, and `items` (N + 1, d), whose row v is item v's vector and whose row 0 is the padding's, which is never trained:

    loss = item_loss(samples, representation, items)  # (), the mean over the targets

A temperature and unit vectors are had by giving it such representations and item vectors. Cross-entropy draws nothing:
`cross_entropy` needs no samples. A model with the whole axis as fields calls `require_loss_settings`.
"""

import dataclasses
from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from seqrec_baselines.training.candidate_scores import candidate_scores
from seqrec_baselines.training.negatives import UnseenItems
from seqrec_baselines.training.ranges import require_at_least, require_share
from seqrec_baselines.training.samples import Samples, transitions
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array, Recommender, Sequences

LossName = Literal["cross-entropy", "binary", "gbce", "sampled-softmax"]
Sampling = Literal["unseen", "uniform", "sequence", "in-batch"]

_VALUES_AT_ONCE = 2**26
"""How many values of negatives' vectors and scores are held at a time: 256 MiB. More are computed in parts, twice."""


def require_loss_settings(recommender: Recommender) -> None:
    """Refuses what contradicts itself in a model's fields `loss`, `negatives`, `sampling` and `gbce_t`.

    A field that the loss does nothing with has to be left at its default, so that nobody takes it to matter.

    Raises:
        InputError: A field is out of its range, or the loss does nothing with it.
    """
    require_at_least(recommender, 1, "negatives")
    require_share(recommender, "gbce_t")
    values = {field.name: getattr(recommender, field.name) for field in _fields(recommender) if field.init}
    name, loss, in_batch = recommender.name, values["loss"], values["sampling"] == "in-batch"
    if in_batch and loss in ("binary", "gbce"):
        raise InputError(
            f"{name}.sampling is in-batch, which is corrected for a softmax, but {name}.loss is {loss}: "
            f"give {name}.loss = sampled-softmax, or another {name}.sampling."
        )
    if loss == "cross-entropy":
        unused, why = {"negatives", "sampling", "gbce_t"}, f"{name}.loss is cross-entropy, which is over all items"
    elif in_batch:
        unused, why = {"negatives", "gbce_t"}, f"{name}.sampling is in-batch, whose negatives are the other targets"
    else:
        unused, why = {"gbce_t"} if loss != "gbce" else set(), f"{name}.loss is {loss}"
    for field in _fields(recommender):
        if field.name in unused and values[field.name] != field.default:
            raise InputError(
                f"{name}.{field.name} is {values[field.name]}, but {why}: leave {name}.{field.name} out, or give a "
                "loss or sampling that uses it."
            )


def _fields(recommender: Recommender) -> tuple[dataclasses.Field[object], ...]:
    return dataclasses.fields(recommender)  # type: ignore[arg-type]


def cross_entropy(representation: Tensor, items: Tensor, targets: Tensor) -> Tensor:
    """Mean of -log softmax over all items at the target: (T, d), (N + 1, d) and (T,) -> ()."""
    return functional.cross_entropy(functional.linear(representation, items[1:]), targets - 1)


def binary(positive: Tensor, negative: Tensor, beta: float = 1.0) -> Tensor:
    """-log sigmoid(s)^beta at the target, and the sum of -log(1 - sigmoid(s)) over its negatives.

    With beta 1 it is SASRec's (Kang & McAuley 2018), each negative with the target's weight; with another beta
    gBCE (Petrov & Macdonald 2023). Means over the K + 1 scores, as other code has them, are this divided by K + 1.

    gBCE is usually computed by a transformed score, log(1 / (sigmoid(s)^-beta - 1)), in the binary loss. That is this
    loss: the transformed score's sigmoid is sigmoid(s)^beta, and the logarithm of that is -beta softplus(-s), which
    neither overflows nor rounds to 0. So no double precision is needed here, and no limits of 1e-10 on probabilities,
    below which a target would have no gradient.

    Args:
        positive: (T,) or (G, M) scores of targets.
        negative: (T, K) or (G, K, M) scores of their negatives; -inf for none.

    Returns:
        (T,) or (G, M)
    """
    return beta * functional.softplus(-positive) + functional.softplus(negative).sum(dim=1)


def sampled_softmax(positive: Tensor, negative: Tensor) -> Tensor:
    """-log softmax over a target and its negatives, at the target; arguments and result as for `binary`."""
    return torch.logaddexp(positive, negative.logsumexp(dim=1)) - positive


def gbce_beta(n_negatives: int, n_items: int, t: float) -> float:
    """The power of gBCE (Petrov & Macdonald 2023): with t = 0 it is 1, the binary loss; with t = 1 the sampling rate.

    Raises:
        InputError: There are more negatives than items beside the target.
    """
    rate = n_negatives / (n_items - 1)
    if rate > 1:
        raise InputError(
            f"gBCE has {n_negatives} negatives, but of {n_items} items only {n_items - 1} are not the target: "
            "give fewer negatives."
        )
    return rate * ((1 - 1 / rate) * t + 1 / rate)


class ItemLoss:
    """One of the losses with its negatives, drawn anew in each step.

    Negatives are, by the name of the sampling:

    * unseen: for each target, items that its user has not in training, with replacement;
    * uniform: for each target, any items, with replacement;
    * sequence: for all targets of a piece together, different items that its user has not in training; all of these,
      where they are fewer than asked for;
    * in-batch: for all targets together, the targets of the step. As an item is among them as often as it is a target,
      each score, the target's own too, loses the logarithm of how often it is one in the data ("logQ correction").

    An item is no negative of itself: where the target is drawn, it does not count. Otherwise what is drawn twice counts
    twice.
    """

    def __init__(
        self,
        train: Sequences,
        rng: np.random.Generator,
        *,
        loss: LossName,
        negatives: int = 1,
        sampling: Sampling = "unseen",
        gbce_t: float = 0.75,
    ) -> None:
        """
        Args:
            rng: What negatives are drawn from; it keeps no other state between steps.
            negatives: K, of each target or sequence; in-batch negatives are as many as there are.
            gbce_t: t of gBCE.

        Raises:
            InputError: gBCE has more negatives than there are.
        """
        self._loss, self._n_negatives, self._sampling, self._rng = loss, negatives, sampling, rng
        self._n_items = train.n_items
        self._beta = gbce_beta(negatives, train.n_items, gbce_t) if loss == "gbce" else 1.0
        self._unseen = UnseenItems(train) if loss != "cross-entropy" and sampling in ("unseen", "sequence") else None
        self._log_counts = _log_counts_of_targets(train) if sampling == "in-batch" else None

    def __call__(self, samples: Samples, representation: Tensor, items: Tensor) -> Tensor:
        """The mean over the targets of the samples, ().

        Args:
            representation: (T, d), in row order of the targets that are not padding.
            items: (N + 1, d), item v's vector in row v.
        """
        present = samples.targets != PADDING
        targets = torch.from_numpy(samples.targets[present]).to(items.device)
        if self._loss == "cross-entropy":
            return cross_entropy(representation, items, targets)
        drawn, counts = self._draw(samples.users, samples.targets[present], present.sum(axis=1))
        negatives = torch.from_numpy(drawn).to(items.device)
        positive = _scores(representation, items, targets)
        copied = 0 if len(counts) == len(targets) and items.device.type == "cpu" else items.shape[1]  # of each vector
        n_values = drawn.shape[1] * (len(counts) * copied + len(targets))
        losses = []
        for rows, places in _parts(counts, drawn.shape[1], copied):
            arguments = representation, items, targets, positive, negatives[rows], places
            if n_values <= _VALUES_AT_ONCE:
                losses.append(self._of_part(*arguments))
            else:
                losses.append(checkpoint(self._of_part, *arguments, use_reentrant=False, preserve_rng_state=False))
        return torch.cat(losses).mean()

    def _draw(self, users: Int64Array, targets: Int64Array, counts: Int64Array) -> tuple[Int64Array, Int64Array]:
        """(G, K) negatives, padding for none, and (G,) for how many consecutive targets each row of them is.

        Args:
            users: (B,)
            targets: (T,)
            counts: (B,) targets of each piece.
        """
        if self._sampling == "in-batch":
            return targets[None], np.array([len(targets)])
        one_each = np.ones(len(targets), dtype=np.int64)
        if self._unseen is None:
            return self._rng.integers(1, self._n_items + 1, (len(targets), self._n_negatives)), one_each
        if self._sampling == "sequence":
            return self._unseen.draw_different(users, self._n_negatives, self._rng), counts
        return self._unseen.draw(users.repeat(counts), self._n_negatives, self._rng), one_each

    def _of_part(
        self,
        representation: Tensor,
        items: Tensor,
        targets: Tensor,
        positive: Tensor,
        negatives: Tensor,
        places: Int64Array,
    ) -> Tensor:
        """The losses of some of the targets.

        Args:
            positive: (T,) the scores of all targets.
            negatives: (G, K)
            places: (G, M) which targets each row of negatives is for, -1 where it is for fewer.
        """
        at = torch.from_numpy(np.maximum(places, 0)).to(items.device)  # (G, M)
        negative = _shared_scores(representation, items, negatives, at)  # (G, K, M)
        positive = positive[at]
        if self._log_counts is not None:
            log_counts = torch.from_numpy(self._log_counts).to(items.device)
            positive, negative = positive - log_counts[targets[at]], negative - log_counts[negatives][:, :, None]
        none = (negatives[:, :, None] == targets[at][:, None]) | (negatives == PADDING)[:, :, None]
        negative = negative.masked_fill(none, -torch.inf)
        if self._loss == "sampled-softmax":
            losses = sampled_softmax(positive, negative)
        else:
            losses = binary(positive, negative, self._beta)
        return losses[torch.from_numpy(places >= 0).to(items.device)]


def _log_counts_of_targets(train: Sequences) -> Float32Array:
    """(N + 1,) the logarithm of how often each item is a target in an epoch; 0 for those that are none."""
    counts = np.bincount(train.items[transitions(train)], minlength=train.n_items + 1)
    return np.log(np.maximum(counts, 1)).astype(np.float32)


def _scores(representation: Tensor, items: Tensor, ids: Tensor) -> Tensor:
    """Each representation's score of one item: (T, d), (N + 1, d) and (T,) -> (T,)."""
    return (representation * functional.embedding(ids, items, padding_idx=PADDING)).sum(dim=1)


def _shared_scores(representation: Tensor, items: Tensor, negatives: Tensor, at: Tensor) -> Tensor:
    """The scores (G, K, M) of the items (G, K) for the representations at these places (G, M)."""
    own = representation.index_select(0, at.flatten())  # (G * M, d)
    if negatives.shape[1] == at.shape[1] == 1:  # products of 1 by 1 would take longer
        return _scores(own, items, negatives[:, 0])[:, None, None]
    if at.shape[1] == 1:
        return candidate_scores(own, items, negatives)[:, :, None]
    vectors = items.index_select(0, negatives.flatten()).view(*negatives.shape, -1)
    return torch.bmm(vectors, own.view(*at.shape, -1).transpose(1, 2))


def _parts(counts: Int64Array, n_negatives: int, copied: int) -> Iterator[tuple[Int64Array, Int64Array]]:
    """Rows of negatives that are for about as many targets each, so that their products have little padding.

    Args:
        counts: (G,) for how many consecutive targets each row is.
        copied: How many values of each negative's vector are held.

    Yields:
        (g,) rows and (g, M) the places of their targets, filled up with -1.
    """
    firsts = np.cumsum(counts) - counts
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    sizes = np.ceil(np.log2(counts[order]))  # no row of a part is for less than half as many targets as another
    for alike in np.split(order, np.flatnonzero(np.diff(sizes)) + 1):
        within = np.arange(counts[alike[0]])
        places = np.where(within < counts[alike][:, None], firsts[alike][:, None] + within, -1)
        at_once = max(1, _VALUES_AT_ONCE // (n_negatives * (copied + len(within))))
        for first in range(0, len(alike), at_once):
            yield alike[first : first + at_once], places[first : first + at_once]
