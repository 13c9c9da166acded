"""What each part of a model is worth, as a table for each metric."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from seqrec_bench.analysis.ablations import AblationEntry, Ablations, ablation_table
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.rendering.blocks import Grid, Notes, Section, numbers, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.rendering.report.sources import Sources, lacks


def ablations_document(table: Ablations) -> Document:
    """A table for each metric, and the notes."""
    return Document([*ablation_grids(table), Notes(table.notes)], _fields(table))


def ablation_grids(table: Ablations) -> list[Grid]:
    """One for each metric."""
    return [
        Grid(
            caption=f"Ablations, {name}",
            columns=[*words("model"), *numbers("mean", "difference", "± 95 %", "seeds")],
            rows=[[row.label, *_texts(row.entries.get(name))] for row in table.rows],
            label=name,
        )
        for name in table.metrics
    ]


def _texts(entry: AblationEntry | None) -> list[str]:
    if entry is None:
        return ["missing", NONE, NONE, "0"]
    difference = entry.difference
    change, width = (difference.mean, difference.half_width) if difference else (None, None)
    return [number(entry.estimate.mean), number(change, "+.4f"), number(width), str(entry.estimate.n_seeds)]


def _fields(table: Ablations) -> Mapping[str, Any]:
    rows = [
        {
            "metric": name,
            "label": row.label,
            "cells": str(row.configuration),
            "mean": entry.estimate.mean,
            "n_seeds": entry.estimate.n_seeds,
            "difference": entry.difference.mean if entry.difference else None,
            "half_width_95": entry.difference.half_width if entry.difference else None,
            "n_seeds_of_difference": entry.difference.n_seeds if entry.difference else None,
        }
        for name in table.metrics
        for row in table.rows
        if (entry := row.entries.get(name))
    ]
    return {"rows": rows, "missing": [str(cell) for cell in table.missing], "notes": table.notes}


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
