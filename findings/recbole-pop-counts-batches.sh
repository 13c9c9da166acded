#!/usr/bin/env bash
# Good guess: RecBole's Pop recommends the items with the most interactions in the training data. It has nothing to
# train and no settings, so the size of batches changes nothing but the time that it takes.
# What happens: RecBole 1.2.1 counts the batches in which an item occurs, not its interactions: `counts[items] += 1`
# adds 1 to an item that stands in a batch twice. With the default batch of 2,048 rows, items of 339 and of 12
# interactions are both counted twice in 2,400 rows, so that all are equal; HR@10 is what chance gives, or less. With
# batches of one row it is more than twice as high. Both are called Pop, with the defaults of everything else.
# Why it matters: popularity is what other models are held against. On small and middle-sized data it is a random
# order, which everything beats; and its figures depend on a setting that is thought to concern the trained models
# alone.
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

warnings.simplefilter("ignore")
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.utils import get_model, get_trainer, init_seed

USERS, ITEMS, LENGTH, DEFAULT = 400, 40, 8, 2048
rng = np.random.default_rng(0)
popularity = 1 / np.arange(1, ITEMS + 1)
folder = Path("drawn")
folder.mkdir()
with (folder / "drawn.inter").open("w") as file:
    file.write("user_id:token\titem_id:token\ttimestamp:float\n")
    for user in range(USERS):
        items = rng.choice(ITEMS, LENGTH, replace=False, p=popularity / popularity.sum())
        file.writelines(f"u{user}\ti{item}\t{time}\n" for time, item in enumerate(items))


def train(batch):
    """HR@10, what Pop has counted and how often the same items occur in the training data."""
    settings = {
        "data_path": ".", "load_col": {"inter": ["user_id", "item_id", "timestamp"]}, "use_gpu": False,
        "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
        "metrics": ["Hit"], "topk": [10], "valid_metric": "Hit@10", "show_progress": False,
        "train_neg_sample_args": None, "epochs": 1,
    }
    config = Config(model="Pop", dataset="drawn", config_dict=settings | ({"train_batch_size": batch} if batch else {}))
    init_seed(0, True)
    dataset = create_dataset(config)
    data, validation, test = data_preparation(config, dataset)
    model = get_model("Pop")(config, data.dataset)
    trainer = get_trainer(config["MODEL_TYPE"], "Pop")(config, model)
    trainer.fit(data, validation, verbose=False, saved=False, show_progress=False)
    hits = trainer.evaluate(test, load_best_model=False)["hit@10"]
    occurs = np.bincount(data.dataset.inter_feat["item_id"].numpy(), minlength=dataset.item_num)[1:]
    return config["train_batch_size"], float(hits), model.item_cnt.flatten().numpy()[1:], occurs


print("recbole", version("recbole"))
sys.argv = sys.argv[:1]
found = {}
for wanted in (None, 512, 64, 1):
    batch, hits, counted, occurs = train(wanted)
    found[batch] = hits, counted, occurs
    order = np.argsort(-occurs, kind="stable")
    ends = [*order[:3], order[-1]]
    print(
        f"batches of {batch}{' (the default)' if wanted is None else ''}: HR@10 {hits:.4f}; items with "
        f"{occurs[ends].tolist()} interactions are counted {counted[ends].tolist()} times"
    )
(by_default, flat, _), (right, counted, occurs) = found[DEFAULT], found[1]
as_told = len(set(flat.tolist())) == 1 and np.array_equal(counted, occurs) and 2 * by_default < right
print("as told: by default every item is as popular as every other" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
