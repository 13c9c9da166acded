"""What installed distributions register through entry points, and how it is imported: plug-ins of every kind."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from seqrec_bench.errors import ExitCode, InputError, in_words
from seqrec_bench.supervision import foretold
from seqrec_bench.text import one_line

OWN_DISTRIBUTION = "seqrec-bench"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kind:
    """A kind of things that distributions register."""

    group: str
    """The entry-point group."""
    noun: str
    """What one of them is called in a sentence."""


def registered(kind: Kind) -> dict[str, EntryPoint]:
    """Returns the entry point of each that is installed by its name, in alphabetical order; imports nothing.

    Raises:
        InputError: Two distributions register the same name.
    """
    found: dict[str, EntryPoint] = {}
    for point in installed_points(kind.group, tuple((place, _changed_at(place)) for place in sys.path)):
        if point.name in found:
            raise InputError(
                f"Two {kind.noun}s are registered as {point.name!r}, by {distribution(found[point.name])} and by "
                f"{distribution(point)}: uninstall one of the two."
            )
        found[point.name] = point
    return found


@lru_cache(maxsize=2)  # to look through all distributions takes milliseconds, and every cell of a plan asks
def installed_points(group: str, places: tuple[tuple[str, int], ...]) -> list[EntryPoint]:
    """The entry points of this group in alphabetical order.

    Args:
        places: Where distributions are installed, each with when it last changed: what is kept in memory is as old.
    """
    return sorted(entry_points(group=group), key=lambda point: point.name)


def _changed_at(place: str) -> int:
    """When something was last added to this folder of `sys.path` or removed from it; 0 where there is none."""
    try:
        return Path(place).stat().st_mtime_ns
    except OSError:
        return 0


def imported(kind: Kind, point: EntryPoint, fault: Callable[[Any], str | None]) -> Any:
    """Imports what the entry point names and returns it; says before, in the log, which code of others that runs.

    Args:
        fault: Says in words, as the rest of a sentence, what is wrong with it, if anything is; code of others may run.

    Raises:
        InputError: Importing it fails, or something is wrong with it.
    """
    try:
        with foretold(ExitCode.BAD_INPUT, f"{_ended(kind, point.name)} while it was imported"):
            loaded = _import(kind, point)
            wrong = fault(loaded)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # it may call sys.exit, say
        raise refusal(
            kind, point, f"can't be imported from {point.value} ({in_words(error)}): mend that distribution."
        ) from error
    if wrong:
        raise refusal(kind, point, wrong)
    return loaded


def refusal(kind: Kind, point: EntryPoint, fault: str) -> InputError:
    """An error that says what is wrong with what is registered.

    Args:
        fault: The rest of the sentence.
    """
    return InputError(f"The {kind.noun} {point.name!r} of the distribution {distribution(point)} {fault}")


@contextlib.contextmanager
def running(kind: Kind, name: str, when: str) -> Iterator[None]:
    """Inside, code of what is registered runs in the command's own process; what it prints goes to standard error.

    Args:
        when: As part of a sentence (``"while it was built"``).

    Raises:
        InputError: That code has called for the end of the process. If it does end it, no result comes of the command,
            which is said by who waits for it.
    """
    try:
        with foretold(ExitCode.BAD_INPUT, f"{_ended(kind, name)} {when}"), contextlib.redirect_stdout(sys.stderr):
            yield
    except (Exception, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise InputError(
            f"The {kind.noun} {name!r} has called for the end of the process {when} ({in_words(error)}): mend it."
        ) from error


def _ended(kind: Kind, name: str) -> str:
    return one_line(f"The {kind.noun} {name!r} has ended the command's process")


def _import(kind: Kind, point: EntryPoint) -> Any:
    """What the entry point names; a plug-in is told of before its code is run.

    What it prints goes to standard error, since standard output is for results, and the working directory stays.
    """
    if is_own(point):
        return point.load()
    package = point.module.partition(".")[0]
    if point.module not in sys.modules:
        spec = find_spec(package)
        place = Path(spec.origin) if spec and spec.origin else package
        _log.info("Loading the %s %s from %s (%s)", kind.noun, point.name, distribution(point), place)
    with contextlib.redirect_stdout(sys.stderr), contextlib.chdir(Path.cwd()):
        return point.load()


@lru_cache  # a distribution's name is read from a file, and every record that is read asks
def is_own(point: EntryPoint) -> bool:
    """Whether it comes with the bench."""
    return point.dist is not None and point.dist.name == OWN_DISTRIBUTION


def distribution(point: EntryPoint) -> str:
    """Name and version of the distribution that registers something."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "unknown"
