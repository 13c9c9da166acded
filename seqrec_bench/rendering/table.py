"""The table as text: Markdown to read and for a README, LaTeX for a paper, CSV and JSON for programs."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seqrec_bench.analysis.table import Table, TableRow
from seqrec_bench.rendering.blocks import Grid, Notes, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.latex import escape_latex, latex_cell, latex_table
from seqrec_bench.rendering.markdown import NONE, number, with_width
from seqrec_bench.rendering.repeated import apart_fields, apart_grids, apart_latex
from seqrec_bench.text import one_line


def table_document(table: Table) -> Document:
    """One narrow table for each metric, so that the source fits a terminal, and the notes.

    In all formats for people, what was reported has no columns where nothing was.
    """
    grids = [
        Grid(
            caption=f"Table 1, {metric}",
            columns=[*words("model"), *numbers(*entry_head(table), "seeds")],
            rows=[[row.label, *entry_texts(row, metric, table), str(row.n_seeds)] for row in table.rows],
            label=metric,
        )
        for metric in table.metrics
    ]
    rows = list(_rows(table))
    fields = {"rows": rows, "missing": [str(cell) for cell in table.missing], "notes": table.notes}
    others = {"latex": lambda: _latex(table), "csv": lambda: _csv(rows, table)}
    grids += apart_grids(table.apart, [row.label for row in table.rows])
    return Document([*grids, Notes(table.notes)], fields, others)


def entry_head(table: Table) -> list[str]:
    """What heads the columns of `entry_texts`."""
    return ["reported", "reproduced", "± 95 %", "difference"] if table.has_reported else ["mean", "± 95 %"]


def entry_texts(row: TableRow, metric: str, table: Table) -> list[str]:
    """Reported, reproduced, half the interval's width or why there is none, difference: those that the head has."""
    entry = row.entries[metric]
    found = [table.absent, NONE]
    if (estimate := entry.reproduced) is not None:
        found = [number(estimate.mean), estimate.no_interval or number(estimate.half_width)]
    return [number(entry.reported), *found, number(entry.difference, "+.4f")] if table.has_reported else found


def _latex(table: Table) -> str:
    """One ``tabular`` with three columns or one for each metric, to be used with booktabs, and the notes below it."""
    heads = ["Reported", "Reproduced", "Difference"] if table.has_reported else ["Mean"]
    groups = [(metric, len(heads)) for metric in table.metrics]
    reported = [_latex_row(row, table) for row in table.rows if not row.is_reference]
    references = [_latex_row(row, table) for row in table.rows if row.is_reference]
    whole = latex_table(groups, heads * len(table.metrics), [reported, references], table.notes)
    return f"{whole}\n{apart_latex(table.apart, [row.label for row in table.rows])}" if table.apart else whole


def _latex_row(row: TableRow, table: Table) -> list[str]:
    cells = []
    for entry in (row.entries[metric] for metric in table.metrics):
        estimate = entry.reproduced
        found = with_width(estimate.mean, estimate.half_width) if estimate else table.absent
        difference = number(entry.difference, "+.4f")
        cells += [number(entry.reported), found, difference] if table.has_reported else [found]
    return [escape_latex(row.label), *map(latex_cell, cells)]


def _csv(rows: Sequence[Mapping[str, Any]], table: Table) -> str:
    """One line for each model and metric, numbers unrounded; a figure that is not there is an empty field."""
    return csv_text(rows if table.has_reported else list(map(_without_reported, rows)))


def _without_reported(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in ("reported", "difference")}
    return {"mean" if name == "reproduced" else name: value for name, value in kept.items()}


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """A line for each of the rows, which have the same keys, below these; texts are none that a spreadsheet runs."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _escape_csv(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _rows(table: Table) -> Iterable[dict[str, Any]]:
    """Of CSV and JSON, all with the same keys."""
    for metric in table.metrics:
        for row in table.rows:
            entry = row.entries[metric]
            estimate = entry.reproduced
            yield {
                "metric": metric,
                "label": row.label,
                "model": row.model,
                "reported": entry.reported,
                "reproduced": estimate.mean if estimate else None,
                "half_width_95": estimate.half_width if estimate else None,
                "no_interval": estimate.no_interval if estimate else table.absent,
                "difference": entry.difference,
                "n_seeds": row.n_seeds,
                **apart_fields(table.apart, metric, row.label),
            }


_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the first four in full width, as East Asian keyboards have them."""


def _escape_csv(value: Any) -> Any:
    """Marks a text as such, by an apostrophe before it, that a spreadsheet would take for a formula; numbers stay."""
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
