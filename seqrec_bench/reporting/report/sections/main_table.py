"""Table 1: reported and reproduced figures, with intervals and verdicts."""

from collections.abc import Mapping, Sequence

from seqrec_bench.reporting.formats import entry_head, entry_texts
from seqrec_bench.reporting.gate.report import Report as Check
from seqrec_bench.reporting.markdown import NONE
from seqrec_bench.reporting.report.blocks import Block, Grid, Notes, Section
from seqrec_bench.reporting.report.panels import strips
from seqrec_bench.reporting.report.sources import Sources, lacks, to_read
from seqrec_bench.reporting.table import Entry, Table, TableRow


def main_table_section(sources: Sources) -> Section:
    """A table for each metric."""
    table, check = sources.table, sources.check
    verdicts = (
        {(each.subject, each.metric): each.verdict.value for each in check.judgements}
        if isinstance(check, Check)
        else {}
    )
    grids: list[Block] = [_grid(table, metric, verdicts) for metric in table.metrics]
    notes = Notes([*to_read(table.notes), *(_verdict_notes(check) if table.has_reported else [])])
    return Section(
        "table",
        "Table 1",
        [*grids, notes],
        sources.command("table", accepts=["--dataset"]),
        lacks(table.missing, "--all"),
        in_text=True,
    )


def _grid(table: Table, metric: str, verdicts: Mapping[tuple[str, str], str]) -> Grid:
    entries = [row.entries[metric] for row in table.rows]
    charts, scale = strips([_strip(entry) for entry in entries])
    head = ["model", *entry_head(table), *(["verdict"] if table.has_reported else []), "seeds"]
    return Grid(
        caption=f"Table 1, {metric}",
        head=head,
        rows=[_line(row, metric, table, verdicts) for row in table.rows],
        verdicts=[5] if table.has_reported else [],
        rules=_rules([row.is_reference for row in table.rows]),
        strips=charts,
        strips_head=scale,
    )


def _line(row: TableRow, metric: str, table: Table, verdicts: Mapping[tuple[str, str], str]) -> list[str]:
    verdict = [verdicts.get((row.label, metric), NONE)] if table.has_reported else []
    return [row.label, *entry_texts(row, metric, table), *verdict, str(row.n_seeds)]


def _strip(entry: Entry) -> tuple[float, float | None, float | None] | None:
    found = entry.reproduced
    return None if found is None else (found.mean, found.half_width, entry.reported)


def _rules(kinds: Sequence[bool]) -> list[int]:
    """The rows of another kind than those before them."""
    return [row for row in range(1, len(kinds)) if kinds[row] != kinds[row - 1]]


def _verdict_notes(check: Check | str) -> list[str]:
    """What the verdicts rest on; what they are about stands in the table's own notes."""
    if isinstance(check, str):
        return [check]
    return [note for note in check.notes if not note.startswith(("Reported: ", "One run's range: "))]
