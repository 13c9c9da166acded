"""Checks of what is computed from ranks: the metrics, and the figures of the learning curve."""

import math
from collections.abc import Sequence

import numpy as np

from seqrec_bench.evaluation.metrics import KINDS, VALIDATION_METRICS, CutOff, Metric, selection_of
from seqrec_bench.evaluation.training_end import best_epoch
from seqrec_bench.experiments.verification.literal import literal_values, mean
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Record
from seqrec_bench.records.check import Check
from seqrec_bench.tracking import Track

CUT_OFFS = (10, 50)
CHECKED = (
    *(Metric(f"{name}@{k}") for name, kind in KINDS.items() if kind.cut_off is not CutOff.NONE for k in CUT_OFFS),
    *(Metric(name) for name, kind in KINDS.items() if kind.cut_off is not CutOff.NEEDED),
)
NAME = f"{', '.join(KINDS)} are what a literal count of the ranks gives"
ROUNDING = 1e-9
"""The greatest difference that the order of a sum explains."""
OWN = "seqrec-bench "
"""How the environment of a record begins to name a recommender of this distribution."""


def check_metrics(records: Sequence[Record], track: Track) -> Check:
    """For every user, the metrics are those that a second, literal implementation finds."""
    faults = [fault for record in track("checking metrics", records) if (fault := _metrics_fault(record))]
    return Check(NAME, len(records) - len(faults), faults)


def _metrics_fault(record: Record) -> str | None:
    for part, ranks in (("validation", record.validation), ("test", record.test)):
        for name in (metric for metric in CHECKED if metric.applies_to(ranks)):
            found, literal = name.values(ranks), literal_values(ranks, name)
            if not np.allclose(found, literal, rtol=0, atol=ROUNDING):
                return (
                    f"{record.key.path()}: {part} {name} is {found.mean():.6f}, and {mean(literal):.6f} by a literal "
                    "count: the evaluator's metrics are wrong."
                )
    return None


def check_curves(records: Sequence[Record], track: Track) -> Check:
    """The validation ranks give the figures of the curve's best epoch, whose weights a model ends with.

    The recommenders of this distribution promise that; the contract does not ask it of others.
    """
    with_curve = [record for record in records if record.curve]
    own = [record for record in with_curve if str(record.environment.get("recommender")).startswith(OWN)]
    faults = [fault for record in track("checking learning curves", own) if (fault := _curve_fault(record))]
    notes = []
    if without := len(records) - len(with_curve):
        notes.append(f"{without} records have no curve: nothing was trained in epochs, or it was only ranked again.")
    if others := len(with_curve) - len(own):
        notes.append(f"{others} records are of recommenders from elsewhere, which need not end with their best epoch.")
    return Check("validation ranks are those of the curve's best epoch", len(own) - len(faults), faults, notes)


def _curve_fault(record: Record) -> str | None:
    chose = selection_of([record])
    names = dict.fromkeys((*VALIDATION_METRICS, chose))
    figures: dict[str, float] = {name: mean(literal_values(record.validation, name)) for name in names}
    best = best_epoch(record)
    if _agrees(best, figures):
        return None
    found = next((epoch for epoch in record.curve if _agrees(epoch, figures)), None)
    of = f"those of epoch {found.number}" if found else "those of no epoch"
    greatest = best.validation.get(chose, math.nan)
    return (
        f"{record.key.path()}: its validation ranks give {chose} {figures[chose]:.6f}, {of}, "
        f"where epoch {best.number} of its curve has {greatest:.6f}: run its cell again."
    )


def _agrees(epoch: Epoch, figures: dict[str, float]) -> bool:
    return all(abs(epoch.validation.get(name, float("inf")) - value) <= ROUNDING for name, value in figures.items())
