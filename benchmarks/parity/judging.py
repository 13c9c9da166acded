"""Our figures beside those of other codes, and whether the two are equivalent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import stdev

from benchmarks.parity.references import OtherFigure, Pair, Recorded, References, row_of
from seqrec_bench.analysis.gate.verdicts import Verdict, beside_reported
from seqrec_bench.analysis.selection import Missing, as_rows_give, not_run, runs, select
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.questions import benchmark, welch
from seqrec_bench.analysis.statistics.rounding import is_greater
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS, Runs
from seqrec_bench.experiments.scoring import SCORED_VARIANT
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.study import Study, StudyRow

EQUIVALENT = "equivalent"
TESTED = {
    Verdict.REPRODUCED: EQUIVALENT,
    Verdict.EXCEEDS: "above",
    Verdict.FALLS_SHORT: "below",
    Verdict.AT_LEAST_REPRODUCED: "open",
    Verdict.INCONCLUSIVE: "open",
}
"""By the two one-sided tests at 5 %: beyond or within the margin, or neither is established."""
NOT_RUN = "not run"


@dataclass(frozen=True)
class Side:
    """One code's figure."""

    mean: float
    n_runs: int
    sd: float | None
    """From run to run; None where it is not known, or there is one run."""
    estimate: Inference | None
    """Of the mean, on exactly these users and with the model trained again; None where nothing tells its variance."""
    deterministic: bool = False

    @classmethod
    def of_runs(cls, found: Runs) -> "Side":
        """What was run and ranked here; the estimate answers the question "benchmark"."""
        sd = stdev(found.of_seeds.tolist()) if found.n_seeds > 1 else None
        is_known = found.deterministic or found.n_seeds > 1
        estimate = benchmark([found], [1]) if is_known else None
        return cls(found.mean, found.n_seeds, sd, estimate, found.deterministic)

    @classmethod
    def told(cls, figure: OtherFigure, n_runs: int) -> "Side":
        """What somebody else tells, of which no users' values are known."""
        estimate = None if figure.sd is None else Inference(figure.mean, figure.sd**2 / n_runs, n_runs - 1)
        return cls(figure.mean, n_runs, figure.sd, estimate)

    @property
    def is_enough(self) -> bool:
        """Whether there are runs enough for a verdict."""
        return self.deterministic or self.n_runs >= MIN_SEEDS


@dataclass(frozen=True)
class Line:
    """One metric of a pair."""

    pair: Pair
    dataset: str
    metric: str
    ours: Side | None
    """None where it has not been run."""
    theirs: Side | None
    difference: Inference | None
    """Ours minus theirs; None where a spread is not known."""
    verdict: str


def judge(references: References, records: Iterable[Record]) -> list[Line]:
    """Every metric of every pair, in the file's order.

    Raises:
        InputError: A pair is of no study or row.
        InvalidRecordError: Records that are averaged or compared were not made in the same way, or not as the study
            has it.
    """
    found = list(records)
    return [line for pair in references.pairs for line in _lines(pair, found, references.margin)]


def missing(references: References, records: Sequence[Record]) -> list[Missing]:
    """The cells of our sides that have not been run."""
    found = []
    for pair in references.pairs:
        study, row = row_of(pair)
        of_study, own = not_run(records, study, study.dataset_names[0]), _own(study, row)
        found += [each for each in of_study if each.configuration == own]
    return found


def _own(study: Study, row: StudyRow) -> Configuration:
    return Configuration(row.model, row.variant or study.variant, study.dimension_of(row))


def _lines(pair: Pair, records: Sequence[Record], share: float) -> Iterator[Line]:
    study, row = row_of(pair)
    other, own = pair.other, _own(study, row)
    peer = Configuration(other.record, SCORED_VARIANT, 0) if isinstance(other, Recorded) else own
    found = select(as_rows_give(records, study), study.view(), [own, peer]).cells
    ours, theirs, dataset = found.get(own), found.get(peer), study.dataset_names[0]
    for metric in other.metrics:
        mine = Side.of_runs(runs(ours, metric)) if ours else None
        if isinstance(other, Recorded):
            its = Side.of_runs(runs(theirs, metric)) if theirs else None
        else:
            its = Side.told(other.figures[metric], other.seeds)
        yield Line(pair, dataset, metric, mine, its, *_compare(mine, its, share))


def _compare(ours: Side | None, theirs: Side | None, share: float) -> tuple[Inference | None, str]:
    """The difference, and the test's verdict where both sides have runs enough for it; else why there is none."""
    if ours is None or theirs is None:
        return None, NOT_RUN
    difference = _difference(ours, theirs)
    if theirs.n_runs == 1 and not theirs.deterministic:
        return difference, f"no test: one figure{_whether_within(ours, theirs.mean)}"
    if not ours.is_enough:
        return difference, f"no test: {ours.n_runs} of {MIN_SEEDS} seeds of ours"
    if not theirs.is_enough:
        return difference, f"no test: {theirs.n_runs} of {MIN_SEEDS} seeds of theirs"
    if difference is None:
        return None, f"no test: their spread is not known{_whether_within(ours, theirs.mean)}"
    return difference, TESTED[beside_reported(difference, share * theirs.mean)]


def _difference(ours: Side, theirs: Side) -> Inference | None:
    """Ours minus theirs, seeds not paired."""
    if ours.estimate is None or theirs.estimate is None:
        return None
    parts = [(side.variance, side.degrees_of_freedom) for side in (ours.estimate, theirs.estimate)]
    return welch(ours.mean - theirs.mean, parts)


def _whether_within(ours: Side, figure: float) -> str:
    """Whether one more run of ours might give the figure, where ours are enough to tell."""
    if ours.deterministic or not ours.is_enough or ours.estimate is None:
        return ""
    mean = ours.estimate
    one_run = Inference(mean.mean, mean.variance * (ours.n_runs + 1), mean.degrees_of_freedom)
    low, high = one_run.interval()
    if is_greater(low, figure):
        return ", below the range of one run of ours"
    return f", {'above' if is_greater(figure, high) else 'within'} the range of one run of ours"
