"""What each part of a model is worth."""

from functools import partial

from seqrec_bench.analysis.ablations import ablation_table
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.rendering.ablations import ablation_grids
from seqrec_bench.rendering.blocks import Notes, Section
from seqrec_bench.rendering.report.sources import Sources, lacks


def ablations_section(sources: Sources) -> Section:
    """A table for each metric."""
    section = partial(Section, "ablations", "What each part is worth")
    if not sources.view.ablations:
        return section([], lacking=[f"No ablations of models on {sources.view.dataset} are known."])
    table = ablation_table(sources.records, sources.view)
    lacking = lacks(table.missing, *sources.making_ablations)
    if not any(row.entries for row in table.rows):
        return section([], lacking=lacking)
    blocks = [*ablation_grids(table), Notes(without(table.notes, Topic.MISSING))]
    return section(blocks, sources.command("ablations"), lacking)
