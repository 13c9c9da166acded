#!/usr/bin/env bash
# Good guess: with one held-out item, NDCG@10 is 1 / log2(place + 1): 1 at the first place, .63 at the second, .5 at the
# third. Where relevance is binary, there is one way to compute it.
# What happens: in LensKit 2025.8.1, NDCG is 1 whether the target stands first or second. Its NDCG divides by
# log2(place), and by 1 at the first two places. A target at place 2 has an NDCG of 1, at place 3 .63; every hit from
# place 2 on is worth what others give to the place above it. The class that holds the weights documents this, and that
# the metric's first paper had it so; the documentation of `NDCG` does not. `LogRankWeight(offset=1)` gives the usual
# form.
# Why it matters: figures of LensKit and of other packages can't stand in one table. The same lists score higher in
# LensKit, unless every hit is first. And NDCG is chosen to reward the first place; here a model whose hits are all
# first and one whose hits are all second are equal.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PIP_NO_COMPILE=1 "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  lenskit==2025.8.1 torch==2.13.0 annotated-types==0.8.0 backports-zstd==1.8.0 certifi==2026.10.19.post1 \
  charset-normalizer==3.5.3 deepmerge==4.0.0 filelock==4.3.1 fsspec==2026.9.0 humanize==4.17.0 idna==3.20 isal==1.9.1 \
  jinja2==3.1.6 lazy-loader==0.6 markupsafe==3.0.4 more-itertools==11.2.1 mpmath==1.3.0 networkx==3.6.1 numpy==2.4.6 \
  packaging==26.4 pandas==2.3.3 prettytable==3.18.0 pyarrow==26.0.1 pydantic==2.14.4 pydantic-core==2.50.5 \
  pydantic-settings==2.16.3 pygments==2.21.0 python-dateutil==4.0.0 python-dotenv==1.2.4 pytz==2026.6 pyzmq==27.3.0 \
  requests==2.34.2 rich==15.0.0 scipy==1.17.1 setuptools==84.2.1 structlog==26.1.0 sympy==1.14.0 threadpoolctl==3.8.0 \
  typing-extensions==4.16.0 typing-inspection==0.4.5 tzdata==2026.6 urllib3==2.8.0 wcwidth==0.9.4 xopen==2.1.0 \
  zlib-ng==1.1.0 || exit 3
# Where pip takes a build for CUDA, this does not load without further packages.
PYTHONPATH=$folder "$python" -S -W ignore -c 'import torch' || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
from importlib.metadata import version
from math import log2

from lenskit.data import ItemList
from lenskit.metrics import NDCG
from lenskit.metrics.ranking import LogRankWeight

ITEMS = [f"item{number:02d}" for number in range(10)]
SCORES = [10.0 - number for number in range(10)]

recommended = ItemList(item_ids=ITEMS, scores=SCORES, ordered=True)
by_default, with_offset = NDCG(10), NDCG(10, weight=LogRankWeight(offset=1))
print("lenskit", version("lenskit"))
print("place   NDCG(10)   1 / log2(place + 1)   NDCG(10) with offset=1")
found = []
for place, item in enumerate(ITEMS, start=1):
    held_out = ItemList(item_ids=[item])
    figures = [metric.measure_list(recommended, held_out) for metric in (by_default, with_offset)]
    usual = 1 / log2(place + 1)
    found.append([round(float(figure), 4) for figure in (figures[0], usual, figures[1])])
    print("{:5}   {:8}   {:19}   {:22}".format(place, *found[-1]))
defaults, usuals, offsets = zip(*found)
as_told = defaults[:2] == (1.0, 1.0) and defaults[1:] == usuals[:-1] and offsets == usuals
print("as told: the second place counts as the first, each later one as the one above it" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
