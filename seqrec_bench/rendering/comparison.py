"""Comparisons as text and as a forest plot."""

from collections.abc import Callable, Sequence
from typing import Any

from seqrec_bench.analysis.breakdowns import MIN_USERS
from seqrec_bench.analysis.comparison import Comparison, Outcome, Pair
from seqrec_bench.analysis.repeated import Part
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import PAPER_VARIANT, Configuration
from seqrec_bench.rendering.blocks import Column, Grid, Kind, Notes, numbers, words
from seqrec_bench.rendering.charts import Axis, Chart, Panel, Point, Series
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.rendering.repeated import field_of
from seqrec_bench.text import listed


def comparison_document(comparison: Comparison) -> Document:
    """One table for each metric, and the notes."""
    sentences = [*notes(comparison), *comparison.cautions]
    blocks = [*comparison_grids(comparison, _label), *_apart_grids(comparison), Notes(sentences)]
    return Document(blocks, {"rows": _rows(comparison), "notes": sentences})


def comparison_grids(comparison: Comparison, label: Callable[[Configuration], str]) -> list[Grid]:
    """One for each metric.

    Args:
        label: What a model is called.
    """
    heads = numbers("difference", "± 95 %", "relative", "d_z", "users", "p")
    return [
        Grid(
            caption=f"Paired differences, {name}",
            columns=[*words("against"), *heads, Column("verdict", Kind.VERDICT)],
            rows=[[label(pair.other), *_texts(pair)] for pair in comparison.pairs[name]],
            label=f"{name}, against",
        )
        for name in comparison.metrics
    ]


def _apart_grids(comparison: Comparison) -> list[Grid]:
    """The differences on targets that repeat an item of the history, and on the others, one table for each metric."""
    return [
        Grid(
            caption=f"Paired differences of repeated targets and of others, {name}",
            columns=[*words("against"), *numbers(*(part.head for part in of_parts))],
            rows=[
                [_label(pair.other), *(_difference(pairs[place], part) for part, pairs in of_parts.items())]
                for place, pair in enumerate(comparison.pairs[name])
            ],
            label=f"{name}, apart, against",
        )
        for name, of_parts in comparison.apart.items()
    ]


def _difference(pair: Pair, part: Part) -> str:
    """The difference on these targets, with its interval where they are enough to have one."""
    spread_is_known = len(part.places) >= MIN_USERS and pair.effect_size is not None
    width = f" ± {number(pair.inference.half_width)}" if pair.inference and spread_is_known else ""
    return f"{number(pair.difference, '+.4f')}{width}"


def _texts(pair: Pair) -> list[str]:
    return [
        number(pair.difference, "+.4f"),
        number(pair.half_width),
        NONE if pair.relative is None else f"{pair.relative:+.1%}",
        number(pair.effect_size, "+.2f"),
        " / ".join(f"{share * 100:.0f}" for share in pair.shares),
        NONE if pair.p_value is None else _p(pair.p_value),
        pair.outcome.value,
    ]


def _p(value: float) -> str:
    return "< .0001" if value < 0.0001 else f"{value:.4f}".removeprefix("0")


def _label(configuration: Configuration) -> str:
    """The name that `compare` takes."""
    variant = "" if configuration.variant == PAPER_VARIANT else f":{configuration.variant}"
    return f"{configuration.model}{variant}" + (f"@{configuration.dimension}" if configuration.dimension else "")


def notes(comparison: Comparison) -> list[str]:
    """What has to be known to read the tables, and what it would take to separate what is not."""
    first = next(iter(comparison.n_seeds))
    seeds = ", ".join(
        f"{_label(each)} {'any' if n_seeds is None else n_seeds}" for each, n_seeds in comparison.n_seeds.items()
    )
    n_others = len(comparison.n_seeds) - 1
    sentences = [
        f"Difference: {_label(first)} minus the other, on the {comparison.n_users} test users of {comparison.dataset} "
        f"under {comparison.protocol}, paired by user. Seeds: {seeds}.",
        *comparison.of_targets,
        "±: half the width of the two-sided 95 % interval, of this comparison alone, for other users like these and "
        "models trained again. It does not cover another choice of settings or another split.",
        f"Verdict on the first model at 5 %, p by Holm's procedure over the {n_others} "
        f"comparison{'s' if n_others > 1 else ''} of a metric.{_ranking(comparison)}",
        "d_z: mean over users of their differences, over its standard deviation. Users: per cent for whom the first "
        "model is better / equal / worse.",
    ]
    if set(comparison.selections.values()) - {comparison.is_selected_by}:
        chosen = "; ".join(f"{_label(each)} by {metric}" for each, metric in comparison.selections.items())
        sentences.append(f"What chose the epochs: {chosen}.")
    if comparison.not_tested:
        sentences.append(
            f"Not compared: {', '.join(comparison.not_tested)}. A metric that has one value a run can't be tested over "
            "users; `seqrec-bench table` shows it."
        )
    sentences += [
        _reach(name, pair)
        for name in comparison.metrics
        for pair in comparison.pairs[name]
        if pair.outcome is Outcome.NOT_SEPARATED
    ]
    if comparison.n_users == 1:
        return [*sentences, "One test user gives no interval and no verdict, since it says nothing about other users."]
    sentences += [
        _few_users(name, pair, pair.inference, comparison.n_users)
        for name in comparison.metrics
        for pair in comparison.pairs[name]
        if pair.inference and pair.outcome is Outcome.TOO_FEW_USERS
    ]
    return sentences


