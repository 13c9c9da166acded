#!/usr/bin/env bash
# In implicit 0.7.3, precision@10 is 1 for a list with nine wrong items.
#
# The good guess: precision@10 is the number of hits divided by 10. A user has one
# held-out item under leave-one-out, so precision@10 is at most .1.
#
# What really happens: `ranking_metrics_at_k` adds up the hits of all users and divides
# them by the sum of min(10, held-out items). With one held-out item each, precision@10
# is the hit rate, ten times what others print. And since it is one quotient of two sums
# and no mean over users, users with many held-out items weigh more, while the NDCG in
# the same answer weighs every user alike.
#
# Why it matters to who compares recommenders: a precision@10 of .08 in one paper and of
# .8 in another can be the same lists. Neither the name nor the function's documentation
# gives it away.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --disable-pip-version-check --no-compile \
    'numpy==2.4.6' 'scipy==1.17.1' 'implicit==0.7.3'

"$folder/venv/bin/python" - <<'PYTHON'
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
assert evaluated([[4], [7]]) == 1.0, "precision@10 is not 1 for one hit of one"
assert evaluated([[4], [30]]) == 0.5, "precision@10 is not the hit rate"
nine_misses = list(range(30, 39))
assert evaluated([[4], nine_misses]) == 0.1, "precision@10 is a mean over users"
print("\nAs described: precision@10 divides by what can be hit, over all users at once.")
PYTHON
