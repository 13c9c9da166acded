#!/usr/bin/env bash
# Good guess: `np.unique` of whole numbers takes about as long as to sort them; that a later version finds them by
# hashing can only make it faster, and to ask for the places of first occurrence as well costs more.
# What happens: since NumPy 2.3, `np.unique` without other results puts whole numbers into a hash table. Of two million
# pairs of a user and an item, nearly all of them different, it takes ten times as long as `np.sort` and more; 2.2.6
# took as long as the sort. With `return_index=True`, which gives more, it is several times faster, since that still
# sorts. `np.isin` and `np.setdiff1d` of such numbers go through it and became slow as well.
# Why it matters: interactions are told apart as numbers user * n_items + item wherever recommenders are evaluated: to
# count repeats, to leave out what was seen, to hold a split against leaks. With millions of them, an update of NumPy
# makes such a step ten times as long, and published run times of one library differ by the NumPy beside it.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 2.2.6 2.4.6; do
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder/$version" \
    "numpy==$version" || exit 3
done

cat > "$folder/ratios.py" <<'PYTHON'
import sys
import time

import numpy as np

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
more = seconds(lambda: np.unique(pairs, return_index=True)) / sort
print(f"numpy {np.__version__}: of {N:,} pairs, times a sort: unique {plain:.1f}, with return_index {more:.1f}")
is_hashed = plain > 5 and plain > 2 * more
sys.exit(0 if is_hashed == (sys.argv[1] == "hashed") else 1)
PYTHON

PYTHONPATH=$folder/2.2.6 "$python" -S "$folder/ratios.py" sorted
PYTHONPATH=$folder/2.4.6 "$python" -S "$folder/ratios.py" hashed
