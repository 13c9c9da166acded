"""Session-parallel mini-batches (Hidasi et al. 2016, section 3.1.1): each row of a batch walks through one session, and
the next session takes the row when it ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from seqrec_baselines.training.samples import transitions
from seqrec_bench.recommender import Int64Array, Sequences


@dataclass(frozen=True, eq=False)
class SessionStep:
    """One event of each session that is under way."""

    inputs: Int64Array
    """(b,) items."""
    targets: Int64Array
    """(b,) the items that came next."""
    came_from: Int64Array | None
    """(b,) the row of the step before that each row goes on from, -1 for a new session; None where nothing changes."""


def session_parallel_steps(train: Sequences, batch_size: int) -> Iterator[SessionStep]:
    """One epoch: the sessions in the order of their first event, oldest first, never shuffled.

    A session that ends is followed by the next in its row; when none is left the row is dropped, and the batch shrinks.
    Where there are fewer sessions than rows, it begins with as many rows as sessions.

    Raises:
        InputError: No session has two events.
    """
    sessions = _ordered_sessions(train)
    waiting = iter(sessions[batch_size:])
    current = train.offsets[sessions[:batch_size]].copy()
    ends = train.offsets[sessions[:batch_size] + 1].copy()
    came_from: Int64Array | None = np.full(len(current), -1)
    while len(current):
        for _ in range((ends - current).min() - 1):
            inputs, targets = train.items[current], train.items[current + 1]
            yield SessionStep(inputs.astype(np.int64), targets.astype(np.int64), came_from)
            came_from = None
            current += 1
        came_from = np.arange(len(current))
        for row in np.flatnonzero(ends - current == 1):
            session = next(waiting, None)
            came_from[row] = -1
            if session is None:
                ends[row] = current[row]  # marks the row for dropping
            else:
                current[row], ends[row] = train.offsets[session], train.offsets[session + 1]
        kept = ends > current
        current, ends, came_from = current[kept], ends[kept], came_from[kept]


def _ordered_sessions(train: Sequences) -> Int64Array:
    """Users with at least one transition, by the time of their first event; equal times in user order."""
    users = np.unique(train.users[transitions(train)])
    return users[np.argsort(train.times[train.offsets[users]], kind="stable")]
