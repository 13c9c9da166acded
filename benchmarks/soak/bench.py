"""A small run of real cells: how it is started, killed and waited for."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from seqrec_bench.records import Store

WAIT_SECONDS = 300.0
"""After this a run hangs."""

ORPHAN_SECONDS = 10.0
"""How long what a run has started may outlive it: a process that is imported into notices late."""

_STEPS = '''
import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seqrec_bench.recommender import Checkpoint, Epoch


@dataclass
class Steps:
    """Recommends by a table of random numbers, in epochs of a tenth of a second; its weights are a few megabytes."""

    name: ClassVar[str] = "steps"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 400_000

    def fit(self, train, context):
        random, done = np.random.default_rng(context.seed), 0
        self._scores = np.zeros(400_000)
        if context.resume:
            self._scores, done = context.resume.arrays["scores"], context.resume.facts["epoch"]
            random.bit_generator.state = context.resume.facts["random"]
        for number in range(done + 1, 4):
            self._scores += random.random(400_000)
            self._width = train.n_items + 1
            time.sleep(0.1)
            context.report(Epoch(number, 1.0 / number, context.validate(), 0.1))
            facts = {"epoch": number, "random": random.bit_generator.state}
            context.keep(lambda: Checkpoint({"scores": self._scores}, facts))

    def score(self, users, histories):
        return np.tile(self._scores[: self._width].astype(np.float32), (len(users), 1))

    def state(self):
        return {"scores": self._scores}

    def restore(self, train, state):
        self._scores, self._width = state["scores"], train.n_items + 1
'''

_MODELS = {True: "popularity,sequential-rules,steps,sasrec", False: "popularity,sequential-rules,steps"}
_SETTINGS = {True: ["--set", "sasrec.epochs=25", "--set", "sasrec.patience=25"], False: []}
"""By whether torch is there."""


@dataclass
class Run:
    """A run under way, the leader of a group of processes of its own."""

    process: subprocess.Popen[str]
    log: Path

    def end(self, by: signal.Signals) -> float:
        """Ends it as a terminal does by Ctrl-C, or as a system does by another signal; returns the seconds it took."""
        started = time.monotonic()
        if by == signal.SIGINT:
            os.killpg(self.process.pid, by)
        else:
            self.process.send_signal(by)
        self.process.wait(WAIT_SECONDS)
        return time.monotonic() - started

    def leaves_processes(self) -> bool:
        """Whether something that it has started is still there some time after its end."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while time.monotonic() < deadline:
            if not group_lives(self.process.pid):
                return False
            time.sleep(0.02)
        return True

    def says(self) -> str:
        return self.log.read_text()

    @property
    def n_gone_on(self) -> int:
        """How many trainings it has gone on with that an earlier run had begun."""
        return len(self.cells("going on from epoch"))

    def cells(self, what: str) -> set[str]:
        """Those of which the log says that."""
        return set(re.findall(rf"^(.+): {what}", self.says(), re.MULTILINE))


@dataclass
class Bench:
    """Where trials are made."""

    folder: Path
    with_torch: bool
    """Whether models that need torch are among the cells. Its import is most of the time that such a run takes."""
    seconds: float = field(init=False)
    """What a whole run takes."""
    n_lines: int = field(init=False)
    """Of its log: one as each cell starts and ends, and a few more."""
    training_seconds: float = field(init=False)
    """What a cell of the model takes that trains longest."""

    def __post_init__(self) -> None:
        """Writes data and recommender, and makes the uninterrupted run that the others must equal."""
        self._site = self.folder / "site"
        metadata = self._site / "steps-1.0.dist-info"
        metadata.mkdir(parents=True)
        (self._site / "steps_module.py").write_text(_STEPS)
        if not self.with_torch:
            (self._site / "torch.py").write_text("raise ImportError\n")
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: steps\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("[seqrec_bench.recommenders]\nsteps = steps_module:Steps\n")
        rows = [
            f"u{user},i{(user * 7 + step * (1 + user % 3)) % 40},{step}" for user in range(60) for step in range(12)
        ]
        (self.folder / "own.csv").write_text("\n".join(["user_id,item_id,timestamp", *rows]) + "\n")
        started = time.monotonic()
        with self.start(self.reference) as run:
            if run.process.wait(WAIT_SECONDS):
                raise RuntimeError(f"The uninterrupted run fails: {run.says()}")
            self.n_lines = len(run.says().splitlines())
        self.seconds = time.monotonic() - started
        fits = [record.seconds["fit"] for record in Store(self.reference).records() if record.key.model == self.trains]
        self.training_seconds = sum(fits) / len(fits)

    @property
    def trains(self) -> str:
        """The model that trains longest."""
        return "sasrec" if self.with_torch else "steps"

    @property
    def reference(self) -> Path:
        """The results of the uninterrupted run."""
        return self.folder / "reference"

    @contextmanager
    def start(self, results: Path) -> Iterator[Run]:
        """Starts a run of all cells into that directory; whatever happens, nothing of it is left in the end."""
        log = self.folder / f"{results.name}-{random.randrange(16**8):08x}.log"
        path = os.pathsep.join([str(self._site), *(path for path in sys.path if path)])
        environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
        with log.open("w") as file:
            process = subprocess.Popen(
                self._command(results), cwd=self.folder, env=environment, stderr=file, text=True,
                start_new_session=True, preexec_fn=_hear_interrupts,
            )  # fmt: skip
        try:
            yield Run(process, log)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _command(self, results: Path) -> Sequence[str]:
        where = ["--interactions", "own.csv", "--results", str(results), "--jobs", "2"]
        what = ["--models", _MODELS[self.with_torch], "--dims", "8", "--seeds", "0-1", "--variant", "soak"]
        return [sys.executable, "-m", "seqrec_bench", "run", *where, *what, *_SETTINGS[self.with_torch]]


def group_lives(group: int) -> bool:
    """Whether a process of the group is not over; one that has ended may wait for a second until init takes it away."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return sys.platform != "linux" or any(_runs_in(process, group) for process in Path("/proc").glob("[0-9]*"))


def _runs_in(process: Path, group: int) -> bool:
    try:
        state, _, found = (process / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(found) == group and state not in "ZX"


def _hear_interrupts() -> None:
    """Ctrl-C would do nothing where a shell has started this in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
