#!/usr/bin/env bash
# Good guess: HR@5 is the share of users whose target is among the first five. To ask for HR@20 as well changes
# nothing about it: the first five of twenty are the first five.
# What happens: in RecBole 1.2.1 a metric at 5 is another figure when larger cut-offs are asked for beside it.
# RecBole takes as many items as the largest cut-off by `torch.topk` and looks for the target among the first five of
# these. Among items with equal scores, topk takes others for another number: of 1,000 that are equal the first ones
# for 5, and some from the middle for 20. Item-kNN on short sequences has many scores of 0. On 1,000 users with four
# items each, HR@5 falls by a fifth or more with `topk: [5, 20]` in place of `topk: [5]`. RecBole numbers items as
# they first occur in the data, so the first ones are the popular ones.
# Why it matters: the same model, with the same scores, has other figures in a table at 5 and in a table at 5, 10 and
# 20. Rows from different papers, or from different configurations, are not comparable although all of them say HR@5.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PIP_NO_COMPILE=1 "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  recbole==1.2.1 torch==2.13.0 numpy==1.26.4 pandas==2.2.3 scipy==1.13.1 scikit-learn==1.9.1 joblib==1.6.0 \
  threadpoolctl==3.8.0 narwhals==2.29.0 setuptools==79.0.1 python-dateutil==2.9.0.post0 six==1.17.0 pytz==2026.1 \
  pyyaml==6.0.3 colorama==0.4.4 colorlog==4.7.2 tqdm==4.70.1 texttable==1.7.2 psutil==7.2.2 cloudpickle==3.1.2 \
  tensorboard==2.21.0 absl-py==2.5.1 protobuf==7.36.2 packaging==26.3 typing-extensions==4.16.0 fsspec==2026.9.0 \
  filelock==4.2.12 sympy==1.14.0 mpmath==1.3.0 networkx==3.6.1 jinja2==3.1.6 markupsafe==3.0.4 || exit 3
# Where pip takes a build for CUDA, this does not load without further packages.
PYTHONPATH=$folder "$python" -S -W ignore -c 'import torch' || exit 3

cd "$folder"
PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

warnings.simplefilter("ignore")
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.utils import get_model, get_trainer, init_seed

USERS, ITEMS, LENGTH = 1000, 1000, 4
rng = np.random.default_rng(0)
popularity = 1 / np.arange(1, ITEMS + 1)
folder = Path("drawn")
folder.mkdir()
with (folder / "drawn.inter").open("w") as file:
    file.write("user_id:token\titem_id:token\ttimestamp:float\n")
    for user in range(USERS):
        items = rng.choice(ITEMS, LENGTH, replace=False, p=popularity / popularity.sum())
        file.writelines(f"u{user}\ti{item}\t{time}\n" for time, item in enumerate(items))


def hits(neighbours, cut_offs):
    settings = {
        "data_path": ".", "load_col": {"inter": ["user_id", "item_id", "timestamp"]}, "use_gpu": False,
        "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
        "metrics": ["Hit"], "topk": cut_offs, "valid_metric": "Hit@5", "show_progress": False,
        "train_neg_sample_args": None, "epochs": 1, "k": neighbours,
    }
    config = Config(model="ItemKNN", dataset="drawn", config_dict=settings)
    init_seed(0, True)
    data, _, test = data_preparation(config, create_dataset(config))
    model = get_model("ItemKNN")(config, data.dataset)
    trainer = get_trainer(config["MODEL_TYPE"], "ItemKNN")(config, model)
    return round(float(trainer.evaluate(test, load_best_model=False)["hit@5"]), 4)


print("recbole", version("recbole"), "torch", version("torch"))
sys.argv = sys.argv[:1]
equal = torch.zeros(1000)
firsts = {k: sorted(torch.topk(equal, k).indices[:5].tolist()) for k in (5, 20)}
print(f"of 1,000 equal numbers, topk's first five are {firsts[5]} where five are wanted, {firsts[20]} where 20 are")
as_told = firsts[5] != firsts[20]
for neighbours in (5, 100):
    found = {str(cut_offs): hits(neighbours, cut_offs) for cut_offs in ([5], [5, 20], [5, 50])}
    print(f"ItemKNN with k = {neighbours}: Hit@5 by topk {found}")
    as_told &= found["[5, 20]"] < 0.8 * found["[5]"] and found["[5, 50]"] < 0.8 * found["[5]"]
print("as told: Hit@5 depends on what else is asked for" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
