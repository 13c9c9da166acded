"""How far `seqrec-bench run` has come, for the sentence that it ends with when it is stopped."""

from pathlib import Path

from seqrec_bench.experiments.execution import RunOutcome
from seqrec_bench.experiments.run import Plan


class RunState:
    """Filled as the run goes on."""

    def __init__(self, results: Path, fresh: bool) -> None:
        self._results, self._fresh = results, fresh
        self.plan: Plan | None = None
        self.outcome = RunOutcome()

    def is_storing(self) -> bool:
        return self.outcome.is_storing

    def say(self) -> str:
        """What is done, and how to go on."""
        if self.plan is None:
            return "Stopped before any cell was run; the same command begins again."
        n_run, n_cells = len(self.outcome.finished) + len(self.outcome.elsewhere), len(self.plan.planned)
        if self._fresh:
            return (
                f"Stopped: {n_run} of {n_cells} cells were run afresh, with records in {self._results}; the same "
                "command would run these again too: name the others by --models, --dims and --seeds to go on."
            )
        return (
            f"Stopped: {len(self.plan.done) + n_run} of {n_cells} cells are done, with records in {self._results}; the "
            "same command goes on from there."
        )
