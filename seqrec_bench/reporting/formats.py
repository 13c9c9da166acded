"""The table as text: Markdown to read and for a README, LaTeX for a paper, CSV and JSON for programs."""

import csv
import io
import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from seqrec_bench.reporting.table import Entry, Table, TableRow

NONE = "—"
"""Stands where there is no such number."""
LINE_WIDTH = 80


def to_markdown(table: Table) -> str:
    """One narrow table for each metric, so that the source fits a terminal, and the notes."""
    tables = [_markdown_table(table, metric) for metric in table.metrics]
    notes = [_wrapped(_escape_markdown(note), first="- ", others="  ") for note in table.notes]
    return "\n\n".join([*tables, "\n".join(notes)]) + "\n"


def _markdown_table(table: Table, metric: str) -> str:
    lines = [[_escape_markdown(metric), "reported", "reproduced", "± 95 %", "difference", "seeds"]]
    lines += [[_escape_markdown(row.label), *_texts(row.entries[metric]), str(row.n_seeds)] for row in table.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, [f":{'-' * (widths[0] - 1)}", *[f"{'-' * (width - 1)}:" for width in widths[1:]]])
    return "\n".join(_markdown_line(cells, widths) for cells in lines)


def _markdown_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [cells[0].ljust(widths[0]), *map(str.rjust, cells[1:], widths[1:])]
    return f"| {' | '.join(aligned)} |"


def _texts(entry: Entry) -> list[str]:
    """Reported, reproduced, half the interval's width or why there is none, difference."""
    reported, difference = _number(entry.reported), _number(entry.difference, "+.4f")
    if entry.reproduced is None:
        return [reported, "missing", NONE, difference]
    interval = entry.reproduced.no_interval or _number(entry.reproduced.half_width)
    return [reported, _number(entry.reproduced.mean), interval, difference]


def _number(value: float | None, form: str = ".4f") -> str:
    return NONE if value is None else format(round(value, 4) + 0.0, form)  # + 0.0: no negative zero


def to_latex(table: Table) -> str:
    """One ``tabular`` with three columns for each metric, to be used with booktabs, and the notes below it."""
    n_columns = 3 * len(table.metrics)
    groups = "".join(f" & \\multicolumn{{3}}{{c}}{{{_escape_latex(metric)}}}" for metric in table.metrics)
    rules = "".join(f"\\cmidrule(lr){{{first}-{first + 2}}}" for first in range(2, n_columns + 2, 3))
    reported = [_latex_row(row, table.metrics) for row in table.rows if not row.is_reference]
    references = [_latex_row(row, table.metrics) for row in table.rows if row.is_reference]
    lines = [
        "% Needs \\usepackage{booktabs}.",
        f"\\begin{{tabular}}{{l{'r' * n_columns}}}",
        "\\toprule",
        f"{groups} \\\\".lstrip(),
        rules,
        f"Model{' & Reported & Reproduced & Difference' * len(table.metrics)} \\\\",
        "\\midrule",
        *reported,
        *(["\\midrule", *references] if references else []),
        "\\bottomrule",
        "\\end{tabular}",
        "",
        "\\smallskip",
        "{\\footnotesize\\noindent",
        _wrapped(_escape_latex(" ".join(table.notes))) + "\\par}",
    ]
    return "\n".join(lines) + "\n"


def _latex_row(row: TableRow, metrics: Iterable[str]) -> str:
    cells = [_escape_latex(row.label)]
    for metric in metrics:
        entry = row.entries[metric]
        reported, reproduced, interval, difference = map(_escape_latex, _texts(entry))
        has_interval = entry.reproduced is not None and entry.reproduced.half_width is not None
        cells += [
            reported,
            f"{reproduced} $\\pm$ {interval}" if has_interval else reproduced,
            difference if entry.difference is None else f"${difference}$",
        ]
    return " & ".join(cells) + " \\\\"


def to_csv(table: Table) -> str:
    """One line for each model and metric, numbers unrounded; a figure that is not there is an empty field."""
    rows = list(_flat(table))
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _escape_csv(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def to_json(table: Table) -> str:
    """The rows of the CSV, the missing cells and the notes."""
    fields = {"rows": list(_flat(table)), "missing": [str(cell) for cell in table.missing], "notes": table.notes}
    return json.dumps(fields, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


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
                "no_interval": estimate.no_interval if estimate else "missing",
                "difference": entry.difference,
                "n_seeds": row.n_seeds,
            }


def _wrapped(text: str, first: str = "", others: str = "") -> str:
    """The text in lines that fit a terminal; words, and with them escapes, stay whole."""
    return textwrap.fill(
        text,
        LINE_WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _escape_markdown(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", " ".join(text.split()))


_LATEX = {
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "±": "$\\pm$", NONE: "---",
    "[": "{[}", "]": "{]}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}  # fmt: skip


def _escape_latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in " ".join(text.split()))


def _escape_csv(value: Any) -> Any:
    """Marks a text as such that a spreadsheet would take for a formula."""
    starts_formula = isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@"))
    return f"'{value}" if starts_formula else value


FORMATS: Mapping[str, Callable[[Table], str]] = {
    "md": to_markdown,
    "latex": to_latex,
    "csv": to_csv,
    "json": to_json,
}
"""The formats by the names under which they are asked for."""
