"""All checks one after another, whatever the outcome of each: what there is to mend, not only the first of it."""

import inspect
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from seqrec_bench.errors import ExitCode, in_words
from seqrec_bench.evaluation.conformance.small_fits import Check, ConformanceError, Factory
from seqrec_bench.recommender import Recommender
from seqrec_bench.supervision import foretold


@dataclass(frozen=True)
class CheckResult:
    """What one check has found."""

    name: str
    """The fact, in words."""
    demand: str
    """What the check demands, in a sentence or two."""
    complaint: str | None
    """What is broken and, where the recommender's own code raised, in which line; None if the fact holds."""
    usually: str | None = None
    """What most often causes that, and the mend; None where nothing stands out."""


def examine(recommender: type[Recommender], make: Factory, checks: Sequence[Check]) -> Iterator[CheckResult]:
    """Runs the checks in turn. An error in the recommender's own code is a finding too, and so is a call for the end.

    What it prints goes to standard error, apart from the findings.

    Args:
        recommender: The class of what `make` gives.
    """
    for check in checks:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        ended = f"The recommender {recommender.name!r} has ended the command's process in the check {name!r}"
        with foretold(ExitCode.FALLS_SHORT, ended), redirect_stdout(sys.stderr):
            complaint, usually = _complaint(check, recommender, make)
        yield CheckResult(name, inspect.getdoc(check) or "", complaint, usually)


def _complaint(check: Check, recommender: type[Recommender], make: Factory) -> tuple[str | None, str | None]:
    """What is broken, and what usually causes it."""
    try:
        check(make)
    except ConformanceError as error:
        return error.complaint, error.usually
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # it may call sys.exit, say
        return f"{in_words(error)} ({_place(error, recommender)})", None
    return None, None


def _place(error: BaseException, recommender: type[Recommender]) -> str:
    """The innermost line of the recommender's own package on the way to the error, or else the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(inspect.getfile(recommender)).parent
    own = [frame for frame in frames if package in Path(frame.filename).parents] or frames
    return f"{own[-1].filename}, line {own[-1].lineno}"
