"""What can go wrong for a reason the user can mend, and the exit code that says which."""

from enum import IntEnum
from typing import ClassVar

from seqrec_bench.text import one_line, shortened


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
    """What the error says, in one line; of one that is not explained, its type too."""
    if isinstance(error, BenchError):
        return one_line(str(error))
    try:
        message = str(error)
    except Exception as broken:  # a plug-in's own error may fail at this too
        message = f"it can't say why, for {type(broken).__name__}"
    return shortened(f"{type(error).__name__}: {message}" if message else type(error).__name__)


class InputError(BenchError):
    """The command line, a file or a plug-in is not what it has to be."""

    exit_code = ExitCode.BAD_INPUT


class UnreadableError(InputError):
    """Something in a results directory can't be read, which says nothing about what it holds."""


class MissingCellsError(BenchError):
    """What was asked for needs records, or their weights, that are not there."""

    exit_code = ExitCode.CELLS_MISSING


class InvalidRecordError(BenchError):
    """A stored record can't be believed."""

    exit_code = ExitCode.INVALID_RECORDS


class ScoreError(BenchError):
    """A recommender answered with something that is not a score."""

    exit_code = ExitCode.CELLS_FAILED