def _ranking(comparison: Comparison) -> str:
    """Which metric comes first and why, in a sentence after others; nothing where there is one only."""
    primary, *secondary = comparison.metrics
    if not secondary:
        return ""
    why = "it is named first"
    if primary == comparison.is_selected_by:
        is_own = all(chose == primary for chose in comparison.selections.values())
        why = "it selects" if is_own else "it selects in the study, if not here"
    others = f"{listed(secondary)} {'are' if len(secondary) > 1 else 'is'} secondary"
    return f" {primary} is the primary metric, since {why}; {others}."


def _few_users(name: Metric, pair: Pair, inference: Inference, n_users: int) -> str:
    """Why there is no verdict from so few users."""
    against = f"{name} against {_label(pair.other)}"
    if not pair.n_differing:
        return f"{against}: no user differs, so there is nothing to test."
    least = min(1.0, 2 * inference.least_p())
    return (
        f"{against}: too few users differ for a verdict, {pair.n_differing} of {n_users}. If "
        f"they all did in one direction, an exact sign test would give p = {_p(least)}, before Holm's procedure; no "
        "smaller one is taken from so few."
    )


def _reach(name: Metric, pair: Pair) -> str:
    """What it would take to separate the two."""
    if pair.seeds_needed is None:
        takes = "no number of seeds would separate a difference as great as this one: it takes more users"
    else:
        takes = f"a difference as great as this one would take about {pair.seeds_needed} seeds a model"
    return (
        f"{name} against {_label(pair.other)}: not separated, which is not the same as equal. These runs find a "
        f"difference of {number(pair.detectable)} with a chance of 80 %; {takes}."
    )


def _rows(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "metric": name,
            "first": str(pair.first),
            "other": str(pair.other),
            "difference": pair.difference,
            "half_width_95": pair.half_width,
            "relative": pair.relative,
            "d_z": pair.effect_size,
            "n_users_who_differ": pair.n_differing,
            "users": dict(zip(("better", "equal", "worse"), pair.shares, strict=True)),
            "p_holm": pair.p_value,
            "verdict": pair.outcome.value,
            "smallest_detectable": pair.detectable,
            "seeds_needed": pair.seeds_needed,
            **{
                field_of(part): of_others[place].difference
                for part, of_others in comparison.apart.get(name, {}).items()
            },
        }
        for name in comparison.metrics
        for place, pair in enumerate(comparison.pairs[name])
    ]


def forest_chart(comparison: Comparison, label: Callable[[Configuration], str] = _label) -> Chart:
    """A panel for each metric: the differences with their 95 % intervals, by verdict.

    Args:
        label: What a model is called.
    """
    first = label(next(iter(comparison.n_seeds)))
    shown = {pair.outcome for pairs in comparison.pairs.values() for pair in pairs}
    return Chart(
        [_panel(pairs, metric, first, label) for metric, pairs in comparison.pairs.items()],
        [Series(outcome.value, outcome) for outcome in Outcome if outcome in shown],
        [
            f"Difference: {first} minus the other. {comparison.dataset} under {comparison.protocol}; 95 % "
            "intervals for other users and seeds;",
            "colours by Holm's procedure over the comparisons of a metric, at 5 %.",
            *comparison.cautions,
        ],
    )


def _panel(pairs: Sequence[Pair], metric: Metric, first: str, label: Callable[[Configuration], str]) -> Panel:
    series = [_row(pair, place, label(pair.other)) for place, pair in enumerate(pairs)]
    found = [f"{each.label} {_interval(pair)}, {pair.outcome}" for each, pair in zip(series, pairs, strict=True)]
    return Panel(
        f"forest-{metric}",
        metric,
        f"{metric} of {first} minus that of {'; '.join(found)}.",
        Axis("difference", shows=[0]),
        Axis(names=[each.label for each in series]),
        series,
    )


def _row(pair: Pair, place: int, other: str) -> Series:
    point = Point(pair.difference, place, pair.half_width, f"{other}: {_interval(pair)}")
    return Series(other, pair.outcome, [point], is_joined=False)


def _interval(pair: Pair) -> str:
    return f"{number(pair.difference, '+.4f')} ± {number(pair.half_width)}"
