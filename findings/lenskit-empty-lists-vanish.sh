#!/usr/bin/env bash
# Good guess: an evaluation is a mean over the users of the test data. A user for whom a system recommends nothing
# counts as 0; and a run that is saved and read back has the same figures.
# What happens: in LensKit 2025.8.1, `RunAnalysis` goes through the lists of the run. A test user who has none is
# left out of every mean, without a word; one whose list is empty counts as 0. A flat table (`to_df`,
# `save_parquet(layout="flat")`) has no row for an empty list. So a run with two good and two empty lists has a hit
# rate of .5 as it was made, and of 1 once it has been a table. A list for somebody who has no test data counts as 0,
# with a warning.
# Why it matters: a system that answers only for whom it knows well is better the fewer it answers for, or not, by
# the file that its lists have been in. The table drops the users, and nobody who reads the figures learns of it.
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

PYTHONPATH=$folder "$python" -S -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from lenskit.data import ItemList, ItemListCollection
from lenskit.metrics import NDCG, Hit, RunAnalysis


def recommended(*items):
    return ItemList(list(items), scores=[float(-place) for place in range(len(items))], ordered=True)


def means(run):
    analysis = RunAnalysis()
    for metric in (Hit(10), NDCG(10)):
        analysis.add_metric(metric)
    return [round(float(mean), 4) for mean in analysis.measure(run, held_out).list_summary()["mean"]]


held_out = ItemListCollection.from_dict({user: ItemList(["target"]) for user in "abcd"}, key="user_id")
lists = {"a": recommended("target"), "b": recommended("other", "target"), "c": recommended(), "d": recommended()}
run = ItemListCollection.from_dict(lists, key="user_id")
print("lenskit", version("lenskit"))
with TemporaryDirectory() as folder:
    native, flat = Path(folder, "native.parquet"), Path(folder, "flat.parquet")
    run.save_parquet(native)
    run.save_parquet(flat, layout="flat")
    found = {
        "as it was made": means(run),
        "saved and read back": means(ItemListCollection.load_parquet(native)),
        "saved flat and read back": means(ItemListCollection.load_parquet(flat, key="user_id", layout="flat")),
        "as a table": means(ItemListCollection.from_df(run.to_df(), "user_id")),
        "with a list for a user without test data": means(
            ItemListCollection.from_dict(lists | {"e": recommended("target")}, key="user_id")
        ),
    }
for what, (hit_rate, ndcg) in found.items():
    print(f"four test users, two of them with empty lists; the run {what}: hit rate {hit_rate}, NDCG {ndcg}")
hit_rates = [hit_rate for hit_rate, _ in found.values()]
as_told = hit_rates == [0.5, 0.5, 1.0, 1.0, 0.4]
print("as told: users without a list count as 0, or not at all, by the form of the file" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
