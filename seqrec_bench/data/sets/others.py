"""Code that comes with declarations of other distributions: how files are read and fetched, and what comes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from seqrec_bench import entry_points
from seqrec_bench.data.interactions import Interactions, RawData, RawTags
from seqrec_bench.data.sets.downloads import SourceUnavailableError
from seqrec_bench.data.sets.registry import KIND, point_of
from seqrec_bench.data.sets.sources import Source
from seqrec_bench.entry_points import is_own, refusal
from seqrec_bench.errors import InputError, in_words


@contextmanager
def running(name: str, when: str) -> Iterator[None]:
    """Inside, functions of the data set's declaration run; a fault of the bench's own stays what it is.

    Args:
        when: As part of a sentence (``"while its files were read"``).

    Raises:
        InputError: They have failed, or have called for the end of the process.
    """
    point = point_of(name)
    if is_own(point):
        yield
        return
    try:
        with entry_points.running(KIND, point.name, when):
            yield
    except (InputError, SourceUnavailableError, OSError):
        raise
    except Exception as error:
        raise refusal(KIND, point, f"has failed {when} ({in_words(error)}): mend that distribution.") from error


def read(name: str, source: Source, folder: Path) -> RawData:
    """Returns what the files of the data set in that folder say.

    Raises:
        InputError: They are not as they have to be or, of a declaration of others, what comes of them is not.
    """
    with running(name, "while its files were read"):
        found = source.read(folder)
    point = point_of(name)
    fault = None if is_own(point) else _fault(found)
    if fault:
        raise refusal(KIND, point, f"has been read as {fault}: mend that distribution.")
    return found


def _fault(found: object) -> str | None:
    """Why this is not what reading a data set has to give, if it is not."""
    if not isinstance(found, tuple) or len(found) != 2:
        return f"a {type(found).__name__}, and not as interactions with tags or None"
    interactions, tags = found
    if not isinstance(interactions, Interactions) or not isinstance(tags, RawTags | None):
        return (
            f"a {type(interactions).__name__} with a {type(tags).__name__}, and not as interactions with tags or None"
        )
    columns = [interactions.users, interactions.items, *([] if interactions.times is None else [interactions.times])]
    if len({len(column) for column in columns}) != 1:
        return "columns of several lengths"
    for codes, ids in ((interactions.users, interactions.user_ids), (interactions.items, interactions.item_ids)):
        if len(codes) and not (codes.min() >= 0 and codes.max() < len(ids)):
            return "positions that are not among its ids"
        if len(np.unique(ids)) != len(ids):
            return "ids of which one occurs twice"
    if interactions.times is not None and not np.isfinite(interactions.times).all():
        return "times that are not finite"
    return None
