"""Metrics of ranks, one value per user, as the exact expectation over a random order of the tied candidates.

With G(r) a metric's gain at rank r, 0 beyond its cut-off, a user with b better and t tied candidates (the target among
the latter) has

    E = (G(b + 1) + ... + G(b + t)) / t.

So a constant scorer gets chance level, neither a perfect score nor none.

Where each user has one target, Recall@K is HR@K, and MAP@K is MRR@K; both names are there since both are in use. A user
with several has them ranked one by one, each without the others, and the mean over them: HR@K is then the share of the
targets that come among the first K, which is Recall@K, and NDCG@K and MRR@K are those of single targets. MAP@K would be
another metric, of one list with all targets in it, and is refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.evaluation.list_metrics import LIST_KINDS, ListKind
from seqrec_bench.recommender import SELECTION_METRIC
from seqrec_bench.records import Ranks, Record

Float64Array = npt.NDArray[np.float64]
Gain = Callable[[npt.NDArray[np.int64]], Float64Array]

MAX_CUTOFF = 10_000


class CutOff(Enum):
    """Whether a metric has one."""

    NEEDED = "needed"
    POSSIBLE = "possible"
    NONE = "none"


@dataclass(frozen=True)
class Kind:
    """What the metrics of one name have in common."""

    gain: Gain
    """G at an array of ranks, 1 for the first: (n,) -> (n,)."""
    cut_off: CutOff = CutOff.NEEDED
    lower_is_better: bool = False
    is_of_single_targets: bool = True
    """Whether it is one of several targets a user as well, each ranked by itself."""


def hit(ranks: npt.NDArray[np.int64]) -> Float64Array:
    """G(r) = 1."""
    return np.ones(len(ranks))


def reciprocal_rank(ranks: npt.NDArray[np.int64]) -> Float64Array:
    """G(r) = 1 / r."""
    return 1 / ranks


def discounted_gain(ranks: npt.NDArray[np.int64]) -> Float64Array:
    """G(r) = 1 / log2(r + 1), of an ideal DCG of 1 with one relevant item."""
    return 1 / np.log2(ranks + 1)


def rank(ranks: npt.NDArray[np.int64]) -> Float64Array:
    """G(r) = r."""
    return ranks.astype(np.float64)


KINDS: Mapping[str, Kind] = {
    "HR": Kind(hit),
    "Recall": Kind(hit),
    "NDCG": Kind(discounted_gain),
    "MRR": Kind(reciprocal_rank, CutOff.POSSIBLE),
    "MAP": Kind(reciprocal_rank, is_of_single_targets=False),
    "MeanRank": Kind(rank, CutOff.NONE, lower_is_better=True),
}
"""By the names under which they are reported, in the order in which they are sorted."""


class Metric(str):
    """A metric by its name, such as ``NDCG@10`` or ``MRR``; it is that name, so records and tables have it as it is.

    Raises:
        InputError: There is no such metric.
    """

    __slots__ = ()

    def __new__(cls, name: str) -> "Metric":
        """Checks the name; a `Metric` is one already."""
        if isinstance(name, Metric):
            return name
        kind, at, k = name.partition("@")
        if kind not in KINDS and kind not in LIST_KINDS:
            raise InputError(f"There is no metric {name!r}: choose from {known_metrics()}.")
        cut_off = KINDS[kind].cut_off if kind in KINDS else CutOff.NEEDED
        if (at and cut_off is CutOff.NONE) or (not at and cut_off is CutOff.NEEDED):
            has = "no cut-off" if at else f"a cut-off, as {kind}@10 has"
            raise InputError(f"There is no metric {name!r}: {kind} has {has}.")
        if at and not (re.fullmatch(r"[1-9]\d*", k, re.ASCII) and int(k) <= MAX_CUTOFF):
            raise InputError(
                f"There is no metric {name!r}: a cut-off is a whole number from 1 to {MAX_CUTOFF}, as {kind}@10 has."
            )
        return super().__new__(cls, name)

    @property
    def kind(self) -> Kind | ListKind:
        name = self.partition("@")[0]
        return KINDS[name] if name in KINDS else LIST_KINDS[name]

    @property
    def cut_off(self) -> int | None:
        """K; None for a metric of all ranks."""
        _, at, k = self.partition("@")
        return int(k) if at else None

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return -1 if self.kind.lower_is_better else 1

    @property
    def is_of_ranks(self) -> bool:
        """Whether it is computed from ranks; else from lists."""
        return isinstance(self.kind, Kind)

    @property
    def is_per_user(self) -> bool:
        """Whether it has one value a user; else one a run."""
        return isinstance(self.kind, Kind) or self.kind.is_per_user

    def applies_to(self, ranks: Ranks) -> bool:
        """Whether it can be had beside these ranks: one of whole lists not where users have several targets."""
        return isinstance(self.kind, ListKind) or self.kind.is_of_single_targets or ranks.n_targets == ranks.n_users

    def values(self, ranks: Ranks) -> Float64Array:
        """One value per user, the mean over the user's targets. Shape (n_evaluated,).

        Raises:
            InputError: It is a metric of lists, which ranks say nothing of; or users have several targets, of which it
                is none.
        """
        if isinstance(self.kind, ListKind):
            raise InputError(f"{self} is a metric of lists and not of ranks: name another.")
        if not self.applies_to(ranks):
            raise _not_of_single_targets(self)
        k = int((ranks.better + ranks.tied).max()) if self.cut_off is None else self.cut_off
        return ranks.of_users(_expected_gain(ranks, self.kind.gain(np.arange(1, k + 1))))


def known_metrics() -> str:
    """How all metrics are written, K for a cut-off, to be put into a sentence."""
    forms = {CutOff.NEEDED: ("@K",), CutOff.POSSIBLE: ("@K", ""), CutOff.NONE: ("",)}
    of_ranks = [f"{name}{form}" for name, kind in KINDS.items() for form in forms[kind.cut_off]]
    return ", ".join([*of_ranks, *(f"{name}@K" for name in LIST_KINDS)])


def read_metrics(names: Iterable[str]) -> tuple[Metric, ...]:
    """Different metrics in the order in which they are named.

    Raises:
        InputError: There are none, there is no such metric, or one is named twice.
    """
    metrics = tuple(map(Metric, names))
    if not metrics:
        raise InputError(f"No metric is named: name one or more of {known_metrics()}.")
    for metric in metrics:
        if metrics.count(metric) > 1:
            raise InputError(f"The metric {metric} is named twice: name each once.")
    return metrics


def metric(ranks: Ranks, name: str) -> Float64Array:
    """The metric of this name, one value per user. Shape (n_evaluated,).

    Raises:
        InputError: There is no such metric.
    """
    return Metric(name).values(ranks)


USUAL_SELECTION = Metric(SELECTION_METRIC)


def selection_metric(name: str) -> Metric:
    """The metric of this name, where it can choose: validation has ranks and no lists.

    Raises:
        InputError: There is no such metric, or it can't.
    """
    metric = Metric(name)
    if not metric.is_of_ranks:
        raise InputError(f"{metric} is a metric of lists, which can't choose: name one of ranks, such as NDCG@10.")
    return metric


def require_choice(metric: Metric, validation: Holdout) -> None:
    """Raises `InputError` for a metric that these targets can't be chosen by, since users have several."""
    if (
        isinstance(metric.kind, Kind)
        and not metric.kind.is_of_single_targets
        and len(validation.evaluated) < len(validation.users)
    ):
        raise _not_of_single_targets(metric)


