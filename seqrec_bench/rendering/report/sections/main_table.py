"""Table 1: reported and reproduced figures, with intervals and verdicts."""

from collections.abc import Mapping

from seqrec_bench.analysis.gate.report import Report as Check
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.analysis.table import Entry, Table, TableRow
from seqrec_bench.rendering.blocks import Column, Grid, Kind, Notes, Paragraph, Section, numbers, rules_between, words
from seqrec_bench.rendering.charts import Strip
from seqrec_bench.rendering.markdown import NONE
from seqrec_bench.rendering.report.sources import Sources, lacks
from seqrec_bench.rendering.table import entry_head, entry_texts


def main_table_section(sources: Sources) -> Section:
    """A table for each metric."""
    table, check = sources.table, sources.check
    verdicts = (
        {(each.subject, each.metric): each.verdict.value for each in check.judgements}
        if isinstance(check, Check)
        else {}
    )
    marks = [Paragraph(_MARKS, only_html=True)] if verdicts else []
    grids = [_grid(table, metric, verdicts) for metric in table.metrics]
    notes = Notes(
        [
            *without(table.notes, Topic.MISSING),
            *_seeds_note(table),
            *(_verdict_notes(check) if table.has_reported else []),
        ]
    )
    return Section(
        "table",
        "Table 1" if table.has_reported else "The table",
        [*marks, *grids, notes],
        sources.command("table", accepts=["--dataset"]),
        lacks(table.missing, *sources.making, says="Missing" if table.has_reported else "Not run"),
        in_text=True,
    )


def _grid(table: Table, metric: str, verdicts: Mapping[tuple[str, str], str]) -> Grid:
    entries = [row.entries[metric] for row in table.rows]
    verdict = [Column("verdict", Kind.VERDICT)] if table.has_reported else []
    seeds = [] if _common_seeds(table) else ["seeds"]
    return Grid(
        caption=f"{'Table 1' if table.has_reported else 'Means'}, {metric}",
        columns=[*words("model"), *verdict, *numbers(*entry_head(table), *seeds)],
        rows=[_line(row, metric, table, verdicts) for row in table.rows],
        rules=rules_between([row.is_reference for row in table.rows]),
        strips=[_strip(entry) for entry in entries],
    )


def _line(row: TableRow, metric: str, table: Table, verdicts: Mapping[tuple[str, str], str]) -> list[str]:
    verdict = [verdicts.get((row.label, metric), NONE)] if table.has_reported else []
    seeds = [] if _common_seeds(table) else [str(row.n_seeds)]
    return [row.label, *verdict, *entry_texts(row, metric, table), *seeds]


def _common_seeds(table: Table) -> int | None:
    """How many seeds every model has for which the seed changes anything; None where they differ."""
    metric = table.metrics[0]
    found = {row.n_seeds for row in table.rows if not _is_exact(row.entries[metric])}
    return found.pop() if len(found) == 1 else None


def _is_exact(entry: Entry) -> bool:
    return entry.reproduced is not None and entry.reproduced.no_interval == "exact"


def _seeds_note(table: Table) -> list[str]:
    """What stands for a column that would hold the same number throughout."""
    number = _common_seeds(table)
    has_exact = any(_is_exact(row.entries[table.metrics[0]]) for row in table.rows)
    exact = ", 1 where the seed changes nothing" if has_exact and number != 1 else ""
    return [f"Seeds: {number} of each model{exact}."] if number else []


def _strip(entry: Entry) -> Strip | None:
    if (found := entry.reproduced) is None:
        return None
    half = found.half_width or 0
    return Strip(found.mean - half, found.mean, found.mean + half, entry.reported)


def _verdict_notes(check: Check | str) -> list[str]:
    """What the verdicts rest on; what they are about stands in the table's own notes."""
    if isinstance(check, str):
        return [check]
    notes = without(check.notes, Topic.REPORTED, Topic.ONE_RUN)
    return [*notes, _TWO_SIDED] if check.judgements else notes


_TWO_SIDED = (
    "What exceeds, or is at least reproduced, is not said to be equal to what was reported. `seqrec-bench check` lets "
    "both pass; `seqrec-bench check --two-sided` takes what exceeds as a failure, and what is at least reproduced as "
    "inconclusive."
)
_MARKS = (
    "Marks: ✓ reproduced; ▲ exceeds, which is above what was reported by more than the margin; △ at least reproduced, "
    "which is not below it, and whether it is above by more than the margin is open; ? inconclusive; ✗ falls short."
)
"""Other formats than HTML have no marks."""
