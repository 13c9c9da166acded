#!/usr/bin/env bash
# Good guess: scores are given as Python floats, which are exact for every time in seconds, and no two scores of the
# run are equal. So the ranking is theirs, and renaming the items changes no figure.
# What happens: pytrec-eval-terrier 0.5.11 ranks by scores of 24 bits, so times in seconds are ties. Each score
# becomes a float of 32 bits, without a word. At 881250949, a time of MovieLens 100K, such floats lie 64 apart. Items
# of the same minute become one tie, which is then broken by their ids (ties-by-name.sh has that rule). The same ranking
# is perfect or the worst one possible, though the input has no ties that a rule would be needed for.
# Why it matters: a model that recommends what was seen last has times as scores. Counts to which something small is
# added to break ties lose it in the same way. The figures then belong to the item ids, which are seldom given at
# random.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  pytrec-eval-terrier==0.5.11 numpy==2.4.6 scipy==1.17.1 || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
from importlib.metadata import version

import pytrec_eval

MEASURES = {"recip_rank", "success.1", "ndcg_cut.10"}
MINUTE = 881250944  # a multiple of 64


def evaluated(target, scores):
    assert len(set(scores.values())) == len(scores), "the input has ties"
    evaluator = pytrec_eval.RelevanceEvaluator({"user": {target: 1}}, MEASURES)
    result = evaluator.evaluate({"user": scores})["user"]
    return {measure: round(value, 4) for measure, value in sorted(result.items())}


print("pytrec-eval-terrier", version("pytrec-eval-terrier"))

seen_at = [MINUTE + 21.0 - second for second in range(20)]  # the newest one first
ascending = [f"item{number:02d}" for number in range(20)]
descending = ascending[::-1]

print("\n20 items with 20 different times, the newest one is the target")
small = evaluated(ascending[0], dict(zip(ascending, seen_at)))
print("its id is the smallest one:", small)
great = evaluated(descending[0], dict(zip(descending, seen_at)))
print("its id is the greatest one:", great)

print("\nthe same with the times counted from the first of them")
since = [time - seen_at[-1] for time in seen_at]
small_since = evaluated(ascending[0], dict(zip(ascending, since)))
print("its id is the smallest one:", small_since)
as_told = [result["recip_rank"] for result in (small, great, small_since)] == [0.05, 1.0, 1.0]
print("as told: the first of 20 is placed last, since its id is the smallest one" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
