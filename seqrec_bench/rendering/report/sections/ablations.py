"""What each part of a model is worth."""

from functools import partial

from seqrec_bench.analysis.ablations import COLUMNS, ablation_table, entry_texts
from seqrec_bench.rendering.report.blocks import Grid, Notes, Section
from seqrec_bench.rendering.report.sources import Sources, lacks, to_read


def ablations_section(sources: Sources) -> Section:
    """A table for each metric."""
    section = partial(Section, "ablations", "What each part is worth")
    if not sources.view.ablations:
        return section([], lacking=[f"No ablations of models on {sources.view.dataset} are known."])
    table = ablation_table(sources.records, sources.view)
    lacking = lacks(table.missing, *sources.making_ablations)
    if not any(row.entries for row in table.rows):
        return section([], lacking=lacking)
    grids = [
        Grid(
            caption=f"Ablations, {name}",
            head=["model", *COLUMNS],
            rows=[[row.label, *entry_texts(row.entries.get(name))] for row in table.rows],
        )
        for name in table.metrics
    ]
    notes = Notes(to_read(table.notes))
    return section([*grids, notes], sources.command("ablations"), lacking)
