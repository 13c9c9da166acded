"""GRU4Rec's losses (Hidasi et al. 2016, section 3.1; Hidasi & Karatzoglou 2018, sections 3.1 and 3.2), in the form that
the authors' code gives them.

Each takes the scores (B, N) of B rows, N >= B, and returns the sum over the rows. Row i's target is column i. All other
columns, the other rows' targets and the items drawn beside them, are its negatives, even where they are the same item.
"""

import torch
from torch import Tensor
from torch.nn import functional

EPSILON = 1e-24
"""Keeps the logarithm of BPR-max finite where all of a row's negatives are far above its target."""


def cross_entropy(scores: Tensor) -> Tensor:
    """-log softmax at the target.

    The authors add 1e-24 to the softmax, lest its logarithm be infinite. The log-softmax here needs no such thing, and
    down to a softmax of 1e-17 the two are equal in float32.
    """
    return functional.cross_entropy(scores, torch.arange(len(scores), device=scores.device), reduction="sum")


def bpr_max(scores: Tensor, elu: float, bpreg: float) -> Tensor:
    """-log(sum_j s_j sigmoid(target - score_j)) + bpreg * sum_j s_j score_j^2, with s the softmax of the negatives.

    Args:
        elu: Scores, the target's too, first go through an exponential linear unit with this alpha; 0 for none.
        bpreg: How much the scores are pulled to zero.
    """
    if elu > 0:
        scores = functional.elu(scores, elu)
    weights = softmax_of_negatives(scores)
    preference = (weights * torch.sigmoid(_targets(scores) - scores)).sum(dim=1)
    return (bpreg * (weights * scores**2).sum(dim=1) - torch.log(preference + EPSILON)).sum()


def top1(scores: Tensor) -> Tensor:
    """mean_j(sigmoid(score_j - target) + sigmoid(score_j^2)), less the target's own sigmoid(target^2) / N."""
    losses = torch.sigmoid(scores - _targets(scores)) + torch.sigmoid(scores**2)
    return (losses.mean(dim=1) - torch.sigmoid(scores.diagonal() ** 2) / scores.shape[1]).sum()


def top1_max(scores: Tensor) -> Tensor:
    """sum_j s_j (sigmoid(score_j - target) + sigmoid(score_j^2)), with s the softmax of the negatives."""
    losses = torch.sigmoid(scores - _targets(scores)) + torch.sigmoid(scores**2)
    return (softmax_of_negatives(scores) * losses).sum()


def bpr(scores: Tensor) -> Tensor:
    """sum_j -log sigmoid(target - score_j), where the target's own column adds log 2."""
    return -functional.logsigmoid(_targets(scores) - scores).sum()


def softmax_of_negatives(scores: Tensor) -> Tensor:
    """(B, N) each row's softmax over its negatives; 0 at its target. It takes part in the gradient."""
    own = torch.eye(*scores.shape, dtype=torch.bool, device=scores.device)
    return scores.masked_fill(own, -torch.inf).softmax(dim=1)


def _targets(scores: Tensor) -> Tensor:
    """(B, 1) each row's score of its target."""
    return scores.diagonal()[:, None]
