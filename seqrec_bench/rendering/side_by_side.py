"""Models over several data sets as text: Markdown, LaTeX, and CSV and JSON with a line for each figure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from seqrec_bench.analysis.comparison import Outcome
from seqrec_bench.analysis.notes import order_notes, target_notes
from seqrec_bench.analysis.side_by_side import Column, Figure, SideBySide, SideRow
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS
from seqrec_bench.evaluation.metrics import TOO_GOOD, too_good
from seqrec_bench.rendering.blocks import Grid, Notes, Section, numbers, remarks, rules_between, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.latex import escape_latex, latex_table
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.rendering.repeated import apart_fields, apart_grids, apart_latex, field_of
from seqrec_bench.rendering.table import csv_text

MARK = "†"
"""Beside a figure of a model from which the primary one differs."""
_FEWEST_DATASETS = 6
"""With fewer, no test of two models by their ranks can reach 5 %: 2 (1/2)^5 is .0625."""


def side_by_side_document(table: SideBySide) -> Document:
    """One table, a column for each data set and metric, and the notes."""
    rows = list(_flat(table))
    over_all = [{"label": row.label, "mean_rank": row.mean_rank, "wins": row.wins} for row in table.rows]
    fields = {"rows": rows, "over_all": over_all, "primary": table.primary, "notes": notes(table)}
    others = {"latex": lambda: _latex(table), "csv": lambda: csv_text(rows)}
    return Document([_grid(table, " "), *_apart_grids(table), Notes(notes(table))], fields, others)


def _apart_grids(table: SideBySide) -> list[Grid]:
    """Of each data set in which targets repeat items, their figures and those of the others."""
    labels = [row.label for row in table.rows]
    return [
        replace(grid, caption=f"{dataset}: {grid.caption}", label=f"{dataset} {grid.label}")
        for dataset, apart in table.apart.items()
        for grid in apart_grids(apart, labels)
    ]


def _latex(table: SideBySide) -> str:
    """One ``tabular`` whose columns stand together by data set, to be used with booktabs, and the notes below it."""
    n_metrics = len(table.metrics)
    groups = [*((dataset, n_metrics) for dataset in table.datasets), ("Over all", 2)]
    heads = [*(escape_latex(column.metric) for column in table.columns), "Mean rank", "Wins"]
    parts: tuple[list[list[str]], list[list[str]]] = ([], [])
    for row in table.rows:
        figures = (_latex_cell(row.figures.get(at)) for at in table.columns)
        parts[row.is_reference].append([escape_latex(row.label), *figures, *map(escape_latex, standing(row))])
    labels = [row.label for row in table.rows]
    of_parts = [apart_latex(apart, labels, f", on {dataset}") for dataset, apart in table.apart.items()]
    return "\n".join([latex_table(groups, heads, parts, notes(table)), *of_parts])


def _latex_cell(figure: Figure | None) -> str:
    if figure is None:
        return escape_latex(NONE)
    text = number(figure.estimate.mean)
    return (f"\\textbf{{{text}}}" if figure.is_best else text) + (escape_latex(MARK) if differs(figure) else "")


def differs(figure: Figure) -> bool:
    """Whether the primary model is better or worse than this one, by the test."""
    return figure.pair is not None and figure.pair.outcome in (Outcome.BETTER, Outcome.WORSE)


def standing(row: SideRow) -> list[str]:
    """The mean rank and the wins."""
    return [number(row.mean_rank, ".2f"), NONE if row.wins is None else str(row.wins)]


def _flat(table: SideBySide) -> Iterator[dict[str, Any]]:
    """One line for each data set, metric and model, numbers unrounded; a figure that is not there has none."""
    none_apart = {field_of(part): None for apart in table.apart.values() for part in apart.parts}
    for column in table.columns:
        for row in table.rows:
            if column in row.figures:
                of_parts = apart_fields(table.apart.get(column.dataset), column.metric, row.label)
                yield {**_fields(column, row, row.figures[column]), **none_apart, **of_parts}


def _fields(column: Column, row: SideRow, figure: Figure) -> dict[str, Any]:
    found, pair = row.models[column.dataset].configuration, figure.pair
    return {
        "dataset": column.dataset,
        "metric": column.metric,
        "label": row.label,
        "model": found.model,
        "variant": found.variant,
        "dimension": found.dimension,
        "n_seeds": figure.estimate.n_seeds,
        "mean": figure.estimate.mean,
        "half_width_95": figure.estimate.half_width,
        "no_interval": figure.estimate.no_interval,
        "rank": figure.rank,
        "is_best": figure.is_best,
        "primary_minus_this": pair.difference if pair else None,
        "p_holm": pair.p_value if pair else None,
        "primary_is": pair.outcome.value if pair else None,
    }


def notes(table: SideBySide) -> list[str]:
    """What has to be known to read the table."""
    return [
        *_about_figures(table),
        *_about_tests(table),
        *_about_ranks(table),
        "None of this covers another choice of settings, another split or other data sets.",
        *table.cautions,
    ]


def _about_figures(table: SideBySide) -> Iterator[str]:
    records = {model.records[0].key.dataset: model.records for row in table.rows for model in row.models.values()}
    users = ", ".join(f"{name} ({found[0].test.n_users})" for name, found in records.items())
    seeds = sorted(
        {r.key.seed for row in table.rows for m in row.models.values() for r in m.records if not r.deterministic}
    )
    over = f" over seeds {', '.join(map(str, seeds))}," if seeds else ""
    yield f"Means{over} on the test users of {users}, protocol {table.protocol}."
    shown = [model.records[0] for row in table.rows for model in row.models.values()]
    yield from target_notes(shown)
    yield from order_notes(shown)
    fewer = [
        f"{row.label} on {dataset} ({len(model.records)})"
        for row in table.rows
        for dataset, model in row.models.items()
        if not model.records[0].deterministic and len(model.records) < len(seeds)
    ]
    if fewer:
        yield f"With fewer seeds: {', '.join(fewer)}."
    ranked = [metric for metric in table.metrics if metric.is_of_ranks]
    less = [metric for metric in ranked if metric.sign < 0]
    if ranked:
        yield "Bold: the best of a column." + (f" Of {', '.join(less)}, less is better." if less else "")
    if of_lists := [metric for metric in table.metrics if metric not in ranked]:
        what = "a metric of lists: it tells" if len(of_lists) == 1 else "metrics of lists: they tell"
        yield f"No best of {', '.join(of_lists)}, {what} what is recommended and not who is right."
    if table.has_reported:
        yield "Reported figures stand in the table of one data set: name it with --dataset."
    doubtful = [
        f"{row.label} on {dataset}"
        for row in table.rows
        for dataset in row.models
        if too_good(
            figure.estimate.mean
            for at, figure in row.figures.items()
            if at.dataset == dataset and at.metric.is_of_ranks
        )
    ]
    if doubtful:
        yield f"1.0000 in all metrics, to be doubted: {', '.join(doubtful)}; {TOO_GOOD}."


def _about_tests(table: SideBySide) -> Iterator[str]:
    if table.primary is None:
        yield "No tests: they take a study, whose last row is the model that the others are tested against."
        return
    if not table.pairs:
        yield f"No tests: there are no records of {table.primary} beside those of another model."
        return
    tested = [(at, row, pair) for at, row, pair in table.pairs if pair.p_value is not None]
    n_tests = f"the {len(tested)} comparison{'s' if len(tested) > 1 else ''} of this table"
    if tested:
        yield (
            f"{MARK}: {table.primary} differs from this model there, at 5 %, by a paired test within the data set, for "
            f"other users like these and models trained again; p by Holm's procedure over {n_tests}. No mark: not "
            "separated, which is not the same as equal."
        )
    if few := _listed([(at, row) for at, row, pair in table.pairs if pair.outcome is Outcome.TOO_FEW_SEEDS]):
        yield f"Not tested, since a verdict takes {MIN_SEEDS} seeds of each model: {few}."
    if few := _listed([(at, row) for at, row, pair in table.pairs if pair.outcome is Outcome.TOO_FEW_USERS]):
        yield f"Too few users differ for a verdict: {few}."
    absent = [dataset for dataset in table.datasets if all(dataset not in row.models for row in _primary(table))]
    if absent:
        yield f"No tests on {', '.join(absent)}, where {table.primary} has no records."


def _primary(table: SideBySide) -> list[SideRow]:
    return [row for row in table.rows if row.label == table.primary]


def _listed(places: Sequence[tuple[Column, SideRow]]) -> str:
    """``A on shop (HR@5, HR@10); B on news (HR@5)``."""
    found: dict[tuple[str, str], list[str]] = {}
    for column, row in places:
        found.setdefault((row.label, column.dataset), []).append(column.metric)
    return "; ".join(f"{label} on {dataset} ({', '.join(of)})" for (label, dataset), of in found.items())


def _about_ranks(table: SideBySide) -> Iterator[str]:
    n_columns = len(table.ranked)
    if not n_columns:
        yield "No mean rank and no wins: they take a metric of ranks, and a data set on which all models have records."
        return
    n_datasets = len(table.complete)
    where = "" if len(table.complete) == len(table.datasets) else f", those of {', '.join(table.complete)}"
    yield (
        f"Mean rank and wins, where a model is the best, are over {n_columns} columns{where}. They describe these "
        f"columns and prove nothing: {_no_rank_test(n_datasets)}. No metric is averaged over data sets, whose levels "
        "differ."
    )


def _no_rank_test(n_datasets: int) -> str:
    if n_datasets >= _FEWEST_DATASETS:
        return "data sets that somebody has chosen are no sample of all data sets, so their ranks are not tested"
    least = f"{2 * 0.5**n_datasets:g}".removeprefix("0")
    return (
        f"the smallest p-value that the ranks of two models on {n_datasets} data set{'s' if n_datasets > 1 else ''} "
        f"can give is 2 (1/2)^{n_datasets} = {least}, so no rank test of two models reaches 5 %"
    )


def side_by_side_section(table: SideBySide, command: str | None, lacking: Sequence[str]) -> Section:
    """A row for each model, a column for each data set and metric."""
    blocks = [_grid(table, "\n"), *_apart_grids(table), Notes(notes(table))]
    return Section("side-by-side", "All data sets", blocks, command, lacking, in_text=True)


def _grid(table: SideBySide, between: str) -> Grid:
    """The table.

    Args:
        between: What stands between data set and metric in a column's head.
    """
    return Grid(
        caption="All data sets side by side",
        columns=[
            *words("model"),
            *remarks(*(f"{column.dataset}{between}{column.metric}" for column in table.columns)),
            *numbers("mean rank", "wins"),
        ],
        rows=[[row.label, *(_text(row.figures.get(at)) for at in table.columns), *standing(row)] for row in table.rows],
        rules=rules_between([row.is_reference for row in table.rows]),
        bold=[
            (place, number)
            for place, row in enumerate(table.rows)
            for number, at in enumerate(table.columns, start=1)
            if at in row.figures and row.figures[at].is_best
        ],
    )


def _text(figure: Figure | None) -> str:
    return NONE if figure is None else number(figure.estimate.mean) + (MARK if differs(figure) else "")
