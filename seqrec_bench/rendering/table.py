"""The table as text: Markdown to read and for a README, LaTeX for a paper, CSV and JSON for programs."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from seqrec_bench.analysis.table import Entry, Table, TableRow
from seqrec_bench.rendering.json_text import json_text
from seqrec_bench.rendering.markdown import NONE, escape_markdown, markdown_notes, markdown_table, number, wrapped
from seqrec_bench.text import one_line


def to_markdown(table: Table) -> str:
    """One narrow table for each metric, so that the source fits a terminal, and the notes.

    In this and the other formats for people, what was reported has no columns where nothing was.
    """
    tables = [_markdown_table(table, metric) for metric in table.metrics]
    return "\n\n".join([*tables, markdown_notes(table.notes)]) + "\n"


def _markdown_table(table: Table, metric: str) -> str:
    lines = [[escape_markdown(metric), *entry_head(table), "seeds"]]
    lines += [[escape_markdown(row.label), *entry_texts(row, metric, table), str(row.n_seeds)] for row in table.rows]
    return markdown_table(lines)


def entry_head(table: Table) -> list[str]:
    """What heads the columns of `entry_texts`."""
    return ["reported", "reproduced", "± 95 %", "difference"] if table.has_reported else ["mean", "± 95 %"]


def entry_texts(row: TableRow, metric: str, table: Table) -> list[str]:
    """Reported, reproduced, half the interval's width or why there is none, difference: those that the head has."""
    entry = row.entries[metric]
    found = _found_texts(entry, table)
    return [number(entry.reported), *found, number(entry.difference, "+.4f")] if table.has_reported else found


def _found_texts(entry: Entry, table: Table) -> list[str]:
    if entry.reproduced is None:
        return [table.absent, NONE]
    return [number(entry.reproduced.mean), entry.reproduced.no_interval or number(entry.reproduced.half_width)]


def to_latex(table: Table) -> str:
    """One ``tabular`` with three columns or one for each metric, to be used with booktabs, and the notes below it."""
    heads = ["Reported", "Reproduced", "Difference"] if table.has_reported else ["Mean"]
    groups = [(metric, len(heads)) for metric in table.metrics]
    reported = [_latex_row(row, table) for row in table.rows if not row.is_reference]
    references = [_latex_row(row, table) for row in table.rows if row.is_reference]
    return latex_table(groups, heads * len(table.metrics), [reported, references], table.notes)


def latex_table(
    groups: Sequence[tuple[str, int]],
    heads: Sequence[str],
    parts: Sequence[Sequence[Sequence[str]]],
    notes: Sequence[str],
) -> str:
    """A ``tabular`` of models for booktabs, with the notes below it.

    Args:
        groups: What heads several columns together, and how many; the column of models stands before them.
        heads: Of each column but that one.
        parts: Rows of cells that are LaTeX already, the model first; between two parts there is a rule.
    """
    spans = "".join(f" & \\multicolumn{{{width}}}{{c}}{{{escape_latex(group)}}}" for group, width in groups)
    ends = list(accumulate((width for _, width in groups), initial=1))
    rules = "".join(f"\\cmidrule(lr){{{first + 1}-{last}}}" for first, last in pairwise(ends))
    lines = [
        "% Needs \\usepackage{booktabs}.",
        f"\\begin{{tabular}}{{l{'r' * len(heads)}}}",
        "\\toprule",
        f"{spans} \\\\".lstrip(),
        rules,
        f"{' & '.join(['Model', *heads])} \\\\",
        *(line for part in parts if part for line in ("\\midrule", *(f"{' & '.join(row)} \\\\" for row in part))),
        "\\bottomrule",
        "\\end{tabular}",
        "",
        "\\smallskip",
        "{\\footnotesize\\noindent",
        wrapped(escape_latex(" ".join(notes))) + "\\par}",
    ]
    return "\n".join(lines) + "\n"


def _latex_row(row: TableRow, table: Table) -> list[str]:
    cells = [escape_latex(row.label)]
    for metric in table.metrics:
        entry = row.entries[metric]
        reproduced, interval = map(escape_latex, _found_texts(entry, table))
        has_interval = entry.reproduced is not None and entry.reproduced.half_width is not None
        found = f"{reproduced} $\\pm$ {interval}" if has_interval else reproduced
        reported, difference = escape_latex(number(entry.reported)), escape_latex(number(entry.difference, "+.4f"))
        shown = difference if entry.difference is None else f"${difference}$"
        cells += [reported, found, shown] if table.has_reported else [found]
    return cells


def to_csv(table: Table) -> str:
    """One line for each model and metric, numbers unrounded; a figure that is not there is an empty field."""
    rows = list(_flat(table))
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


def to_json(table: Table) -> str:
    """The rows of the CSV, all with the same keys, the missing cells and the notes."""
    fields = {"rows": list(_flat(table)), "missing": [str(cell) for cell in table.missing], "notes": table.notes}
    return json_text(fields)


def _flat(table: Table) -> Iterable[dict[str, Any]]:
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
            }


_LATEX = {
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "±": "$\\pm$", NONE: "---",
    "†": "$^\\dagger$",
    "[": "{[}", "]": "{]}", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}  # fmt: skip


def escape_latex(text: str) -> str:
    """Text as LaTeX shows it as it is, in one line."""
    return "".join(_LATEX.get(character, character) for character in one_line(text))


_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the first four in full width, as East Asian keyboards have them."""


def _escape_csv(value: Any) -> Any:
    """Marks a text as such, by an apostrophe before it, that a spreadsheet would take for a formula; numbers stay."""
    if not isinstance(value, str):
        return value
    text = one_line(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


FORMATS: Mapping[str, Callable[[Table], str]] = {
    "md": to_markdown,
    "latex": to_latex,
    "csv": to_csv,
    "json": to_json,
}
"""The formats by the names under which they are asked for."""
