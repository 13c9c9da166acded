"""Why scores are none that the bench can rank, as far as they tell."""

import numpy as np

_INFINITE = "seen or padding items are masked with -inf: leave them in, the bench takes them out itself"
_NOT_A_NUMBER = (
    "a division by a count of 0, or a softmax over places that are all masked, as in a history of padding alone"
)


def usual_cause(scores: object, expected: tuple[int, int]) -> str | None:
    """What most often makes such scores, and the mend; None where they are sound.

    Args:
        expected: The shape that they ought to have.
    """
    if not isinstance(scores, np.ndarray):
        return "`.cpu().numpy()` makes an array of a tensor, which score() has to give"
    if scores.shape != expected:
        return "column 0, the padding item's, is left out, or a row is not a user"
    if scores.dtype != np.float32:
        return "NumPy counts in 64 bits: `.astype(np.float32)`"
    unsound = scores[:, 1:][~np.isfinite(scores[:, 1:])]
    if len(unsound) == 0:
        return None
    return _INFINITE if np.isneginf(unsound).all() else _NOT_A_NUMBER
