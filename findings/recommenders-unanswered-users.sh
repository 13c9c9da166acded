#!/usr/bin/env bash
# Good guess: the metrics of one module, given the same two tables, are means over the same users. Either a user for
# whom the model has no answer counts as a miss, or such users are left out, but it is the same in all of them.
# What happens: recommenders 1.2.1 leaves users without recommendations out of some metrics only. Recall, precision
# and MAP at k are means over the users who were answered; NDCG at k is a mean over all users of the truth. A model
# that answers one of four users, and that one rightly, has recall and MAP of 1 and an NDCG of .25. No lists could
# have that: with one target each, a MAP of 1 is a hit at place 1 for every user, and so an NDCG of 1.
# Why it matters: a sequential model can have no answer for users with short histories or unknown items. To stay
# silent where it is difficult then raises recall, precision and MAP above those of a model that answers everybody,
# and a table with NDCG beside them mixes two sets of users.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  recommenders==1.2.1 pandas==2.3.3 scikit-learn==1.8.0 numpy==2.4.6 scipy==1.17.1 joblib==1.6.0 \
  threadpoolctl==3.8.0 python-dateutil==4.0.0 pytz==2026.6 tzdata==2026.6 || exit 3

PYTHONPATH=$folder "$python" -S -W ignore - <<'PYTHON'
import sys
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
as_told = (
    one == {"recall": 1.0, "MAP": 1.0, "precision": 0.3333, "NDCG": 0.25}
    and everyone == {"recall": 0.25, "MAP": 0.25, "precision": 0.0833, "NDCG": 0.25}
)
print("as told: silence is left out by three metrics and counted by the fourth" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
