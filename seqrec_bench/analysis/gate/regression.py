"""Records against a reference: records of the same cells that were good."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seqrec_bench.analysis.gate.pairs import (
    Cells,
    Pair,
    SeededConfiguration,
    cells,
    difference,
    make_pairs,
    require_protocol,
)
from seqrec_bench.analysis.gate.report import Judgement, Report
from seqrec_bench.analysis.gate.verdicts import Verdict, beside_reference
from seqrec_bench.analysis.notes import target_notes
from seqrec_bench.analysis.selection import Missing, only_elsewhere
from seqrec_bench.analysis.statistics.families import holm
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS, lacking_seeds
from seqrec_bench.errors import ExitCode, InputError, MissingCellsError
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.view import View


class Side(StrEnum):
    """Where a cell is missing, in words."""

    NEW = "in the new records"
    OLD = "in the reference"
    BOTH = "on both sides"


@dataclass(frozen=True)
class Lack:
    """Cells of one configuration without which there can't be a verdict."""

    cells: Missing
    side: Side
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.cells} {self.side}{self.reason}"


_CODES = {
    Verdict.REGRESSED: ExitCode.FALLS_SHORT,
    Verdict.DIFFERS: ExitCode.FALLS_SHORT,
    Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
}


def check_regression(
    records: Sequence[Record],
    reference: Sequence[Record],
    view: View,
    dataset: str,
    expected: Collection[SeededConfiguration],
    exact: bool = False,
    name: str = "the reference",
) -> Report:
    """A verdict on every metric of every configuration of the expected cells.

    Args:
        paper: Whose protocol, metrics and margins count.
        dataset: The data set whose cells are judged.
        expected: What both sides must have: a cell that only one of them has is missing.
        exact: Whether to demand that all ranks are the same.
        name: What the reference is called where the outcome is told.

    Raises:
        MissingCellsError: Nothing is expected.
        InputError: One of the view's metrics has no margin.
        InvalidRecordError: The two sides can't be compared, or the records of one side not averaged.
    """
    if not expected:
        raise MissingCellsError(
            "The reference has none of these cells, so there is nothing to hold records against"
            f"{only_elsewhere(reference, dataset, view.protocol)}: name others with --dataset and --protocol."
        )
    if without := [metric for metric in view.metrics if metric not in view.margins]:
        raise InputError(
            f"{view.name} has no margin for {', '.join(without)}: leave it out of --metrics, or add it to [margins] of "
            "its file."
        )
    new, old = cells(records, view, dataset), cells(reference, view, dataset)
    for side, found in ((records, new), (reference, old)):
        require_protocol(side, set(expected) - found.keys(), view, dataset)
    pairs = make_pairs(expected, new, old)
    too_few = [] if exact else [pair for pair in pairs if not pair.are_identical and not pair.are_enough]
    judged = [pair for pair in pairs if pair not in too_few]
    judgements = [found for metric in view.metrics for found in _judgements(judged, metric, view, exact)]
    lacking = [*_absent(expected, new, old), *(lack for pair in too_few for lack in _more_seeds(pair, new, old))]
    return Report(
        "reference",
        view.metrics,
        tuple(judgements),
        missing=tuple(f"{lack}" for lack in lacking if lack.side is not Side.OLD),
        notes=(*_notes(view, dataset, exact), *target_notes(record for pair in pairs for record in pair.new)),
        scope=f"{dataset} under {view.protocol} against {name}",
        missing_before=tuple(f"{lack}" for lack in lacking if lack.side is Side.OLD),
        warnings=(*_changes(pairs), *_unjudged(expected, new, old)),
    )


def _judgements(pairs: Sequence[Pair], metric: str, view: View, exact: bool) -> Iterator[Judgement]:
    """One metric's verdicts, which are one family of tests; where ranks are identical, nothing is tested."""
    tested = [] if exact else [pair for pair in pairs if not pair.are_identical]
    found = {pair.configuration: difference(*pair.runs(metric)) for pair in tested}
    p_values = dict(zip(found, holm([inference.p_below() for inference in found.values()]), strict=True))
    for pair in pairs:
        new, old = pair.runs(metric)
        inference = found.get(pair.configuration)
        if inference is not None:
            verdict = beside_reference(inference, p_values[pair.configuration], view.margins[metric])
        else:
            verdict = Verdict.HOLDS_EXACTLY if pair.are_identical else Verdict.DIFFERS
        n_changed, n_ranks = pair.n_changed
        yield Judgement(
            subject=str(pair.configuration),
            metric=metric,
            before=old.mean,
            found=new.mean,
            bounds=None if inference is None else (inference.low, inference.high),
            margin=view.margins[metric],
            n_seeds=new.n_seeds,
            verdict=verdict,
            code=_CODES.get(verdict, ExitCode.DONE),
            remark="" if pair.are_identical else f"{n_changed} of {n_ranks} ranks differ",
        )


def _absent(expected: Collection[SeededConfiguration], new: Cells, old: Cells) -> Iterator[Lack]:
    for side, there in ((Side.NEW, new), (Side.OLD, old)):
        for missing in _by_place(set(expected) - there.keys()):
            yield Lack(missing, side)


def _by_place(configurations: Iterable[SeededConfiguration]) -> list[Missing]:
    seeds: dict[Configuration, list[int]] = defaultdict(list)
    for configuration, seed in sorted(configurations):
        seeds[configuration].append(seed)
    return [Missing(configuration, tuple(numbers)) for configuration, numbers in seeds.items()]


def _more_seeds(pair: Pair, new: Cells, old: Cells) -> Iterator[Lack]:
    """The seeds that a verdict takes, now that ranks are not identical, with the side that lacks them."""
    sides = defaultdict(list)
    for seed in lacking_seeds({record.key.seed for record in pair.new}):
        cell = SeededConfiguration(pair.configuration, seed)
        sides[Side.OLD if cell in new else Side.NEW if cell in old else Side.BOTH].append(seed)
    for side, seeds in sides.items():
        yield Lack(Missing(pair.configuration, tuple(seeds)), side, f" (a verdict takes {MIN_SEEDS} seeds)")


def _notes(view: View, dataset: str, exact: bool) -> list[str]:
    if exact:
        return [f"Ranks on {dataset} under {view.protocol}; demanded are the very same ones."]
    tolerances = ", ".join(f"{metric} {view.margins[metric]:g}" for metric in view.metrics)
    return [
        f"Bounds: one-sided 95 % bounds of found minus reference, on exactly the users of {dataset} under "
        f"{view.protocol} and with models trained again.",
        f"Verdict, by the tolerance T of each metric ({tolerances}): a figure holds if the lower bound lies above -T. "
        "It has regressed if the difference is less than -T and below 0 by Holm's procedure, at 5 % over all that is "
        "tested in a metric. Else it is inconclusive. Where all ranks are identical, nothing is tested.",
    ]


def _changes(pairs: Iterable[Pair]) -> list[str]:
    changed = [f"{pair.configuration} ({pair.changes})" for pair in pairs if pair.changes]
    return [f"Made otherwise than the reference, and compared all the same: {'; '.join(changed)}."] if changed else []


def _unjudged(expected: Collection[SeededConfiguration], new: Cells, old: Cells) -> list[str]:
    """Says what is there and was not judged."""
    notes = []
    for side, whose in ((new, "Not judged, since not asked for or not in the reference"), (old, "Not asked for")):
        others = _by_place(side.keys() - set(expected))
        if others:
            notes.append(f"{whose}: {'; '.join(map(str, others))}.")
    return notes
