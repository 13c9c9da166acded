"""Scores of a few items for each place, without copies of the items' vectors.

Shapes: T places, K items of each, d the dimension, N items.
"""

import warnings
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def candidate_scores(representation: Tensor, items: Tensor, candidates: Tensor) -> Tensor:
    """Each representation's products with the vectors of its own candidates, among which an item may be twice.

    On a CPU, neither the vectors of all candidates (T, K, d) nor their gradients are ever laid out, which for
    hundreds of candidates takes most of a step's time.

    Args:
        representation: (T, d)
        items: (N + 1, d)
        candidates: (T, K) rows of `items`.

    Returns:
        (T, K)
    """
    if candidates.shape[1] >= len(items):  # then the whole product is the lesser work; nor could sparse places hold it
        return (representation @ items.T).gather(1, candidates)
    if representation.device.type == "cpu":
        scores: Tensor = _ProductsAtCandidates.apply(representation, items, candidates)
        return scores
    return torch.bmm(functional.embedding(candidates, items), representation[:, :, None]).squeeze(2)


class _ProductsAtCandidates(torch.autograd.Function):
    """representation @ items.T at the candidates, and its gradients as sums of rows with weights."""

    @staticmethod
    def forward(ctx: Any, representation: Tensor, items: Tensor, candidates: Tensor) -> Tensor:
        ctx.save_for_backward(representation, items, candidates)
        n_rows, width = candidates.shape
        starts = torch.arange(0, n_rows * width + 1, width)
        zeros = representation.new_zeros(n_rows * width)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
            # The invariants want a row's columns in order and all different; nothing here needs that.
            places = torch.sparse_csr_tensor(
                starts, candidates.flatten(), zeros, (n_rows, len(items)), check_invariants=False
            )
        return torch.sparse.sampled_addmm(places, representation, items.T, beta=0.0).values().view(n_rows, width)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        representation, items, candidates = ctx.saved_tensors
        gradient = gradients[0].contiguous()
        of_representation = functional.embedding_bag(candidates, items, per_sample_weights=gradient, mode="sum")
        flat = candidates.flatten()
        order = flat.argsort(stable=True)
        ends = torch.bincount(flat, minlength=len(items)).cumsum(0)
        starts = torch.cat([ends.new_zeros(1), ends[:-1]])
        of_items = functional.embedding_bag(
            order // candidates.shape[1],
            representation,
            starts,
            per_sample_weights=gradient.flatten()[order],
            mode="sum",
        )
        return of_representation, of_items, None
