"""Metrics of the lists that a run recommends: what of the catalogue they show, and how popular it is.

They say nothing of accuracy, and no target is asked for. A list is a user's first K items.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from seqrec_bench.recommender import PADDING
from seqrec_bench.records import TopLists

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ListKind:
    """What the list metrics of one name have in common."""

    measure: Callable[[TopLists], Float64Array]
    """One value for each evaluated user or, where it is not per user, one for the run: (n_evaluated,) or (1,)."""
    is_per_user: bool
    lower_is_better: bool


def coverage(lists: TopLists) -> Float64Array:
    """Catalogue coverage: the share of all items that stand in any list (Ge et al. 2010). Shape (1,)."""
    shown = np.unique(lists.items)
    return np.array([np.count_nonzero(shown) / lists.n_items])


def novelty(lists: TopLists) -> Float64Array:
    """Mean self-information of a list's items in bits, log2(U / u), of which u of U training users have each.

    As Zhou et al. 2010 have it. An item that no training user has counts as if one had it, or it would be infinite.
    Shape (n_evaluated,).
    """
    return _means(lists, np.log2(lists.n_users / np.maximum(lists.popularity, 1)))


def average_popularity(lists: TopLists) -> Float64Array:
    """ARP: the mean over a list's items of how many training users have them (Yin et al. 2012). (n_evaluated,)."""
    return _means(lists, lists.popularity.astype(np.float64))


def gini(lists: TopLists) -> Float64Array:
    """Gini index of how often each of the n items is shown: 0 if all equally often, 1 if one alone.

    With p_1 <= ... <= p_n the items' shares of all that is shown, the sum of (2 j - n - 1) p_j over j, divided by
    n - 1 (Shani & Gunawardana 2011). Shape (1,).
    """
    n_items = lists.n_items
    shown = np.sort(np.bincount(lists.items[lists.items != PADDING], minlength=n_items + 1)[1:])
    weighted = float(((2 * np.arange(1, n_items + 1) - n_items - 1) * shown).sum())
    return np.array([weighted / (max(n_items - 1, 1) * shown.sum())])


LIST_KINDS: Mapping[str, ListKind] = {
    "Coverage": ListKind(coverage, is_per_user=False, lower_is_better=False),
    "Novelty": ListKind(novelty, is_per_user=True, lower_is_better=False),
    "ARP": ListKind(average_popularity, is_per_user=True, lower_is_better=True),
    "Gini": ListKind(gini, is_per_user=False, lower_is_better=True),
}
"""By the names under which they are reported. Each has a cut-off."""


def _means(lists: TopLists, of_item: Float64Array) -> Float64Array:
    """The mean over each list's items of a figure that each item has: (n_items + 1,) -> (n_evaluated,)."""
    is_item = lists.items != PADDING
    total = np.where(is_item, of_item[lists.items], 0.0).sum(axis=1)
    means: Float64Array = total / np.maximum(is_item.sum(axis=1), 1)
    return means
