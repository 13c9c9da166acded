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
from seqrec_bench.recommender import Checkpoint, Epoch, Recommender
from seqrec_bench.records import Recipe
from seqrec_bench.records.checkpoints import Progress, read_checkpoint, write_checkpoint

SHARE = 0.05
"""Of the time of a training that writing its checkpoints may take, about."""


@dataclass(frozen=True)
class GoesOn:
    """A training goes on after this epoch, which is one of an earlier sitting."""

    epoch: int


@dataclass(frozen=True)
class Remark:
    """What the user ought to know of a cell that is run all the same, in words."""

    text: str


News = Epoch | GoesOn | Remark
"""What is told of a cell while it is run."""


@dataclass(frozen=True, eq=False)
class Earlier:
    """Where earlier sittings have brought a training."""

    curve: Sequence[Epoch]
    seconds: float
    checkpoint: Checkpoint


class Sitting:
    """What one process does of a cell's training, from its beginning or from where an earlier process was stopped."""

    def __init__(
        self, path: Path, recipe: Recipe, circumstances: Mapping[str, Any], report: Callable[[News], None]
    ) -> None:
        """
        Args:
            path: Of the checkpoint's file.
            circumstances: As `circumstances_of` gives them.
        """
        self._path, self._recipe, self._circumstances, self._report = path, recipe, circumstances, report
        self._started = time.perf_counter()
        self._seconds_before = 0.0
        self._spent = 0.0
        """Seconds, on checkpoints."""
        self._has_complained = False

    def earlier(self) -> Earlier | None:
        """Where the training stands; None where it has not begun, or can't go on, which is said."""
        try:
            progress, checkpoint = read_checkpoint(self._path)
        except FileNotFoundError:
            return None
        except (UnreadableError, ValueError) as error:
            self.begin_anew(f"{self._path} is of no use: {in_words(error)}")
            return None
        if difference := self._difference(progress):
            self.begin_anew(f"what {self._path} holds was {difference}")
            return None
        self._seconds_before = progress.seconds
        self._report(GoesOn(len(progress.curve)))
        return Earlier(progress.curve, progress.seconds, checkpoint)

    def begin_anew(self, reason: str) -> None:
        """Nothing of an earlier sitting counts."""
        self._seconds_before = 0.0
        self._report(Remark(f"its training begins anew, since {reason}"))

    @property
    def seconds(self) -> float:
        """What the training has taken so far, all sittings together and without the writing of checkpoints."""
        return self._seconds_before + time.perf_counter() - self._started - self._spent

    def keep(self, make: Callable[[], Checkpoint], curve: Sequence[Epoch]) -> None:
        """Writes a checkpoint after the last epoch of that curve, unless those before it have taken too long.

        What keeps it from being written is said once, and the training goes on: it is only worth as much as before.
        """
        if self._spent > SHARE * (time.perf_counter() - self._started):
            return
        progress = Progress(self._recipe, self._circumstances, curve, self.seconds)
        began = time.perf_counter()
        try:
            write_checkpoint(self._path, progress, make())
        except Exception as error:  # of the disk, or of the recommender
            self._complain(error)
        self._spent += time.perf_counter() - began

    def _complain(self, error: Exception) -> None:
        if not self._has_complained:
            self._has_complained = True
            reason = error.strerror if isinstance(error, OSError) and error.strerror else in_words(error)
            self._report(
                Remark(f"where its training stands can't be kept ({reason}): if it is stopped, it begins anew")
            )

    def _difference(self, progress: Progress) -> str | None:
        """Says in a few words what else that training was, or None where it is this one."""
        if difference := self._recipe.difference(progress.recipe):
            return difference
        its, mine = progress.circumstances, self._circumstances
        for name in sorted({*its, *mine}):
            if its.get(name) != mine.get(name):
                return f"made with {name} {its.get(name)}, and here it is {mine.get(name)}"
        return None


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
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] in packages and file and Path(file).is_file():
            digest.update(json.dumps([name, hashlib.sha256(Path(file).read_bytes()).hexdigest()]).encode())
    return digest.hexdigest()


@cache  # it stays the same
def processor() -> str:
    """What the system calls the processor: another one may round otherwise."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
