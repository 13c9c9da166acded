#!/usr/bin/env bash
# Good guess: `np.unique` of whole numbers takes about as long as to sort them. If a later version finds them by hashing
# that makes it faster, and to have them counted as well costs more.
# What happens: since NumPy 2.3, `np.unique` without other results puts whole numbers into a hash table. Of two million
# pairs of a user and an item, nearly all of them different, that takes ten times as long as `np.sort` and more; with
# 2.2.6, run in the same way, it took 1.1 times as long. With `return_counts=True`, which gives more, it is several times
# faster, since that still sorts. `np.isin` and `np.setdiff1d` of such numbers go through it and became slow as well.
# Why it matters: interactions are told apart as numbers user * n_items + item wherever recommenders are evaluated: to
# count repeats, to leave out what was seen, to hold a split against leaks. With millions of them, an update of NumPy
# makes such a step ten times as long, and run times that are compared may differ by the NumPy beside a library.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" numpy==2.4.6 || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
import time

import numpy as np

print("numpy", np.__version__)
N = 2_000_000
rng = np.random.default_rng(0)
pairs = rng.integers(0, N // 20, N) * 20_001 + rng.integers(0, 20_000, N)


def seconds(work):
    """The least processor time of three turns."""
    turns = []
    for _ in range(3):
        start = time.process_time()
        work()
        turns.append(time.process_time() - start)
    return min(turns)


sort = seconds(lambda: np.sort(pairs))
plain = seconds(lambda: np.unique(pairs)) / sort
counted = seconds(lambda: np.unique(pairs, return_counts=True)) / sort
same = np.array_equal(np.unique(pairs), np.unique(pairs, return_counts=True)[0])
print(f"{N:,} pairs, of which {len(np.unique(pairs)):,} differ; processor time as a multiple of np.sort's:")
print(f"np.unique {plain:.1f}; with return_counts=True, and the same numbers, {counted:.1f}")
as_told = same and plain > 5 and plain > 2 * counted
print("as told: the plain call is the slow one" if as_told else "CHANGED: the plain call is no longer the slow one")
sys.exit(not as_told)
PYTHON
