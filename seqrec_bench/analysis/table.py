"""The paper's table with what the records give beside what was reported."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from seqrec_bench.analysis.cautions import cautions_of
from seqrec_bench.analysis.notes import missing_note, order_notes, target_notes
from seqrec_bench.analysis.repeated import Apart, apart
from seqrec_bench.analysis.selection import Missing, estimate, select, select_others, with_lists
from seqrec_bench.analysis.statistics.estimates import Estimate
from seqrec_bench.evaluation.metrics import TOO_GOOD, Metric, too_good
from seqrec_bench.records import Record
from seqrec_bench.studies.view import Row, View


@dataclass(frozen=True)
class Entry:
    """One model's figure for one metric."""

    reported: float | None
    """None for a model that the paper does not have."""
    reproduced: Estimate | None
    """None where the model's records are missing."""

    @property
    def difference(self) -> float | None:
        """Reproduced minus reported, where there are both."""
        if self.reported is None or self.reproduced is None:
            return None
        return self.reproduced.mean - self.reported


@dataclass(frozen=True)
class TableRow:
    """One model."""

    label: str
    model: str
    is_reference: bool
    n_seeds: int
    """0 where the model's records are missing."""
    entries: Mapping[str, Entry]
    """By metric."""


@dataclass(frozen=True)
class Table:
    """Reported against reproduced, and what a reader has to know about the latter."""

    metrics: tuple[str, ...]
    rows: tuple[TableRow, ...]
    missing: tuple[Missing, ...]
    """Without the references that have no record at all: these have no row either, and a note names them."""
    seeds: tuple[int, ...]
    """Those of its records, but of models whose seed changes nothing."""
    notes: tuple[str, ...]
    """Sentences to stand under the table."""
    apart: Apart | None = None
    """The figures of targets that their users have had before, and of the others, by the labels of the rows."""

    @property
    def has_reported(self) -> bool:
        """Whether there is anything to hold figures against: not on data that the paper says nothing about."""
        return any(entry.reported is not None for row in self.rows for entry in row.entries.values())

    @property
    def absent(self) -> str:
        """What stands for a figure without records: of a paper's row it is missing, of a comparison's it is not run."""
        return "missing" if self.has_reported else "not run"


def table_one(records: Iterable[Record], view: View, models: Collection[str] | None = None) -> Table:
    """The paper's table: its own rows at its dimension, then the references, then whatever else there is.

    Args:
        models: Only the rows of these, their variants among them; a reference then has one even without records.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    records = list(records)
    if models is not None:
        view, records = only_models(models, view, records)
    lines = [(row, row.configuration) for row in view.table_rows]
    selection = select(records, view, [configuration for _, configuration in lines])
    others, unlisted = with_lists(select_others(records, view), view.metrics, are_all=not lines)
    absent = [row for row in view.references if models is None and row.configuration not in selection.cells]
    rows = (
        *(
            _row(row, selection.cells.get(configuration, ()), view.metrics, row in view.references)
            for row, configuration in lines
            if row not in absent
        ),
        *(
            _row(Row(label, group[0].key.model, {}, group[0].key.dimension), group, view.metrics, True)
            for label, group in others.items()
        ),
    )
    shown = [*selection.records, *(record for group in others.values() for record in group)]
    by_label = {row.label: selection.cells.get(configuration, ()) for row, configuration in lines} | dict(others)
    missing = tuple(
        cell for cell in selection.missing if cell.configuration not in (row.configuration for row in absent)
    )
    seeds = tuple(sorted({record.key.seed for record in shown if not record.deterministic}))
    notes = [
        *_notes(rows, shown, seeds, missing, absent, view, unlisted),
        *cautions_of(shown, view.metrics),
    ]
    return Table(view.metrics, rows, missing, seeds, tuple(notes), apart(by_label, view.metrics))


def only_models(models: Collection[str], view: View, records: Iterable[Record]) -> tuple[View, list[Record]]:
    """The view with the rows of these models alone, their variants among them, and the records of these."""
    rows, references = (tuple(row for row in some if row.model in models) for some in (view.rows, view.references))
    return replace(view, rows=rows, references=references), [r for r in records if r.key.model in models]


def _row(row: Row, records: Sequence[Record], metrics: Sequence[str], is_reference: bool) -> TableRow:
    entries = {
        metric: Entry(row.reported.get(metric), estimate(records, metric) if records else None) for metric in metrics
    }
    return TableRow(row.label, row.model, is_reference, len(records), entries)


def _notes(
    rows: Sequence[TableRow],
    shown: Sequence[Record],
    seeds: Sequence[int],
    missing: Sequence[Missing],
    absent: Sequence[Row],
    view: View,
    unlisted: Sequence[str],
) -> list[str]:
    notes = [f"Reported: {view.citation}; dimension {view.dimension}."] if view.has_reported else []
    if shown:
        notes.append(_reproduced(shown, seeds, view))
    notes += target_notes(shown)
    notes += order_notes(shown)
    if shown and view.has_reported:
        notes.append("Difference: reproduced minus reported.")
    if not all(record.deterministic for record in shown):
        as_reported = ", as the reported figures are," if view.has_reported else ""
        notes.append(
            "±: half the width of the two-sided 95 % interval for the mean over seeds, on exactly these users, with "
            f"these settings and under {view.protocol}; a single run{as_reported} scatters more widely. "
            "It does not cover other users, another choice of settings or another split."
        )
    estimates = {row.label: row.entries[view.metrics[0]].reproduced for row in rows}
    for reason, meaning in (("exact", "Exact, since the seed changes nothing"), ("1 seed", "One seed, so no interval")):
        labels = [label for label, value in estimates.items() if value and value.no_interval == reason]
        if labels:
            notes.append(f"{meaning}: {', '.join(labels)}.")
    doubtful = [row.label for row in rows if _is_too_good(row)]
    if doubtful:
        notes.append(f"1.0000 in all metrics, to be doubted: {', '.join(doubtful)}; {TOO_GOOD}.")
    notes += missing_note(missing, "Missing" if view.has_reported else "Not run")
    if absent:
        notes.append(f"Without records: {', '.join(row.label for row in absent)}.")
    if unlisted:
        notes.append(f"Not shown, since recorded without their lists: {'; '.join(unlisted)}.")
    return notes


def _is_too_good(row: TableRow) -> bool:
    of_ranks = [entry for metric, entry in row.entries.items() if Metric(metric).is_of_ranks]
    return too_good(entry.reproduced.mean if entry.reproduced else 0.0 for entry in of_ranks)


def _reproduced(shown: Sequence[Record], seeds: Sequence[int], view: View) -> str:
    """Says what the reproduced figures are means over."""
    first = shown[0]
    over = f"over seeds {', '.join(map(str, seeds))} " if seeds else ""
    says = "Reproduced: mean" if view.has_reported else "Mean"
    return (
        f"{says} {over}on the {first.test.n_users} test users of {view.dataset} "
        f"(fingerprint {first.recipe.dataset.fingerprint[:12]}), protocol {view.protocol}."
    )
