#!/usr/bin/env bash
# Good guess: precision@10 is the number of hits divided by 10. A user has one held-out item under leave-one-out, so
# precision@10 is at most .1.
# What happens: In implicit 0.7.3, precision@10 is 1 for a list with nine wrong items. `ranking_metrics_at_k` adds up
# the hits of all users and divides them by the sum of min(10, held-out items). With one held-out item each,
# precision@10 is the hit rate, ten times what others print. And since it is one quotient of two sums and no mean over
# users, users with many held-out items weigh more, while the NDCG in the same answer weighs every user alike.
# Why it matters: a precision@10 of .08 in one paper and of .8 in another can be the same lists. Neither the name nor
# the function's documentation gives it away.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  implicit==0.7.3 numpy==2.4.6 scipy==1.17.1 threadpoolctl==3.8.0 tqdm==4.70.1 || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from implicit.evaluation import ranking_metrics_at_k
from scipy.sparse import csr_matrix

ITEMS = 40


class FixedLists:
    """A model that recommends items 0, 1, 2 and so on to everybody."""

    def recommend(self, userid, user_items, N=10, **options):
        lists = np.tile(np.arange(N, dtype=np.int32), (len(userid), 1))
        return lists, -lists.astype(np.float32)


def evaluated(held_out):
    targets = np.zeros((len(held_out), ITEMS), dtype=np.float32)
    for user, items in enumerate(held_out):
        targets[user, items] = 1
    seen = csr_matrix(np.zeros_like(targets))
    result = ranking_metrics_at_k(FixedLists(), seen, csr_matrix(targets), K=10, show_progress=False)
    hits = [sum(item < 10 for item in items) / 10 for items in held_out]
    found = {name: round(float(result[name]), 4) for name in ("precision", "ndcg")}
    print("held out", held_out, found, "hits / 10, a mean over users:", round(float(np.mean(hits)), 4))
    return found["precision"]


print("implicit", version("implicit"))
found = [evaluated([[4], [7]]), evaluated([[4], [30]]), evaluated([[4], list(range(30, 39))])]
as_told = found == [1.0, 0.5, 0.1]
print("as told: precision@10 divides by what can be hit, over all users at once" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
