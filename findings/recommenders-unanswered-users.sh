#!/usr/bin/env bash
# recommenders 1.2.1 leaves users without recommendations out of some metrics only.
#
# The good guess: the metrics of one module, given the same two tables, are means over
# the same users. Either a user for whom the model has no answer counts as a miss, or
# such users are left out, but it is the same in all of them.
#
# What really happens: recall, precision and MAP at k are means over the users who were
# answered; NDCG at k is a mean over all users of the truth. A model that answers one of
# four users, and that one rightly, has recall and MAP of 1 and an NDCG of .25. No lists
# could have that: with one target each, a MAP of 1 is a hit at place 1 for every user,
# and so an NDCG of 1.
#
# Why it matters to who compares recommenders: a sequential model can have no answer for
# users with short histories or unknown items. To stay silent where it is difficult
# then raises recall, precision and MAP above those of a model that answers everybody,
# and a table with NDCG beside them mixes two sets of users.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --disable-pip-version-check --no-compile \
    'numpy==2.4.6' 'pandas==2.3.3' 'scikit-learn==1.8.0'
# The metrics need no more than these three; the whole package brings dozens.
"$folder/venv/bin/pip" install --quiet --quiet --disable-pip-version-check --no-compile --no-deps \
    'recommenders==1.2.1'

"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import pandas as pd
from recommenders.evaluation.python_evaluation import map_at_k, ndcg_at_k, precision_at_k, recall_at_k

TRUTH = pd.DataFrame({"userID": [1, 2, 3, 4], "itemID": [10, 20, 30, 40], "rating": 1.0})


def evaluated(answers):
    rows = [
        (user, item, float(-place))
        for user, items in answers.items()
        for place, item in enumerate(items)
    ]
    predicted = pd.DataFrame(rows, columns=["userID", "itemID", "prediction"])
    metrics = {"recall": recall_at_k, "MAP": map_at_k, "precision": precision_at_k, "NDCG": ndcg_at_k}
    return {name: round(float(metric(TRUTH, predicted, k=3)), 4) for name, metric in metrics.items()}


print("recommenders", version("recommenders"))
one = evaluated({1: [10, 11, 12]})
print("right for user 1, no list for users 2, 3 and 4:   ", one)
everyone = evaluated({1: [10, 11, 12], 2: [21, 22, 23], 3: [31, 32, 33], 4: [41, 42, 43]})
print("right for user 1, wrong lists for users 2, 3 and 4:", everyone)

assert everyone == {"recall": 0.25, "MAP": 0.25, "precision": 0.0833, "NDCG": 0.25}, "other means"
assert one["NDCG"] == 0.25, "NDCG leaves out who was not answered"
assert (one["recall"], one["MAP"], one["precision"]) == (1.0, 1.0, 0.3333), "they count as misses"
print("\nAs described: silence is left out by three metrics and counted by the fourth.")
PYTHON
