#!/usr/bin/env bash
# Good guess: a metric of a ranking depends on the scores alone; where scores are tied, the outcome is an average over
# the orders, or follows the order in which the items were given.
# What happens: trec_eval's rule, which pytrec_eval keeps, breaks ties by the items' names, the greatest text first. A
# model that gives all items one score has an NDCG of 1 if the target is called "d", and of 0.43 if it is called "a".
# Why it matters: models with many tied scores (popularity, rules, neighbours, rounded or 16-bit scores) are better or
# worse with how a data set numbers its items, which often goes by popularity or time; and ids as text put 99 before
# 100.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  pytrec-eval-terrier==0.5.10 numpy==2.4.6 scipy==1.17.1 || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
from importlib.metadata import version

import pytrec_eval

print("pytrec-eval-terrier", version("pytrec-eval-terrier"))
found = []
for target in ("a", "d"):
    evaluator = pytrec_eval.RelevanceEvaluator({"user": {target: 1}}, {"ndcg_cut_10"})
    values = evaluator.evaluate({"user": dict.fromkeys(["a", "b", "c", "d"], 0.5)})
    found.append(round(values["user"]["ndcg_cut_10"], 2))
    print(f"four items with one score, the target is {target}: NDCG@10 {found[-1]}")
as_told = found == [0.43, 1.0]
print("as told: the same scores, another figure for another name" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
