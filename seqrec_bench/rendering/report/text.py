"""A report's tables as Markdown and as LaTeX: Table 1, the claims, and for whom the models work."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from seqrec_bench.rendering.markdown import escape_markdown, markdown_notes, markdown_table, wrapped
from seqrec_bench.rendering.report.blocks import Block, ClaimCard, Grid, Heading, Notes, Report, Section
from seqrec_bench.rendering.table import escape_latex

_LONGEST_LINE = 32
"""A column with longer texts is set as paragraphs."""


def to_markdown(report: Report) -> str:
    """Sections with their tables and notes."""
    parts = [f"# {escape_markdown(report.title)}", wrapped(escape_markdown(report.subtitle))]
    for section in _sections(report):
        parts.append(f"## {escape_markdown(section.title)}")
        parts += [part for block in section.blocks for part in _markdown(block)]
        if section.lacking:
            parts.append(markdown_notes(section.lacking))
    return "\n\n".join(parts) + "\n"


def _sections(report: Report) -> list[Section]:
    return [section for section in report.sections if section.in_text]


def _markdown(block: Block) -> Iterator[str]:
    match block:
        case Grid():
            yield f"**{escape_markdown(block.caption)}**"
            head = [text.replace("\n", ", ") for text in block.head]
            lines = [list(map(escape_markdown, line)) for line in (head, *block.rows)]
            for row, column in block.bold:
                lines[row + 1][column] = f"**{lines[row + 1][column]}**"
            yield markdown_table(lines, block.n_words)
        case Notes():
            yield markdown_notes(block.sentences)
        case ClaimCard():
            yield wrapped(f"**{block.name}: {block.verdict}.** {escape_markdown(f'{block.says} {block.count}')}")
            yield from _markdown(block.parts) if block.parts else ()
            yield from _markdown(Notes(block.notes)) if block.notes else ()
        case Heading():
            yield f"### {escape_markdown(block.text)}"


def to_latex(report: Report) -> str:
    r"""Tables in floats of their own, to be ``\input`` into a document that uses booktabs."""
    parts = ["% Needs \\usepackage{booktabs}."]
    for section in _sections(report):
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
    columns = "".join(_column(grid, place) for place in range(len(grid.head)))
    head = [_stacked(text, place < grid.n_words) for place, text in enumerate(grid.head)]
    body = []
    for number, row in enumerate(grid.rows):
        body += ["\\midrule"] if number in grid.rules else []
        cells = [_bold(_cell(text)) if (number, at) in grid.bold else _cell(text) for at, text in enumerate(row)]
        body.append(" & ".join(cells) + " \\\\")
    return "\n".join(
        [
            "\\begin{table}[htbp]\\centering\\footnotesize\\setlength{\\tabcolsep}{4pt}",
            f"\\caption{{{escape_latex(grid.caption)}}}",
            f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}",
            "\\toprule",
            " & ".join(head) + " \\\\",
            "\\midrule",
            *body,
            "\\bottomrule",
            "\\end{tabular}\\end{table}",
        ]
    )


def _cell(text: str) -> str:
    """A signed number with a minus sign, not a hyphen."""
    return f"${text}$" if re.fullmatch(r"[+-][\d.]+", text) else escape_latex(text)


def _bold(text: str) -> str:
    return f"\\textbf{{{text}}}"


def _column(grid: Grid, place: int) -> str:
    if any(len(row[place]) > _LONGEST_LINE for row in grid.rows):
        return "p{0.3\\linewidth}"
    return "l" if place < grid.n_words or place in grid.verdicts else "r"


def _stacked(text: str, is_word: bool) -> str:
    """A head of two lines above one another."""
    lines = [escape_latex(line) for line in text.split("\n")]
    side, stacked = "l" if is_word else "r", r" \\ ".join(lines)
    return stacked if len(lines) == 1 else f"\\shortstack[{side}]{{{stacked}}}"


def _paragraph(sentences: Sequence[str]) -> str:
    return "{\\footnotesize\\noindent\n" + _escaped(" ".join(sentences)) + "\\par}"


def _escaped(text: str) -> str:
    return wrapped(escape_latex(text))


TEXT_FORMATS: Mapping[str, Callable[[Report], str]] = {"md": to_markdown, "latex": to_latex}
"""The formats beside HTML, by the names under which they are asked for."""
