#!/usr/bin/env bash
# Good guess: `Run.save` and `Run.from_file` give back the same run. The scores in the file are exact and each line
# states the rank, so every metric is the same as before, and tied items keep their places.
# What happens: ranx 0.3.21 gives a run other figures once it has been saved and read back. Whenever it makes a run,
# from a file too, it sorts it by score in a way that does not keep the order of tied items; the ranks that the file
# states are not read. From 16 items on, each round trip puts tied items in another order: of 16, the target is first or
# last but one, by how often the run was saved. Runs of 15 items keep their order, so a small test shows nothing.
# Why it matters: counts, neighbours and rounded scores give many ties. A table that is computed again from stored runs
# is then another table, although the model, the seed and the scores are the same.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PIP_NO_COMPILE=1 "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  ranx==0.3.21 numba==0.68.1 llvmlite==0.50.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 python-dateutil==4.0.0 \
  tzdata==2026.6 cbor2==6.3.0 ir-datasets==0.6.3 pyyaml==6.0.4 requests==2.34.2 certifi==2026.10.19.post1 \
  charset-normalizer==3.5.3 idna==3.20 urllib3==2.8.0 lz4==4.4.5 tqdm==4.70.1 orjson==3.13.0 rich==15.0.0 \
  pygments==2.21.0 seaborn==0.13.2 matplotlib==3.11.2 cycler==0.12.1 fonttools==4.68.0 kiwisolver==1.5.1 \
  packaging==26.4 pillow==13.0.0 pyparsing==3.3.3 tabulate==0.10.0 || exit 3

cd "$folder"
PYTHONPATH=$folder "$python" -S -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version

from ranx import Qrels, Run, evaluate

ROUND_TRIPS = 3


def reciprocal_ranks(number):
    """MRR of a run whose items are tied, the first one being the target: as made, then after each round trip."""
    items = [f"item{item:02d}" for item in range(number)]
    qrels = Qrels({"user": {items[0]: 1}})
    run = Run({"user": dict.fromkeys(items, 1.0)}, name="tied")
    found = [round(float(evaluate(qrels, run, "mrr")), 4)]
    for trip in range(ROUND_TRIPS):
        file = f"{number}-{trip}.trec"
        run.save(file)
        run = Run.from_file(file)
        found.append(round(float(evaluate(qrels, run, "mrr")), 4))
    return found


print("ranx", version("ranx"))
found = {number: reciprocal_ranks(number) for number in (15, 16, 20, 40)}
for number, (made, *read) in found.items():
    print(f"{number} tied items, the first one is the target: MRR {made}, after each of three round trips {read}")
as_told = set(found[15]) == {1.0} and all(len(set(found[number])) > 1 for number in (16, 20, 40))
print("as told: saving a run and reading it back changes its figures" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
