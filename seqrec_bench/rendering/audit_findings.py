"""What an audit shows, in sentences that follow from its numbers."""

import math
from collections.abc import Iterable, Mapping, Sequence

from seqrec_bench.analysis.audit import Audit, Column
from seqrec_bench.analysis.variants import BASE, SAMPLES, SCORE_TIES, SEEN, TIME_SPLIT, TIME_TIES, ZEROED, Variant
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.rendering.markdown import number
from seqrec_bench.text import listed

_EPSILON = 5e-5
"""Differences below it are 0 in the four digits that are shown."""


def findings(audit: Audit) -> list[str]:
    """The sentences, by topic; none on what has no records."""
    seen = (SEEN, "Keeping seen items as candidates"), (ZEROED, "Scoring seen items 0")
    parts = [
        *(_history(audit, variant, what) for variant, what in seen),
        _samples(audit),
        _score_ties(audit),
        _time_ties(audit),
        _random_orders(audit),
        _split(audit),
    ]
    return [sentence for part in parts for sentence in part]


def _history(audit: Audit, variant: Variant, what: str) -> Iterable[str]:
    name = audit.metrics[0]
    if changes := _changes(audit, variant, name):
        least, most = max(changes, key=changes.__getitem__), min(changes, key=changes.__getitem__)
        mean = sum(changes.values()) / len(changes)
        yield (
            f"{what} changes {name} by {_signed(changes[most])} ({audit.labels[most]}) to "
            f"{_signed(changes[least])} ({audit.labels[least]}), {_signed(mean)} on average."
        )
        yield f"Then {_order(audit, variant)}."


def _samples(audit: Audit) -> Iterable[str]:
    for variant in SAMPLES:
        if variant.name in audit.columns[audit.metrics[0]]:
            yield f"Against {variant.label} negatives, {_order(audit, variant)}."


def _score_ties(audit: Audit) -> Iterable[str]:
    """Both variants need no records of their own, so they are there wherever the base protocol's are."""
    name = audit.metrics[0]
    largest = {}
    for variant in SCORE_TIES:
        if changes := _changes(audit, variant, name):
            model = max(changes, key=lambda model: abs(changes[model]))
            largest[variant.name] = f"{_signed(changes[model])} ({audit.labels[model]})"
    if largest:
        there = [audit.columns[each][variant.name] for each in audit.metrics for variant in SCORE_TIES]
        n_flips = sum(len(column.flips) for column in there)
        flips = f"{n_flips} pairs flip by any metric" if n_flips else "no pair flips by any metric"
        for_target, against = (largest[variant.name] for variant in SCORE_TIES)
        yield (
            f"Counting equal scores for the target changes {name} by {for_target} at most, and counting them against "
            f"it by {against}; {flips}."
        )


def _time_ties(audit: Audit) -> Iterable[str]:
    name = audit.metrics[0]
    columns = _present(audit, (BASE, *TIME_TIES), name)
    models = [model for model in audit.labels if all(model in column.standings for column in columns)]
    if len(columns) > 1 and models:
        yield f"Over the orders of ties in time, {name} goes {', '.join(_range(audit, columns, m) for m in models)}."
    orders: dict[str, list[str]] = {}
    for column in _present(audit, TIME_TIES, name):
        orders.setdefault(_order(audit, column.variant), []).append(column.variant.label)
    for outcome, labels in orders.items():
        yield f"In the {'order' if len(labels) == 1 else 'orders'} {listed(labels)}, {outcome}."


def _range(audit: Audit, columns: Sequence[Column], model: str) -> str:
    figures = {column.variant.label: column.standings[model].estimate.mean for column in columns}
    low, high = min(figures, key=figures.__getitem__), max(figures, key=figures.__getitem__)
    return f"from {number(figures[low])} ({low}) to {number(figures[high])} ({high}) for {audit.labels[model]}"


def _random_orders(audit: Audit) -> Iterable[str]:
    spreads = {name: list(spread.values()) for name, spread in audit.order_spread.items()}
    if all(spreads.values()):
        typical = [number(math.sqrt(sum(sd**2 for sd in each) / len(each))) for each in spreads.values()]
        yield (
            f"From one random order to another, the standard deviation of {listed(audit.metrics)} is {listed(typical)} "
            f"(root mean square over {len(spreads[audit.metrics[0]])} models), and "
            f"{listed([number(max(each)) for each in spreads.values()])} for the model where it is greatest."
        )


def _split(audit: Audit) -> Iterable[str]:
    if column := audit.columns[audit.metrics[0]].get(TIME_SPLIT.name):
        yield f"Split at one point in time, with {column.n_users} users, {_order(audit, TIME_SPLIT)}."


def _order(audit: Audit, variant: Variant) -> str:
    """How the models' order under the variant differs from the base protocol's, by each metric."""
    columns = [audit.columns[name][variant.name] for name in audit.metrics]
    of = f"of the {columns[0].n_pairs} pairs of models"
    if not any(column.flips for column in columns):
        return f"none {of} flips by any metric"
    flips = listed([str(len(column.flips)) for column in columns])
    n_clear = [sum(flip.is_clear for flip in column.flips) for column in columns]
    clear = f"{listed(list(map(str, n_clear)))} of them clearly" if any(n_clear) else "none of them clearly"
    taus = listed([f"{column.tau or 0:.2f}" for column in columns])
    return f"{flips} {of} flip by {listed(audit.metrics)}, {clear} (Kendall's tau {taus})" + _leaders(
        audit, dict(zip(audit.metrics, columns, strict=True))
    )


def _leaders(audit: Audit, columns: Mapping[str, Column]) -> str:
    """Who leads in the base protocol and does not under the variant."""
    fallen: dict[str, dict[str, int]] = {}
    for name, column in columns.items():
        for model, standing in column.standings.items():
            if standing.rank + standing.moved == 1 and standing.rank > 1:
                fallen.setdefault(audit.labels[model], {})[name] = standing.rank
    return "".join(
        f"; {label}, first of these models under base, is number {_numbers(list(ranks.values()))} by "
        f"{listed(list(ranks))}"
        for label, ranks in fallen.items()
    )


def _numbers(ranks: Sequence[int]) -> str:
    """One number where all are the same."""
    return listed([str(rank) for rank in (ranks if len(set(ranks)) > 1 else ranks[:1])])


def _changes(audit: Audit, variant: Variant, name: Metric) -> dict[str, float]:
    """By model, the figure under the variant minus that under the base protocol."""
    base, there = (audit.columns[name].get(each.name) for each in (BASE, variant))
    if base is None or there is None:
        return {}
    return {
        model: standing.estimate.mean - base.standings[model].estimate.mean
        for model, standing in there.standings.items()
    }


def _present(audit: Audit, variants: Iterable[Variant], name: Metric) -> list[Column]:
    return [audit.columns[name][variant.name] for variant in variants if variant.name in audit.columns[name]]


def _signed(value: float) -> str:
    return number(value, "+.4f") if abs(value) >= _EPSILON else "0"
