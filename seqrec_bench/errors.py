"""What can go wrong for a reason the user can mend, and the exit code that says which."""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """The one table of exit codes, for every command. Never 1, which is what any crash gives."""

    DONE = 0
    BAD_INPUT = 2
    CELLS_MISSING = 3
    INVALID_RECORDS = 4
    INCONCLUSIVE = 5
    FALLS_SHORT = 6
    CELLS_FAILED = 7
    INTERNAL_ERROR = 70
    INTERRUPTED = 130


class BenchError(Exception):
    """An error that is explained in one sentence: the thing, the place and the mend."""

    exit_code: ClassVar[ExitCode]


def in_words(error: BaseException) -> str:
    """What the error says; of one that is not explained, its type too."""
    return str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"


class InputError(BenchError):
    """The command line, a file or a plug-in is not what it has to be."""

    exit_code = ExitCode.BAD_INPUT


class MissingCellsError(BenchError):
    """What was asked for needs records, or their weights, that are not there."""

    exit_code = ExitCode.CELLS_MISSING


class InvalidRecordError(BenchError):
    """A stored record can't be believed."""

    exit_code = ExitCode.INVALID_RECORDS


class ScoreError(BenchError):
    """A recommender answered with something that is not a score."""

    exit_code = ExitCode.CELLS_FAILED
