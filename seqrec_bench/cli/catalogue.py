"""What a cut-off at 50 means where there are few items."""

from seqrec_bench.recommender import SELECTION_METRIC

CUT_OFF = int(SELECTION_METRIC.partition("@")[2])
SMALL_SHARE = 0.1
"""Of all items: from here on, a hit among the first 50 is owed to chance so often that users should know."""


def share_shown(n_items: int) -> float:
    """The part of all items that a metric at the cut-off looks at."""
    return min(1.0, CUT_OFF / n_items)


def small_catalogue_note(n_items: int) -> str | None:
    """What users of a small catalogue have to know of figures on it; None for any other."""
    share = share_shown(n_items)
    if share <= SMALL_SHARE:
        return None
    chance = f"{share:.2f} or more" if share < 1 else "1"
    return (
        f"the first {CUT_OFF} are {share:.0%} of all {n_items:,} items: a random order has an HR@{CUT_OFF} of "
        f"{chance}, so it says little of a model, and {SELECTION_METRIC}, which counts places, says more."
    )
