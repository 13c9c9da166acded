"""The record of a system that the bench has not run, from the scores that it gave."""

import hashlib
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seqrec_bench.data.score_files import read_scores
from seqrec_bench.data.split import Split
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.external_run import ExternalRun, external_run
from seqrec_bench.evaluation.protocol_parts import Whole
from seqrec_bench.evaluation.protocols import Protocol
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.experiments.cell import FinishedCell, Setting, identify, peak_memory
from seqrec_bench.experiments.environment import environment
from seqrec_bench.experiments.examining import examine_here
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

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", self.name):
            raise InputError(
                f"--name {self.name!r} becomes a folder's name: use small letters, digits, dots and dashes."
            )
        if self.name in registered():
            raise InputError(f"--name {self.name!r} is an installed recommender's: give the other system another name.")


@dataclass(frozen=True)
class Coverage:
    """How much the files score. Of the test, nothing that depends on its targets."""

    n_targets: int
    without_score: int
    """Validation targets that have none."""
    shortest: int
    """The fewest items with a score that a test user has, beside the history."""
    median: float
    n_items: int


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
        InputError: A file can't be read, or is not about these users and items.
    """
    started = time.perf_counter()
    data, split = setting.dataset, setting.split
    at_validation = external_run(read_scores(system.validation), data, split.validation)
    validation = rank_targets(at_validation, split.validation)
    at_test = external_run(read_scores(system.test), data, split.test)
    marks = examine_here(at_test, setting.examination, system.seed)
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
    return FinishedCell(record, None, None, marks.top), _coverage(at_validation, at_test, split)


def _coverage(at_validation: ExternalRun, at_test: ExternalRun, split: Split) -> Coverage:
    users, targets = split.validation.users, split.validation.targets
    lengths = at_test.lengths_beside(split.test.history)[split.test.evaluated]
    return Coverage(
        n_targets=len(targets),
        without_score=int((~at_validation.have(users, targets)).sum()),
        shortest=int(lengths.min()),
        median=float(np.median(lengths)),
        n_items=at_test.n_items,
    )


def _identity(path: Path) -> dict[str, str]:
    """The file's name, without its place, and its sha256."""
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
