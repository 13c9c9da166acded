"""All data sets of a study in one table, the first section of a report on several."""

from collections.abc import Sequence
from itertools import pairwise

from seqrec_bench.analysis.side_by_side import Figure, SideBySide
from seqrec_bench.rendering.blocks import Column, Grid, Kind, Notes, Section, numbers, words
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.rendering.side_by_side import MARK, differs, notes, standing


def side_by_side_section(table: SideBySide, command: str | None, lacking: Sequence[str]) -> Section:
    """A row for each model, a column for each data set and metric."""
    rows = [[row.label, *(_text(row.figures.get(at)) for at in table.columns), *standing(row)] for row in table.rows]
    bold = [
        (place, number)
        for place, row in enumerate(table.rows)
        for number, at in enumerate(table.columns, start=1)
        if at in row.figures and row.figures[at].is_best
    ]
    grid = Grid(
        caption="All data sets side by side",
        columns=[
            *words("model"),
            *(Column(f"{column.dataset}\n{column.metric}", Kind.REMARK) for column in table.columns),
            *numbers("mean rank", "wins"),
        ],
        rows=rows,
        rules=[at for at, (above, row) in enumerate(pairwise(table.rows), 1) if above.is_reference != row.is_reference],
        bold=bold,
    )
    return Section("side-by-side", "All data sets", [grid, Notes(notes(table))], command, lacking, in_text=True)


def _text(figure: Figure | None) -> str:
    return NONE if figure is None else number(figure.estimate.mean) + (MARK if differs(figure) else "")
