"""All checks one after another, whatever the outcome of each: what there is to mend, not only the first of it."""

import inspect
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqrec_bench.errors import in_words
from seqrec_bench.evaluation.conformance.trials import Check, ConformanceError, Factory


@dataclass(frozen=True)
class Finding:
    """What one check has found."""

    name: str
    """The fact, in words."""
    demand: str
    """What the check demands, in a sentence or two."""
    complaint: str | None
    """What is broken and, where the recommender's own code raised, in which line; None if the fact holds."""


def examine(make: Factory, checks: Sequence[Check]) -> Iterator[Finding]:
    """Runs the checks in turn. An error in the recommender's own code is a finding too."""
    for check in checks:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        yield Finding(name, inspect.getdoc(check) or "", _complaint(check, make))


def _complaint(check: Check, make: Factory) -> str | None:
    try:
        check(make)
    except ConformanceError as error:
        return str(error)
    except Exception as error:
        return f"{in_words(error)} ({_place(error, make)})"
    return None


def _place(error: Exception, make: Factory) -> str:
    """The innermost line of the recommender's own package on the way to the error, or else the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(inspect.getfile(type(make()))).parent
    own = [frame for frame in frames if package in Path(frame.filename).parents] or frames
    return f"{own[-1].filename}, line {own[-1].lineno}"
