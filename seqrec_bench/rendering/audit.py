"""An audit as text: Markdown to read, JSON for programs."""

from collections.abc import Sequence
from typing import Any

from seqrec_bench.analysis.audit import Audit, Column
from seqrec_bench.analysis.notes import missing_note
from seqrec_bench.analysis.variants import ON_REQUEST, RANKED_AGAIN, TIME_SPLIT, TRAINED_AGAIN, ZEROED, Variant
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.rendering.audit_findings import findings
from seqrec_bench.rendering.blocks import Grid, Notes, Paragraph, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, number

_NO_MARK = "\N{NO-BREAK SPACE}"


def audit_document(audit: Audit) -> Document:
    """For each metric a table of what was ranked again and one of what was trained again; findings, flips, notes."""
    found = findings(audit)
    columns = [(name, column) for name in audit.metrics for column in audit.columns[name].values()]
    fields = {
        "rows": [row for name, column in columns for row in _rows(audit, name, column)],
        "flips": [
            {"metric": name, "variant": column.variant.name, **vars(flip)}
            for name, column in columns
            for flip in column.flips
        ],
        "spread_over_random_orders": audit.order_spread,
        "findings": found,
        "missing": [str(cell) for cell in audit.missing],
        "notes": notes(audit),
    }
    blocks = [*audit_grids(audit), Paragraph(" ".join(found)), Notes([*flips(audit), *notes(audit)])]
    return Document(blocks, fields)


def audit_grids(audit: Audit) -> list[Grid]:
    """Those that have a figure beside the base protocol's, two for each metric at most."""
    asked_for = [variant for variant in ON_REQUEST if variant.name in audit.columns[audit.metrics[0]]]
    kinds = (
        ((*RANKED_AGAIN, *asked_for), "the same models ranked again"),
        (TRAINED_AGAIN, "models trained again"),
    )
    return [
        Grid(
            caption=f"{name}, {kind}",
            columns=[*words("model"), *numbers(*(variant.label for variant in variants))],
            rows=rows,
            label=name,
        )
        for name in audit.metrics
        for variants, kind in kinds
        if (rows := _lines(audit, name, variants))
    ]


def _lines(audit: Audit, name: Metric, variants: Sequence[Variant]) -> list[list[str]]:
    """A line for each model that has a figure beside the base protocol's."""
    base, *columns = [audit.columns[name].get(variant.name) for variant in variants]
    models = [model for model in audit.labels if any(column and model in column.standings for column in columns)]
    among = {model: base.standings[model].estimate.mean for model in models} if base else {}
    lines = []
    for model in models:
        n_better = sum(name.sign * mean > name.sign * among[model] for mean in among.values())
        first = _cell(among[model], 1 + n_better, 0)
        standings = [column.standings.get(model) if column else None for column in columns]
        others = [NONE if each is None else _cell(each.estimate.mean, each.rank, each.moved) for each in standings]
        lines.append([audit.labels[model], first, *others])
    return lines


def _cell(mean: float, rank: int, moved: int) -> str:
    """Figure, rank, and whether that is better or worse than in the base protocol."""
    mark = "▲" if moved > 0 else "▼" if moved < 0 else _NO_MARK
    return f"{number(mean)} {rank}{mark}"


def flips(audit: Audit) -> list[str]:
    """For each variant, the pairs that flip by the main metric."""
    name = audit.main_metric
    return [
        f"Flips by {name}, {column.variant.label}: "
        + "; ".join(f"{flip.second} over {flip.first}{' (clear)' if flip.is_clear else ''}" for flip in column.flips)
        + "."
        for column in audit.columns[name].values()
        if column.flips
    ]


def notes(audit: Audit) -> list[str]:
    """What has to be known to read the tables."""
    columns = audit.columns[audit.metrics[0]]
    sentences = [
        f"Base: {LOO_FULL}. After a figure, a mean over seeds, stands the model's rank among those that have a figure "
        "in the column (under base, in the table); ▲ and ▼: a better and a worse rank than the base protocol gives "
        "among the same models.",
        "Seen kept: the user's history is ranked too. 100 uniform, 100 popular: each target against 100 unseen items, "
        "drawn uniformly or by their counts in training, fixed for each user; of 101 candidates, a cut-off of 50 takes "
        "in half. Ties for, ties against: equal scores count as below or above the target, not in expectation. In "
        "all of these the models are those trained under the base protocol, with the settings and epochs chosen there.",
        "Reversed, random, item up, item down: the order of a user's interactions of one time, other than the file's; "
        "random is a mean over the random orders. Training data and targets differ, so models are trained again: "
        "those that only count always, the others on request (`--suite audit-retrained`).",
        "Clear: under both protocols the difference is outside its 95 % interval for other users like these, trained "
        "again; the other flips may be chance. Intervals are not adjusted for the number of pairs.",
    ]
    if ZEROED.name in columns:
        sentences.append(
            "Seen scored 0: the user's history is ranked too, with 0 for a score in place of the model's, so that it "
            "stands above every unseen item with a negative score; a target that the user has had before is one of it."
        )
    if TIME_SPLIT.name in columns:
        sentences.append(
            "Time split: training data is what comes before one point in time, and only users with interactions on "
            f"both sides of it are evaluated, {columns[TIME_SPLIT.name].n_users} of them: compare orders there, not "
            "levels."
        )
    if audit.not_audited:
        sentences.append(f"Not audited: {', '.join(audit.not_audited)}, since ranks say nothing of lists.")
    return sentences + missing_note(audit.missing)


def _rows(audit: Audit, name: Metric, column: Column) -> list[dict[str, Any]]:
    return [
        {
            "metric": name,
            "variant": column.variant.name,
            "protocols": column.variant.protocols,
            "label": audit.labels[model],
            "model": model,
            "mean": standing.estimate.mean,
            "half_width_95": standing.estimate.half_width,
            "n_records": standing.estimate.n_seeds,
            "n_users": column.n_users,
            "rank": standing.rank,
            "moved": standing.moved,
        }
        for model, standing in column.standings.items()
    ]
