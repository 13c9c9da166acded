#!/usr/bin/env bash
# Good guess: `recommend(..., filter_already_liked_items=True)` never returns an item that the user has: if there are
# fewer others than asked for, the list is shorter, or it is filled up with something that can be told from an item.
# What happens: In implicit 0.7.3, the models of item neighbours (cosine, TF-IDF, BM25) fill the list up with the user's
# own items, at a score of 0. A user none of whose items has another neighbour gets nothing but these. What is left is
# filled with item -1 if several users are asked for at once, and not at all for a single one. The factor models of the
# same package (ALS) put own items last too, but at the lowest number of a float.
# Why it matters: lists that are written to a file and judged elsewhere have items in them that were to be left out,
# at a score that looks like any other. Where a held-out item repeats one of the history, as in music and shopping,
# they are hits, which a model whose filter works can't have; and a coverage counts them.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  implicit==0.7.3 numpy==2.4.6 scipy==1.17.1 threadpoolctl==3.8.0 tqdm==4.70.1 || exit 3

PYTHONPATH=$folder OPENBLAS_NUM_THREADS=1 "$python" -S - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version

import numpy as np

warnings.simplefilter("ignore")
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from scipy.sparse import csr_matrix

N = 4
HAVE = [[0, 1, 2], [0, 1, 3], [4, 5], [4, 5]]
rows, items = zip(*((user, item) for user, have in enumerate(HAVE) for item in have))
liked = csr_matrix((np.ones(len(rows), np.float32), (rows, items)), shape=(4, 6))


def own_items(model):
    """How many of each user's own items are in the list, and the scores that these have."""
    model.fit(liked, show_progress=False)
    lists, scores = model.recommend(np.arange(4), liked, N=N, filter_already_liked_items=True)
    alone, _ = model.recommend(2, liked[2], N=N, filter_already_liked_items=True)
    own = [[(i, float(s)) for i, s in zip(row, line) if i in have] for row, line, have in zip(lists, scores, HAVE)]
    at = sorted({score for pairs in own for _, score in pairs})
    print(f"{type(model).__name__}: {lists.tolist()}, of user 2 alone {alone.tolist()}; own items have scores {at}")
    return list(map(len, own)), at


print("implicit", version("implicit"))
print("what users have:", HAVE)
found = [own_items(kind(K=5)) for kind in (CosineRecommender, TFIDFRecommender, BM25Recommender)]
_, of_factors = own_items(AlternatingLeastSquares(factors=2, random_state=0))
as_told = all(own == ([3, 3, 2, 2], [0.0]) for own in found) and max(of_factors) < -1e38
print("as told: own items come back at a score of 0" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
