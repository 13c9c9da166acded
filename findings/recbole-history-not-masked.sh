#!/usr/bin/env bash
# Good guess: a library that ranks all items for every model ranks the same items for every model, so that its figures for
# two models on one split can stand in one table; what a user already has is left out for both or for none.
# What happens: RecBole leaves the history out for general models (BPR) and ranks it too for sequential ones (SASRec), with
# the same data, split and settings, and says so nowhere in what it prints. Sequences here never repeat an item.
# Why it matters: a sequential model loses the first places to items that can't be the target, and is compared in one table
# with models that do not; its figures can't be held against those of a paper or a bench that leaves the history out.
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

USERS, ITEMS, LENGTH, CUTOFF = 200, 60, 40, 5
rng = np.random.default_rng(0)
sequences = [rng.permutation(ITEMS)[:LENGTH] for _ in range(USERS)]
folder = Path("drawn")
folder.mkdir()
with (folder / "drawn.inter").open("w") as file:
    file.write("user_id:token\titem_id:token\ttimestamp:float\n")
    file.writelines(
        f"u{user}\ti{item}\t{time}\n" for user, items in enumerate(sequences) for time, item in enumerate(items)
    )


def figures(name):
    """HR@5 as RecBole prints it, and by hand from the same scores, among all items and among those not in the history."""
    settings = {
        "data_path": ".", "load_col": {"inter": ["user_id", "item_id", "timestamp"]}, "use_gpu": False,
        "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
        "metrics": ["Hit"], "topk": [CUTOFF], "valid_metric": f"Hit@{CUTOFF}", "show_progress": False,
        "train_neg_sample_args": None if name == "SASRec" else {"distribution": "uniform", "sample_num": 1},
    }
    config = Config(model=name, dataset="drawn", config_dict=settings)
    init_seed(0, True)
    dataset = create_dataset(config)
    train, _, test = data_preparation(config, dataset)
    model = get_model(name)(config, train.dataset).eval()  # as it starts: training changes nothing about who is ranked
    trainer = get_trainer(config["MODEL_TYPE"], name)(config, model)
    printed = trainer.evaluate(test, load_best_model=False)[f"hit@{CUTOFF}"]
    hits = {"all": [], "new": []}
    for batch in test:
        with torch.no_grad():
            scores = model.full_sort_predict(batch[0]).view(-1, dataset.item_num).numpy()
        for user, row in zip(dataset.id2token("user_id", batch[0]["user_id"].numpy()), scores):
            places = dataset.token2id("item_id", [f"i{item}" for item in sequences[int(user[1:])]])
            for kind, left_out in (("all", [0]), ("new", [0, *places[:-1]])):
                row = row.copy()
                row[left_out] = -np.inf
                hits[kind].append((row > row[places[-1]]).sum() < CUTOFF)
    return [round(float(figure), 4) for figure in (printed, np.mean(hits["all"]), np.mean(hits["new"]))]


print("recbole", version("recbole"))
sys.argv = sys.argv[:1]
as_told = True
for name, kind in (("BPR", 2), ("SASRec", 1)):
    found = figures(name)
    print(f"{name}: RecBole's HR@{CUTOFF} is {found[0]}; by hand {found[1]} among all items, {found[2]} without the history")
    as_told &= found[0] == found[kind] != found[3 - kind]
print("as told: the history is left out for BPR alone" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
