"""Checks of `Explainable`; a recommender that is none passes them all."""

import numpy as np
import numpy.typing as npt

from seqrec_bench.evaluation.conformance.scoring import is_close
from seqrec_bench.evaluation.conformance.small_fits import ConformanceError, Factory, SmallFit, require, shared_fit
from seqrec_bench.recommender import PADDING, Explainable, Explanation, Float32Array, Int64Array

SUM_ROUNDING = 1e-4
"""How far from 1 weights may sum up."""

FORGOTTEN_TERM = "a bias is left out, or dropout is on, since explain() does not call eval()"


def check_explanation_has_the_right_shapes(make: Factory) -> None:
    """Something is explained, all of it in finite float32 arrays of the shapes that `Explanation` has."""
    fitted = shared_fit(make)
    if isinstance(fitted.recommender, Explainable):
        _, histories = fitted.inputs()
        n_rows, length = histories.shape
        width = fitted.split.train.n_items + 1
        found = _explain(fitted)
        expected: list[tuple[str, Float32Array | None, tuple[int, ...]]] = [
            ("contributions", found.contributions, (n_rows, length, width)),
            ("items", found.items, (n_rows, length, length)),
            ("users", found.users, (n_rows, fitted.split.train.n_users)),
            *((f"part {name!r}", part, (n_rows, width)) for name, part in (found.parts or {}).items()),
        ]
        empty = not any(array is not None for _, array, _ in expected)
        nothing = "the model has nothing to explain with these settings: then it needs no explain()"
        require(not empty, fitted.recommender, "its explanation is empty", nothing)
        for name, array, shape in expected:
            if array is not None:
                _require_array(fitted, name, array, shape)


def check_explained_terms_sum_to_the_scores(make: Factory) -> None:
    """The parts, where there are any, sum to the scores, and so do the contributions, which are 0 at padding."""
    fitted = shared_fit(make)
    if isinstance(fitted.recommender, Explainable):
        found = _explain(fitted)
        if found.parts is not None:
            total = np.sum(list(found.parts.values()), axis=0)[:, 1:]
            close = is_close(total, fitted.scores())
            require(close, fitted.recommender, "its parts do not sum to its scores", FORGOTTEN_TERM)
        if found.contributions is not None:
            at_padding = found.contributions[fitted.inputs()[1] == PADDING]
            require(not at_padding.any(), fitted.recommender, "it explains scores by padding")
            total = found.contributions.sum(axis=1)[:, 1:]
            close = is_close(total, fitted.scores())
            require(close, fitted.recommender, "its contributions do not sum to its scores", FORGOTTEN_TERM)


def check_attention_is_a_distribution(make: Factory) -> None:
    """Weights are 0 or more and sum to 1 over what may be seen: users, or items of a history up to an item's own."""
    fitted = shared_fit(make)
    if isinstance(fitted.recommender, Explainable):
        found = _explain(fitted)
        if found.items is not None:
            _, histories = fitted.inputs()
            seen = _visible(histories)
            complaint = "it attends to padding or to later items"
            turned = "the places are those of a net with the padding on the right: `shift_right` moves them back"
            require(not found.items[~seen].any(), fitted.recommender, complaint, turned)
            _require_distributions(fitted, found.items[histories != PADDING], "over items")
        if found.users is not None:
            _require_distributions(fitted, found.users, "over users")


def check_explaining_changes_nothing(make: Factory) -> None:
    """`explain` leaves its arguments and the scores as they are."""
    fitted = shared_fit(make)
    if isinstance(fitted.recommender, Explainable):
        users, histories = fitted.inputs()
        before = fitted.scores().copy()
        fitted.recommender.explain(users, histories)
        given = fitted.inputs()
        same = np.array_equal(users, given[0]) and np.array_equal(histories, given[1])
        require(same, fitted.recommender, "explain() changed its arguments", "it writes into them: copy first")
        complaint, lasting = "explain() changed its scores", "it leaves the net in training mode, or keeps something"
        require(np.array_equal(fitted.scores(), before), fitted.recommender, complaint, f"{lasting}: only look")


def _explain(fitted: SmallFit) -> Explanation:
    assert isinstance(fitted.recommender, Explainable)
    found = fitted.recommender.explain(*fitted.inputs())
    if not isinstance(found, Explanation):
        raise ConformanceError(f"{fitted.recommender.name}: its explanation is a {type(found).__name__}")
    return found


def _require_array(fitted: SmallFit, name: str, array: Float32Array, shape: tuple[int, ...]) -> None:
    complaint = f"{name} of its explanation is not finite float32 {shape}"
    is_array = isinstance(array, np.ndarray) and array.shape == shape and array.dtype == np.float32
    require(is_array and bool(np.isfinite(array).all()), fitted.recommender, complaint)


def _visible(histories: Int64Array) -> npt.NDArray[np.bool_]:
    """(B, L, L) whether neither place is padding and the column's is not after the row's."""
    present = histories != PADDING
    visible: npt.NDArray[np.bool_] = present[:, :, None] & present[:, None, :] & np.tri(histories.shape[1], dtype=bool)
    return visible


def _require_distributions(fitted: SmallFit, weights: Float32Array, place: str) -> None:
    """Raises `ConformanceError` where a row of weights, (n, k), is no distribution."""
    negative, logits = f"a weight of its attention {place} is negative", "it gives what goes into the softmax"
    require(bool((weights >= 0).all()), fitted.recommender, negative, f"{logits}: give what comes out")
    off = float(np.abs(weights.sum(axis=1) - 1).max(initial=0))
    dropped = "dropout is on, since explain() does not call eval(), or heads are added and not averaged"
    require(off <= SUM_ROUNDING, fitted.recommender, f"weights of its attention {place} do not sum to 1", dropped)


CHECKS = (
    check_explanation_has_the_right_shapes,
    check_explained_terms_sum_to_the_scores,
    check_attention_is_a_distribution,
    check_explaining_changes_nothing,
)
