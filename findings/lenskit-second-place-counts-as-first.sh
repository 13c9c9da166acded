#!/usr/bin/env bash
# In LensKit 2025.8.1, NDCG is 1 whether the target stands first or second.
#
# The good guess: with one held-out item, NDCG@10 is 1 / log2(place + 1): 1 at the first
# place, .63 at the second, .5 at the third. Much is reported by it, and where relevance
# is binary there is one way to compute it.
#
# What really happens: its NDCG divides by log2(place), and by 1 at the first two places.
# A target at place 2 has an NDCG of 1, at place 3 .63; every hit from place 2 on is worth
# what others give to the place above it. The documentation of the class that holds the
# weights says so, and that the metric's first paper had it so; that of `NDCG` does not.
#
# Why it matters to who compares recommenders: figures of LensKit and of other packages
# can't stand in one table: the same lists score higher in LensKit, unless every hit is
# first. And what NDCG may have been chosen for, to reward the first place, is lost: a
# model whose hits are all first and one whose hits are all second are equal.
# `LogRankWeight(offset=1)` gives the form that others use.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --disable-pip-version-check --no-compile \
    'numpy==2.4.6' 'pandas==2.3.3' 'scipy==1.17.1' 'torch==2.13.0' 'lenskit==2025.8.1'

"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version
from math import log2

from lenskit.data import ItemList
from lenskit.metrics import NDCG
from lenskit.metrics.ranking import LogRankWeight

ITEMS = [f"item{number:02d}" for number in range(10)]
SCORES = [10.0 - number for number in range(10)]

recommended = ItemList(item_ids=ITEMS, scores=SCORES, ordered=True)
offset = NDCG(10, weight=LogRankWeight(offset=1))
print("lenskit", version("lenskit"))
print("place   NDCG(10)   1 / log2(place + 1)   NDCG(10) with offset=1")
found = {}
for place, item in enumerate(ITEMS, start=1):
    held_out = ItemList(item_ids=[item])
    found[place] = round(float(NDCG(10).measure_list(recommended, held_out)), 4)
    usual = round(1 / log2(place + 1), 4)
    with_offset = round(float(offset.measure_list(recommended, held_out)), 4)
    print(f"{place:5}   {found[place]:8}   {usual:19}   {with_offset:22}")
    assert with_offset == usual, "the offset gives another form"

assert found[1] == found[2] == 1.0, "the first and the second place differ"
assert found[3] == 0.6309 and found[4] == 0.5, "later places have other values"
print("\nAs described: second counts as first, and each later place as the one above it.")
PYTHON
