"""LaTeX for booktabs: blocks of a report, and tables whose columns stand in groups."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from seqrec_bench.rendering.blocks import Block, ClaimCard, Column, Grid, Notes, Report
from seqrec_bench.rendering.markdown import NONE, wrapped
from seqrec_bench.text import one_line

_LONGEST_LINE = 32
"""A column with longer texts is set as paragraphs."""


def report_latex(report: Report) -> str:
    r"""Tables in floats of their own, to be ``\input`` into a document that uses booktabs."""
    parts = ["% Needs \\usepackage{booktabs}."]
    for section in report.in_text:
        parts += [part for block in section.blocks for part in _latex(block)]
        parts += [_paragraph([f"{section.title}: {sentence}"]) for sentence in section.lacking]
    return "\n\n".join(parts) + "\n"


def _latex(block: Block) -> Iterator[str]:
    match block:
        case Grid():
            yield _float(block)
        case Notes():
            yield _paragraph(block.sentences)
        case ClaimCard():
            yield f"\\paragraph{{{escape_latex(f'{block.name}: {block.verdict}')}}}" + "\n" + _escaped(block.says)
            yield from _latex(block.parts) if block.parts else ()
            yield from _latex(Notes(block.notes)) if block.notes else ()


def _float(grid: Grid) -> str:
    columns = "".join(
        _alignment(column, [row[place] for row in grid.rows]) for place, column in enumerate(grid.columns)
    )
    body = []
    for number, row in enumerate(grid.rows):
        body += ["\\midrule"] if number in grid.rules else []
        cells = [
            _bold(latex_cell(text)) if (number, at) in grid.bold else latex_cell(text) for at, text in enumerate(row)
        ]
        body.append(" & ".join(cells) + " \\\\")
    return "\n".join(
        [
            "\\begin{table}[htbp]\\centering\\footnotesize\\setlength{\\tabcolsep}{4pt}",
            f"\\caption{{{escape_latex(grid.caption)}}}",
            f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
            "\\toprule",
            " & ".join(map(_stacked, grid.columns)) + " \\\\",
            "\\midrule",
            *body,
            "\\bottomrule",
            "\\end{tabular}\\end{table}",
        ]
    )


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


def latex_cell(text: str) -> str:
    """Text as it is; a signed number with a minus sign, not a hyphen."""
    return f"${text}$" if re.fullmatch(r"[+-][\d.]+", text) else escape_latex(text)


def _bold(text: str) -> str:
    return f"\\textbf{{{text}}}"


def _alignment(column: Column, texts: Sequence[str]) -> str:
    if any(len(text) > _LONGEST_LINE for text in texts):
        return "p{0.3\\linewidth}"
    return "r" if column.is_number else "l"


def _stacked(column: Column) -> str:
    """A head of two lines above one another."""
    lines = [escape_latex(line) for line in column.head.split("\n")]
    side, stacked = "r" if column.is_number else "l", r" \\ ".join(lines)
    return stacked if len(lines) == 1 else f"\\shortstack[{side}]{{{stacked}}}"


def _paragraph(sentences: Sequence[str]) -> str:
    return "{\\footnotesize\\noindent\n" + _escaped(" ".join(sentences)) + "\\par}"


def _escaped(text: str) -> str:
    return wrapped(escape_latex(text))


_LATEX = {
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "±": "$\\pm$", NONE: "---",
    "†": "$^\\dagger$",
    "[": "{[}", "]": "{]}", "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}  # fmt: skip


def escape_latex(text: str) -> str:
    """Text as LaTeX shows it as it is, in one line; two hyphens, as of an option, would become a dash."""
    pieces = re.split("(?<=-)(?=-)", one_line(text))
    return "{}".join("".join(_LATEX.get(character, character) for character in piece) for piece in pieces)
