"""All models of a study beside each other: what they reach and what they cost, from its records."""

from collections.abc import Sequence
from statistics import median

from seqrec_bench.analysis.cost import cost
from seqrec_bench.analysis.selection import as_rows_give, estimate, select
from seqrec_bench.records import Record
from seqrec_bench.rendering.blocks import Grid, Notes, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, number, with_width
from seqrec_bench.studies.study import Study
from seqrec_bench.studies.view import View

NOT_RUN = "not run"


def overview_document(studies: Sequence[Study], records: Sequence[Record]) -> Document:
    """A table for each study's data.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way, or not as the study
            has it.
    """
    grids = [_grid(study, records) for study in studies]
    notes = [
        "Means over the seeds that are counted, with half the width of the 95 % interval over seeds; of one seed there "
        "is none, and a difference between such figures gives no verdict. Models that only count have no seed.",
        "Epochs and seconds are medians over seeds: all epochs that were trained, not only those up to the best; "
        "processor time of all that a fit does, its validations too, with one thread; wall time on a machine that had "
        "other things to do, which says little where it is much longer.",
    ]
    return Document([*grids, Notes(notes)], {})


def _grid(study: Study, records: Sequence[Record]) -> Grid:
    view = study.view()
    configurations = [row.configuration for row in view.table_rows]
    found = select(as_rows_give(records, study), view, configurations).cells
    return Grid(
        caption=f"Models on {view.dataset}",
        columns=[
            *words("model"),
            *numbers("seeds", *view.metrics, "epochs", "processor, s", "wall, s", "parameters"),
        ],
        rows=[[row.label, *_texts(found.get(row.configuration, []), view)] for row in view.table_rows],
        label=view.dataset,
    )


def _texts(records: Sequence[Record], view: View) -> list[str]:
    if not records:
        return [NOT_RUN, *[NONE] * (len(view.metrics) + 4)]
    found, figures = cost(records), [estimate(records, metric) for metric in view.metrics]
    n_epochs = median(len(record.curve) for record in records)
    return [
        NONE if records[0].deterministic else str(len(records)),
        *(with_width(each.mean, each.half_width) for each in figures),
        f"{n_epochs:g}" if n_epochs else NONE,
        number(found.fit_cpu_seconds, ",.1f"),
        number(found.fit_seconds, ",.1f"),
        f"{found.parameters:,}",
    ]
