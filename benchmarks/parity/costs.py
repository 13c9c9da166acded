"""What our models cost on the data of a study, from its records."""

from collections.abc import Sequence
from statistics import median

from seqrec_bench.analysis.cost import cost
from seqrec_bench.analysis.selection import as_rows_give, select
from seqrec_bench.records import Record
from seqrec_bench.rendering.blocks import Grid, Notes, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.studies.study import Study


def costs_document(studies: Sequence[Study], records: Sequence[Record]) -> Document:
    """A table for each study's data: epochs, processor and wall time of a fit, and parameters."""
    grids = [_grid(study, records) for study in studies]
    notes = [
        "Medians over seeds. Epochs: all that were trained, not only those up to the best. Processor time is of all "
        "that a fit does, its validations too, with one thread; wall time is of a machine that had other things to do, "
        "and says little where it is much longer."
    ]
    return Document([*grids, Notes(notes)], {})


def _grid(study: Study, records: Sequence[Record]) -> Grid:
    view = study.view()
    of_rows = select(as_rows_give(records, study), view, [row.configuration for row in view.table_rows]).cells
    return Grid(
        caption=f"Cost of a fit on {view.dataset}",
        columns=[*words("model"), *numbers("epochs", "processor, s", "wall, s", "parameters")],
        rows=[
            [row.label, *_texts(of_rows[row.configuration])] for row in view.table_rows if row.configuration in of_rows
        ],
        label=view.dataset,
    )


def _texts(records: Sequence[Record]) -> list[str]:
    found = cost(records)
    n_epochs = median(len(record.curve) for record in records)
    return [
        f"{n_epochs:g}" if n_epochs else NONE,
        number(found.fit_cpu_seconds, ",.1f"),
        number(found.fit_seconds, ",.1f"),
        f"{found.parameters:,}",
    ]
