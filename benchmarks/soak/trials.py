"""A trial: runs on one results directory, most of them killed, the last not, and what is wrong afterwards."""

import random
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.soak.bench import WAIT_SECONDS, Bench, Run
from benchmarks.soak.stores import Snapshot, differences, look, lost, written_again

STOP_SECONDS = 2.0
"""A run that is told to end must have ended by then."""

LINE_SECONDS = 0.2
"""How long after a line of the log a kill may come."""

SAID = "Stopped"


@dataclass
class Findings:
    """What is counted over trials; all but the first four and the seconds must be 0 in the end."""

    trials: int = 0
    kills: int = 0
    stored: int = 0
    """Records that were there before a kill."""
    gone_on: int = 0
    """Trainings that were stopped and went on from a later epoch than their first."""
    lost: int = 0
    twice: int = 0
    """Cells that were run again though their record was there."""
    left: int = 0
    """Claims, checkpoints and temporary files at the end."""
    orphans: int = 0
    slowest: float = 0.0
    """Seconds from a signal to the end of the run."""
    faults: list[str] = field(default_factory=list)
    """Everything that is wrong, in words."""


@dataclass
class Trial:
    """One trial, whose findings are added to those of others of its kind."""

    bench: Bench
    by: signal.Signals
    chance: random.Random
    findings: Findings
    name: str

    @property
    def results(self) -> Path:
        return self.bench.folder / self.name

    def alone(self, n_kills: int) -> None:
        """Starts and kills a run so often, each time at a random moment, then lets one end."""
        before = Snapshot()
        for _ in range(n_kills):
            with self.bench.start(self.results) as run:
                if not self._kill(run):
                    break
                before = self._check(run, before)
        with self.bench.start(self.results) as run:
            self._let_end(run)
            self._check(run, before)
        self._conclude()

    def two_at_once(self) -> None:
        """Starts two runs on one directory and kills one of them at a random moment; the other must do the rest."""
        with self.bench.start(self.results) as killed, self.bench.start(self.results) as other:
            is_killed = self._kill(killed, n_at_once=2)
            if is_killed and killed.leaves_processes():
                self._blame("orphans", "a process outlives the run")
            before = look(self.results)
            self.findings.stored += len(before.records) if is_killed else 0
            self._let_end(other)
            self._check(other, before)
            interrupted = killed.cells("started") - killed.cells("done in") if is_killed else set()
            for cell in (killed.cells("started") & other.cells("started")) - interrupted:
                self._blame("twice", f"{cell} was run by both")
        self._conclude()

    def _kill(self, run: Run, n_at_once: int = 1) -> bool:
        """Whether it was killed, and had not ended before."""
        if not self._wait_for_moment(run, n_at_once):
            return False
        seconds = run.end(self.by)
        self.findings.kills += 1
        self.findings.slowest = max(self.findings.slowest, seconds)
        if self.by != signal.SIGKILL:
            self._check_ending(run, seconds)
        return True

    def _wait_for_moment(self, run: Run, n_at_once: int) -> bool:
        """Until a random line of the log and a little longer; False if the run ends before.

        One that is alone is killed anywhere in a training instead, half of the time: of two, one may never train.
        """
        n_done = sum(1 for _ in self.results.rglob("*.json"))  # each of them takes two lines from the log
        n_lines = self.chance.randint(0, (self.bench.n_lines - 2 * n_done) // n_at_once - 1)
        pause = self.chance.uniform(0, LINE_SECONDS if n_lines else self.bench.seconds / 4)
        is_within = n_at_once == 1 and self.chance.random() < 0.5
        within = self.chance.uniform(0, self.bench.training_seconds) if is_within else None
        while not (self._trains(run) if within is not None else len(run.says().splitlines()) >= n_lines):
            if run.process.poll() is not None:
                return False
            time.sleep(0.005)
        time.sleep(pause if within is None else within)
        return run.process.poll() is None

    def _trains(self, run: Run) -> bool:
        """Whether a cell of the model that trains longest has started."""
        return any(cell.startswith(self.bench.trains) for cell in run.cells("started"))

    def _check_ending(self, run: Run, seconds: float) -> None:
        code, said = run.process.returncode, run.says()
        if code not in (130, -self.by, 0):  # before its imports are done, and once it is over, a signal just ends it
            self._blame(None, f"exit code {code}: {said}")
        if code == 130 and SAID not in said:
            self._blame(None, f"it does not say how to go on: {said}")
        if (
            "Traceback" in said and "seqrec_bench" in said
        ):  # Python may be interrupted before it comes to any of our code
            self._blame(None, f"a traceback: {said}")
        if seconds > STOP_SECONDS:
            self._blame(None, f"it took {seconds:.2f} s to end")

    def _let_end(self, run: Run) -> None:
        if run.process.wait(WAIT_SECONDS):
            self._blame(None, f"the run that is left alone ends with {run.process.returncode}: {run.says()}")

    def _check(self, run: Run, before: Snapshot) -> Snapshot:
        """What is there once a run has ended, held against what was there before it."""
        if run.leaves_processes():
            self._blame("orphans", "a process outlives the run")
        self.findings.gone_on += run.n_gone_on
        after = look(self.results)
        for name in after.broken:
            self._blame(None, f"half a file: {name}")
        for name in lost(before, after):
            self._blame("lost", f"{name} is lost")
        for name in written_again(before, after):
            self._blame("twice", f"{name} was written again")
        self.findings.stored += len(after.records.keys() - before.records.keys()) if run.process.returncode else 0
        return after

    def _conclude(self) -> None:
        for name in look(self.results).hidden:
            self._blame("left", f"{name} is left")
        for name in differences(self.results, self.bench.reference):
            self._blame(None, f"{name} is not as without interruption")
        self.findings.trials += 1
        shutil.rmtree(self.results)

    def _blame(self, count: str | None, fault: str) -> None:
        if count:
            setattr(self.findings, count, getattr(self.findings, count) + 1)
        self.findings.faults.append(f"{self.name}: {fault}")
