"""The protocols by name: who is kept, how ties in time are ordered, what is held out, what a target is ranked against.

`LOO_FULL` is the bench's own. The others in `PROTOCOLS` differ from it in one point each, to show how far conclusions
depend on that point (see docs/audit.md). Beside them, two have a k-core for every k: ``loo-full-5core-v1``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from seqrec_bench.data.dataset import Dataset, in_order
from seqrec_bench.data.k_core import k_core
from seqrec_bench.data.ordering import reverse_ties, shuffle_ties, sort_ties_by_item
from seqrec_bench.data.split import Split, leave_one_out
from seqrec_bench.data.time_split import split_at_time
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.candidates import with_popular_sample, with_seen, with_uniform_sample
from seqrec_bench.recommender import Sequences

LOO_FULL = "loo-full-v1"
"""Leave one out, full ranking, history excluded, ties in time by row: see docs/protocol.md."""

N_NEGATIVES = 100
NEGATIVES_SEED = 0
TIME_QUANTILE = 0.75
"""Three quarters of the interactions are training data under ``time-full-v1``."""

MIN_CORE = 2
"""Every user and item has one interaction anyway."""

RANDOM_ORDERS = range(5)
"""The seeds of the random orders of ties."""


@dataclass(frozen=True)
class Protocol:
    """How a data set becomes training data and ranked targets."""

    name: str
    keep: Callable[[Dataset], Dataset] | None = None
    """Takes users and items out, before all else; None keeps them all."""
    reorder: Callable[[Dataset], Dataset] | None = None
    """Changes the order of interactions of one user and time; None leaves them as the file has them."""
    split: Callable[[Dataset], Split] = lambda dataset: leave_one_out(dataset.sequences)
    candidates: Callable[[Split], Split] | None = None
    """Changes what targets are ranked against; None leaves the whole catalogue but the user's history."""
    base: str | None = None
    """The protocol with the same training data, whose trained models are ranked again; None where it trains its own."""
    needs_times: bool = False
    """Whether it orders or splits by time, which data whose only order is that of their rows do not have."""

    def arrange(self, dataset: Dataset) -> Dataset:
        """The data set of the users and items that this protocol keeps, with ties in its order.

        Raises:
            InputError: It keeps none, or needs times that the data do not have.
        """
        self._require_times(dataset)
        kept = dataset if self.keep is None else self.keep(dataset)
        return kept if self.reorder is None else self.reorder(kept)

    def hold_out(self, dataset: Dataset) -> Split:
        """Splits a data set that is arranged already.

        Raises:
            InputError: Nobody is left to evaluate, or it needs times that the data do not have.
        """
        self._require_times(dataset)
        split = self.split(dataset)
        return split if self.candidates is None else self.candidates(split)

    def _require_times(self, dataset: Dataset) -> None:
        if self.needs_times and not dataset.has_times:
            raise InputError(
                f"The protocol {self.name} goes by time, and {dataset.name} has no times, only the order of its rows: "
                f"choose one of leave-one-out in that order, such as {LOO_FULL}."
            )


def _tied(name: str, order: Callable[[Sequences], Sequences]) -> Protocol:
    return Protocol(name, reorder=lambda dataset: in_order(dataset, order(dataset.sequences)), needs_times=True)


def _ranked_again(name: str, candidates: Callable[[Split], Split]) -> Protocol:
    return Protocol(name, candidates=candidates, base=LOO_FULL)


ALL = (
    Protocol(LOO_FULL),
    _ranked_again("loo-full-seen-v1", with_seen),
    _ranked_again("loo-uniform100-v1", partial(with_uniform_sample, number=N_NEGATIVES, seed=NEGATIVES_SEED)),
    _ranked_again("loo-popular100-v1", partial(with_popular_sample, number=N_NEGATIVES, seed=NEGATIVES_SEED)),
    _tied("loo-full-reversed-ties-v1", reverse_ties),
    *(_tied(f"loo-full-random-ties-{seed}-v1", partial(shuffle_ties, seed=seed)) for seed in RANDOM_ORDERS),
    _tied("loo-full-item-up-ties-v1", partial(sort_ties_by_item, descending=False)),
    _tied("loo-full-item-down-ties-v1", partial(sort_ties_by_item, descending=True)),
    Protocol("time-full-v1", split=lambda dataset: split_at_time(dataset.sequences, TIME_QUANTILE), needs_times=True),
)
PROTOCOLS: Mapping[str, Protocol] = {protocol.name: protocol for protocol in ALL}
"""The protocols with a fixed name; `find_protocol` knows the k-cores too."""

_WITH_CORES = ("loo-full", "time-full")


def find_protocol(name: str) -> Protocol:
    """The protocol of this name: one of `PROTOCOLS`, or one of them on a k-core, such as ``time-full-10core-v1``.

    Raises:
        InputError: There is none.
    """
    if name in PROTOCOLS:
        return PROTOCOLS[name]
    found = re.fullmatch(rf"({'|'.join(_WITH_CORES)})-([1-9]\d*)core-v1", name)
    if found is None or int(found[2]) < MIN_CORE:
        cores = " and ".join(f"{family}-<K>core-v1" for family in _WITH_CORES)
        raise InputError(
            f"There is no protocol {name!r}: choose from {', '.join(PROTOCOLS)}, and {cores} with a K from "
            f"{MIN_CORE} up."
        )
    return replace(PROTOCOLS[f"{found[1]}-v1"], name=name, keep=partial(k_core, k=int(found[2])))


def known_protocol(name: str) -> Protocol | None:
    """The protocol of this name, if there is one."""
    try:
        return find_protocol(name)
    except InputError:
        return None


def on_core(name: str, k: int) -> str:
    """The name of that protocol on the k-core of the data.

    Raises:
        InputError: The protocol has no such variant.
    """
    family = name.removesuffix("-v1")
    if family not in _WITH_CORES:
        raise InputError(f"{name} has no variant on a k-core: only {'-v1 and '.join(_WITH_CORES)}-v1 have one.")
    return f"{family}-{k}core-v1"


def place_in_order(name: str) -> tuple[int, str]:
    """A key that sorts protocols as they stand in `PROTOCOLS`, k-cores last."""
    names = list(PROTOCOLS)
    return (names.index(name) if name in names else len(names), name)
