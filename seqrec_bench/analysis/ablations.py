"""What each part of a model is worth: the model without it, and the paired difference from the model as published."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seqrec_bench.analysis.cautions import learning_notes
from seqrec_bench.analysis.notes import missing_note, target_notes
from seqrec_bench.analysis.selection import Missing, Selection, estimate, runs, select
from seqrec_bench.analysis.statistics.estimates import Difference, Estimate, paired_difference
from seqrec_bench.evaluation.training_end import training_end
from seqrec_bench.records import PAPER_VARIANT, Configuration, Record
from seqrec_bench.studies.view import Row, View


@dataclass(frozen=True)
class AblationEntry:
    """One metric of one variant."""

    estimate: Estimate
    difference: Difference | None
    """From the model as published; None for itself, and where the two have no seed in common."""


@dataclass(frozen=True)
class AblationRow:
    """A model as published, or one of its ablations."""

    label: str
    configuration: Configuration
    entries: Mapping[str, AblationEntry]
    """By metric; empty where the records are missing."""


@dataclass(frozen=True)
class Ablations:
    """All ablations of a paper's models, each model as published before its own."""

    metrics: tuple[str, ...]
    rows: tuple[AblationRow, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]


def ablation_table(records: Iterable[Record], view: View) -> Ablations:
    """The paper's ablations beside the models that they were made from.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    ablated = {row.model for row in view.ablations}
    rows = [row for whole in view.rows if whole.model in ablated for row in (whole, *_ablations_of(whole, view))]
    selection = select(records, view, [row.configuration for row in rows])
    cells = {
        configuration: {record.key.seed: record for record in group} for configuration, group in selection.cells.items()
    }
    made = tuple(_row(row, cells, view.metrics) for row in rows)
    return Ablations(view.metrics, made, selection.missing, tuple(_notes(made, selection, view)))


def _ablations_of(whole: Row, view: View) -> list[Row]:
    return [row for row in view.ablations if row.model == whole.model]


def _row(row: Row, cells: Mapping[Configuration, Mapping[int, Record]], metrics: Sequence[str]) -> AblationRow:
    configuration = row.configuration
    by_seed, whole = cells.get(configuration, {}), cells.get(configuration._replace(variant=PAPER_VARIANT), {})
    common = sorted(by_seed.keys() & whole.keys()) if row.variant != PAPER_VARIANT else []
    entries = {
        name: AblationEntry(
            estimate(list(by_seed.values()), name),
            _difference([by_seed[seed] for seed in common], [whole[seed] for seed in common], name) if common else None,
        )
        for name in metrics
        if by_seed
    }
    return AblationRow(row.label, configuration, entries)


def _notes(rows: Sequence[AblationRow], selection: Selection, view: View) -> list[str]:
    notes = [
        f"Means over seeds on {view.dataset} at dimension {view.dimension}, protocol {view.protocol}.",
        "Difference: from the model as published, over the seeds that both have, runs of one seed and targets of one "
        "user paired; after it, half the width of the two-sided 95 % interval for users like these, trained again. It "
        "does not cover another choice of settings or another split.",
    ]
    notes += target_notes(selection.records)
    notes += learning_notes(map(training_end, selection.records))
    changes = [f"{row.label} ({change})" for row in view.ablations if (change := _change(row.configuration, selection))]
    if changes:
        notes.append(f"Changed in the records: {'; '.join(changes)}.")
    few = [words for row in rows if (words := _few_users(row))]
    if few:
        notes.append(f"Too few users differ for a verdict, whatever the interval: {'; '.join(few)}.")
    return notes + missing_note(selection.missing)


def _few_users(row: AblationRow) -> str:
    """In which metrics too few users differ from the model as published, with how many do; empty if in none."""
    found = [
        f"{entry.difference.n_differing} in {name}"
        for name, entry in row.entries.items()
        if entry.difference and entry.difference.too_few_differ
    ]
    return f"{row.label} ({', '.join(found)})" if found else ""


def _change(configuration: Configuration, selection: Selection) -> str | None:
    """The hyperparameters that differ from the model as published; None where records are missing."""
    records, whole = (
        selection.cells.get(configuration),
        selection.cells.get(configuration._replace(variant=PAPER_VARIANT)),
    )
    if not records or not whole:
        return None
    before, after = whole[0].recipe.hyperparameters, records[0].recipe.hyperparameters
    changed = [key for key in after if after[key] != before.get(key)]
    return ", ".join(f"{key} = {json.dumps(after[key])}" for key in changed) or "nothing"


def _difference(records: Sequence[Record], others: Sequence[Record], name: str) -> Difference:
    return paired_difference(runs(records, name), runs(others, name))
