"""Trainings that are stopped and go on: a cell's process writes down where its training stands, now and then.

It goes on only where everything is as it was: another recipe, other software or another processor would end in other
weights than an unbroken training, and the record would not say so.
"""

import hashlib
import inspect
import json
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seqrec_bench.errors import UnreadableError, in_words
from seqrec_bench.experiments.saying import GoesOn, Remark, Report
from seqrec_bench.recommender import Checkpoint, Epoch, Recommender
from seqrec_bench.records import Recipe
from seqrec_bench.records.checkpoints import Progress, read_checkpoint, write_checkpoint
from seqrec_bench.text import one_line

SHARE = 0.05
"""Of the time of a training that writing its checkpoints may take, about."""


@dataclass(frozen=True)
class Place:
    """Where a training is kept that is stopped, and what it is of."""

    path: Path
    """Of the checkpoint's file."""
    recipe: Recipe
    circumstances: Mapping[str, Any]
    """As `circumstances_of` gives them."""

    def difference(self, progress: Progress) -> str | None:
        """Says in a few words what else that training was, or None where it is this one."""
        its, mine = progress.circumstances, self.circumstances
        changed = next((name for name in sorted({*its, *mine}) if its.get(name) != mine.get(name)), None)
        return self.recipe.difference(progress.recipe) or (
            changed and f"made with {changed} {its.get(changed)}, and here it is {mine.get(changed)}"
        )


class Sitting:
    """What one process does of a cell's training, from its beginning or from where an earlier process was stopped."""

    def __init__(self, report: Report, place: Place | None = None) -> None:
        """
        Args:
            place: Without it, the training is not kept.
        """
        self.report, self._place = report, place
        self._started = _clocks()
        self._before = dict.fromkeys(self._started, 0.0)
        """What earlier sittings have taken."""
        self._spent = dict.fromkeys(self._started, 0.0)
        """On checkpoints."""
        self._has_complained = False

    def earlier(self) -> tuple[Sequence[Epoch], Checkpoint] | None:
        """The epochs of earlier sittings and where they have ended; None where there are none, or none to go on from.

        The latter is said.
        """
        if self._place is None:
            return None
        path = self._place.path
        try:
            progress, checkpoint = read_checkpoint(path)
        except FileNotFoundError:
            return None
        except (UnreadableError, ValueError) as error:
            self.begin_anew(f"{path} is of no use: {one_line(str(error))}")
            return None
        if difference := self._place.difference(progress):
            self.begin_anew(f"what {path} holds was {difference}")
            return None
        self._before = dict(progress.seconds)
        self.report(GoesOn(len(progress.curve)))
        return progress.curve, checkpoint

    def begin_anew(self, reason: str) -> None:
        """Nothing of earlier sittings counts."""
        self._before = dict.fromkeys(self._before, 0.0)
        self.report(Remark(f"its training begins anew, since {reason}"))

    def seconds(self) -> dict[str, float]:
        """What the training has taken so far, of all sittings, by the names that records have for it.

        The writing of checkpoints is not counted.
        """
        now = _clocks()
        return {name: self._before[name] + now[name] - self._started[name] - self._spent[name] for name in now}

    def keep(self, make: Callable[[], Checkpoint], curve: Sequence[Epoch]) -> None:
        """Writes a checkpoint after the last epoch of that curve, unless those before it have taken too long.

        What keeps it from being written is said once, and the training goes on.
        """
        began = _clocks()
        if self._place is None or self._spent["fit"] > SHARE * (began["fit"] - self._started["fit"]):
            return
        progress = Progress(self._place.recipe, self._place.circumstances, curve, self.seconds())
        try:
            write_checkpoint(self._place.path, progress, make())
        except Exception as error:  # of the disk, or of the recommender
            self._complain(error)
        self._spent = {name: self._spent[name] + now - began[name] for name, now in _clocks().items()}

    def _complain(self, error: Exception) -> None:
        if not self._has_complained:
            self._has_complained = True
            reason = error.strerror if isinstance(error, OSError) and error.strerror else in_words(error)
            self.report(Remark(f"where its training stands can't be kept ({reason}): if it is stopped, it begins anew"))


def _clocks() -> dict[str, float]:
    return {"fit": time.perf_counter(), "fit_cpu": time.process_time()}


def circumstances_of(recommender: Recommender, seed: int, environment: Mapping[str, Any]) -> dict[str, Any]:
    """All that must be the same, beside the recipe, for a training to go on as if it had not been stopped.

    The commit may be another: what of the source is at work is told by the version and the recommender's own files.
    """
    software = {name: value for name, value in environment.items() if name not in ("commit", "packages")}
    packages: Mapping[str, str] = environment["packages"]
    return {**software, **packages, "seed": seed, "processor": processor(), "source": source_of(type(recommender))}


def source_of(recommender: type[Recommender]) -> str:
    """The sha256 of the source at work in this process of the packages that the recommender's classes are from.

    Whoever mends a model that is not yet done, and starts it again, wants it trained by what it now is.
    """
    packages = {base.__module__.partition(".")[0] for base in inspect.getmro(recommender)} - {"builtins", "typing"}
    digest = hashlib.sha256()
    for name in sorted(list(sys.modules)):  # a copy, since a thread may import something meanwhile
        file = name.partition(".")[0] in packages and getattr(sys.modules[name], "__file__", None)
        if file and Path(file).is_file():
            digest.update(json.dumps([name, hashlib.sha256(Path(file).read_bytes()).hexdigest()]).encode())
    return digest.hexdigest()


@cache  # it stays the same
def processor() -> str:
    """What the system calls the processor: another one may round otherwise."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