def _not_of_single_targets(metric: Metric) -> InputError:
    return InputError(
        f"{metric} is of one list with all of a user's targets in it, and here users have several targets, which are "
        f"ranked one by one: name MRR{metric.removeprefix('MAP')}, which is that of single targets."
    )


def values_of(record: Record, metric: Metric) -> Float64Array:
    """The metric of a record's test users: (n_evaluated,), or (1,) where it is not per user.

    Raises:
        MissingCellsError: It is a metric of lists, and the record has none, or shorter ones.
        InvalidRecordError: The file of the lists is not valid.
    """
    if isinstance(metric.kind, Kind):
        return metric.values(record.test)
    k = int(metric.cut_off or 0)
    if record.top is None or record.top.k < k:
        raise MissingCellsError(
            f"{record.key} on {record.key.dataset} was recorded without its top {k}, which {metric} is computed from: "
            f"make it with --keep-top {k}."
        )
    return metric.kind.measure(record.top.read().first(k))


VALIDATION_METRICS = (Metric("HR@50"), Metric("MRR@50"), Metric("NDCG@50"))
"""What a model is told of its validation targets; where another metric chooses, that one too."""


def validation_figures(ranks: Ranks, selection: str = SELECTION_METRIC) -> dict[str, float]:
    """The means over users of `VALIDATION_METRICS` and of the metric that chooses, by name."""
    names = dict.fromkeys((*VALIDATION_METRICS, selection))
    return {str(name): float(Metric(name).values(ranks).mean()) for name in names}  # plain texts, as Dask demands


def selection_of(records: Iterable[Record]) -> Metric:
    """The metric that chose these records' models, which is one for all; the usual one where nothing was chosen."""
    return Metric(next(filter(None, (record.recipe.selection for record in records)), SELECTION_METRIC))


TOO_GOOD = "a model that ranks every target first has almost surely seen them"
"""What is said beside figures that are `too_good`."""


def too_good(figures: Iterable[float]) -> bool:
    """Whether there are figures of ranks, and all are 1.0000 as shown, with four digits: a mean rank of 1 too."""
    shown = [round(figure, 4) for figure in figures]
    return bool(shown) and all(figure == 1 for figure in shown)


def _expected_gain(ranks: Ranks, gains: Float64Array) -> Float64Array:
    """Mean gain over the ranks better + 1 .. better + tied of each target; gains[r - 1] is G(r), and G is 0 beyond."""
    k = len(gains)
    total = np.concatenate([[0.0], np.cumsum(gains)])
    first, last = np.minimum(ranks.better, k), np.minimum(ranks.better + ranks.tied, k)
    gained: Float64Array = (total[last] - total[first]) / ranks.tied
    return gained
