#!/usr/bin/env bash
# Good guess: RR@10 is RR, but 0 where the first relevant item stands below place 10. So RR@10 is at most RR, and both
# are the same for a list of three items. One call of `calc_aggregate` ranks a run once, whatever is asked for.
# What happens: In ir-measures 0.4.3, RR@10 can be larger than RR on the same run. Each measure goes to the first
# package behind ir-measures that offers it. RR, P, R and nDCG go to pytrec_eval, RR with a cut-off to another one.
# pytrec_eval puts the item with the greater id first where scores are equal, and the other one the item with the
# smaller id. So one call ranks the same run in two opposite orders: the same user has P@1 = 0 and RR@10 = 1.
# Why it matters: models that count, such as popularity or neighbours, and scores of low precision give many ties.
# Their RR@10 and their nDCG@10, side by side in one table, then describe two different rankings, and item ids decide
# by how much. MRR@10 of one paper and MRR of another differ by more than the cut-off.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  ir-measures==0.4.3 pytrec-eval-terrier==0.5.11 numpy==2.4.6 scipy==1.17.1 || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
from importlib.metadata import version

import ir_measures
from ir_measures import AP, RR, P, nDCG

MEASURES = [RR, RR @ 10, P @ 1, nDCG @ 10, AP]


def evaluated(target, scores):
    results = ir_measures.calc_aggregate(MEASURES, {"user": {target: 1}}, {"user": scores})
    return {str(measure): round(results[measure], 4) for measure in MEASURES}


print("ir-measures", version("ir-measures"), "pytrec-eval-terrier", version("pytrec-eval-terrier"))

without_ties = {"item1": 3.0, "item2": 2.0, "item3": 1.0}
print("\nscores", without_ties)
for target in without_ties:
    result = evaluated(target, without_ties)
    print("target", target, result)
    assert result["RR"] == result["RR@10"], "without ties RR and RR@10 differ"

ties = {"item1": 1.0, "item2": 1.0, "item3": 1.0}
print("\nscores", ties)
found = {}
for target in ties:
    found[target] = evaluated(target, ties)
    print("target", target, found[target])
places = [[found[item][measure] for measure in ("RR", "RR@10", "P@1")] for item in ("item1", "item3")]
as_told = places == [[0.3333, 1.0, 0.0], [1.0, 0.3333, 1.0]]
print("as told: among ties one call counts places from both ends" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
