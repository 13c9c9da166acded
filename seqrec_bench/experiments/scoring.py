"""The record of a system that the bench has not run, from the scores that it gave."""

import hashlib
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seqrec_bench.data.reading.score_files import RawScores, read_scores
from seqrec_bench.data.split import Holdout
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.external_run import ExternalRun, external_run, n_candidates
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS
from seqrec_bench.evaluation.protocol_parts import Whole
from seqrec_bench.evaluation.protocols import Protocol
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.experiments.cell import FinishedCell, Setting, identify, peak_memory
from seqrec_bench.experiments.environment import environment
from seqrec_bench.experiments.examining import examine_here
from seqrec_bench.recommender import Int64Array
from seqrec_bench.records import CellKey, Recipe, Record

SCORED_VARIANT = "scored"
"""No cell of `run` has it by chance, so that nobody takes one for the other."""


@dataclass(frozen=True)
class ScoredSystem:
    """What is said of another system."""

    name: str
    seed: int
    deterministic: bool
    validation: Path
    """The file of its scores at the validation targets."""
    test: Path
    """The file of its scores at the test targets."""
    form: str | None = None
    """Of both files, as `read_scores` has it."""
    same_scores: bool = False
    """Whether its scores at both may be the same, as they are if it does not look at what a user has taken last."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", self.name):
            raise InputError(
                f"--name {self.name!r} becomes a folder's name: use small letters, digits, dots and dashes."
            )
        if self.name in registered():
            raise InputError(f"--name {self.name!r} is an installed recommender's: give the other system another name.")


@dataclass(frozen=True)
class Lists:
    """How long one file's lists are. It is told of the test too, since it does not depend on the targets."""

    part: str
    """The validation or the test."""
    which: str
    """What is counted, in words that follow on "items"."""
    n_items: int
    scored: Int64Array
    """(n_evaluated,) items with a score among those that a user's targets are ranked against, and among the targets."""
    candidates: Int64Array
    """(n_evaluated,) all of these."""
    n_targets: Int64Array
    """(n_evaluated,) the user's."""
    cut_off: int
    """The greatest that matters."""
    n_without: int
    """Rows that say that an item has no score."""
    n_level: int
    """Rows with the score of another row of their user, and another rank."""

    @property
    def n_short(self) -> int:
        """Users with fewer scored items than the cut-off, and several without a score beside them."""
        return int(np.count_nonzero(self._certain < self.cut_off))

    @property
    def exact_to(self) -> int:
        """The greatest cut-off up to which chance has no part in any figure, where some lists are short."""
        return max(0, int(self._certain.min()))

    @property
    def _certain(self) -> Int64Array:
        """The scored items that a target is ranked against at the least, where the user's others are all in the list.

        Of those users alone for whom several items have no score: only their figures hang on chance.
        """
        return (self.scored - (self.n_targets - 1))[self.scored < self.candidates - 1]


@dataclass(frozen=True)
class Coverage:
    """How much the files score. Of the test, nothing that depends on its targets."""

    n_targets: int
    without_score: int
    """Validation targets that have none."""
    validation: Lists
    test: Lists


def require_order_enough(protocol: Protocol) -> None:
    """Raises `InputError` for a protocol that compares scores with 0, of which files of scores keep the order alone."""
    if protocol.needs_scores:
        seen = replace(protocol, candidates=Whole("seen")).name
        raise InputError(
            f"{protocol.name} sets the scores of seen items to 0, and of another system's scores only the order is "
            f"kept, which does not say what is below 0: choose another protocol, such as {seen}."
        )


def score_system(system: ScoredSystem, setting: Setting) -> tuple[FinishedCell, Coverage]:
    """Ranks what the files score, and says in the record's environment which files they were.

    Raises:
        InputError: A file can't be read, or is not about these users and items; or both say the same, which nobody has
            said that they do.
    """
    started = time.perf_counter()
    data, split = setting.dataset, setting.split
    raw_validation, raw_test = read_scores(system.validation, system.form), read_scores(system.test, system.form)
    at_validation = external_run(raw_validation, data, split.validation)
    at_test = external_run(raw_test, data, split.test)
    if not system.same_scores:
        _require_different(at_validation, at_test, system)
    validation = rank_targets(at_validation, split.validation)
    marks = examine_here(at_test, setting.examination, system.seed)
    greatest = max(metric.cut_off or 0 for metric in VALIDATION_METRICS)
    kept = setting.examination.keep.k if setting.examination.keep else 0
    coverage = Coverage(
        n_targets=len(split.validation.targets),
        without_score=int((~at_validation.have(split.validation.users, split.validation.targets)).sum()),
        validation=_lists("validation", at_validation, raw_validation, split.validation, greatest),
        test=_lists("test", at_test, raw_test, split.test, max(greatest, kept)),
    )
    files = {"validation": _identity(system.validation), "test": _identity(system.test)}
    record = Record(
        key=CellKey(data.name, setting.protocol, system.name, SCORED_VARIANT, 0, system.seed),
        recipe=Recipe(identify(data), 1, {}, selection=None),
        deterministic=system.deterministic,
        validation=validation,
        test=marks.test,
        curve=[],
        seconds={"fit": 0.0, "score": round(time.perf_counter() - started, 3)},
        peak_memory_bytes=peak_memory(),
        parameters=0,
        environment={**environment(system.name, setting.device), "scored_from": files, "attacks": None},
        targets=marks.facts,
    )
    return FinishedCell(record, None, None, marks.top), coverage


def _require_different(at_validation: ExternalRun, at_test: ExternalRun, system: ScoredSystem) -> None:
    """Raises `InputError` where one file seems to be given for the other."""
    if at_validation.orders_as(at_test):
        raise InputError(
            f"{system.validation} and {system.test} order all users' items alike, although histories are longer at the "
            "test: give the scores of each, or say --same-scores if the system does not look at a user's latest items."
        )


def _lists(part: str, run: ExternalRun, raw: RawScores, holdout: Holdout, cut_off: int) -> Lists:
    if holdout.negatives is not None:
        which = " of each sample"
    else:
        which = "" if holdout.ranks_seen else " beside a user's history"
    return Lists(
        part=part,
        which=which,
        n_items=run.n_items,
        scored=run.scored_candidates(holdout),
        candidates=n_candidates(holdout),
        n_targets=np.unique(holdout.users, return_counts=True)[1],
        cut_off=cut_off,
        n_without=raw.n_without,
        n_level=raw.n_level,
    )


def _identity(path: Path) -> dict[str, str]:
    """The file's name, without its place, and its sha256."""
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
