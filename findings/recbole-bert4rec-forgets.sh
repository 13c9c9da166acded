#!/usr/bin/env bash
# Good guess: a sequential model that looks back fifty items takes account of all three items of a short history, and BERT4Rec is
# trained on every training item of a user, each of which is masked at times and then asked for.
# What happens: RecBole's BERT4Rec takes the oldest item out of every history before it scores, however short it is: two users who
# differ in it get the same scores, and so do all users of one item. In training, the last training item of every
# user is in no sequence, masked or not, and what is masked at the first place of a sequence is no part of the loss.
# Why it matters: on data with few items a user, as Amazon's, that is a good part of what there is to learn from; figures of BERT4Rec
# that were made with it, and comparisons with SASRec of the same library, which has no such gap, are about another model.
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
from recbole.data.interaction import Interaction
from recbole.utils import get_model, init_seed

USERS, ITEMS, LENGTH, LONGEST, EPOCHS = 200, 60, 8, 50, 10
rng = np.random.default_rng(0)
sequences = [rng.permutation(ITEMS)[:LENGTH] for _ in range(USERS)]
folder = Path("drawn")
folder.mkdir()
with (folder / "drawn.inter").open("w") as file:
    file.write("user_id:token\titem_id:token\ttimestamp:float\n")
    file.writelines(
        f"u{user}\ti{item}\t{time}\n" for user, items in enumerate(sequences) for time, item in enumerate(items)
    )
sys.argv = sys.argv[:1]
settings = {
    "data_path": ".", "load_col": {"inter": ["user_id", "item_id", "timestamp"]}, "use_gpu": False,
    "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
    "train_neg_sample_args": None, "show_progress": False,
}


def prepared(name):
    """The model as it starts, its data set, and its training batches."""
    config = Config(model=name, dataset="drawn", config_dict=settings)
    init_seed(0, True)
    dataset = create_dataset(config)
    train, _, _ = data_preparation(config, dataset)
    return get_model(name)(config, train.dataset).eval(), dataset, train


def scores(model, history):
    items = torch.zeros(1, LONGEST, dtype=torch.long)
    items[0, : len(history)] = torch.tensor(history)
    with torch.no_grad():
        return model.full_sort_predict(Interaction({"item_id_list": items, "item_length": torch.tensor([len(history)])}))


def loss(model, field_of_places, place, target):
    """Of two sequences; in the first, this place is masked and asked for; in the second, always the third."""
    masked = torch.zeros(2, LONGEST, dtype=torch.long)
    masked[:, :3] = torch.tensor([[3, 4, 5], [6, 7, model.mask_token]])
    masked[0, place] = model.mask_token
    last = [[0] * (model.mask_item_length - 1) + [value] for value in (place, 2)]
    items = [[0] * (model.mask_item_length - 1) + [value] for value in (target, 8)]
    fields = (model.MASK_ITEM_SEQ, field_of_places, model.POS_ITEMS, model.NEG_ITEMS)
    tensors = (masked, torch.tensor(last), torch.tensor(items), torch.tensor(items))
    with torch.no_grad():
        return model.calculate_loss(Interaction(dict(zip(fields, tensors)))).item()


print("recbole", version("recbole"))
told = {}
for name in ("SASRec", "BERT4Rec"):
    model, dataset, train = prepared(name)
    same = [torch.equal(scores(model, [3, 4, 5]), scores(model, other)) for other in ([9, 4, 5], [3, 9, 5], [3, 4, 9])]
    print(f"{name}: the scores of [3, 4, 5] are the same with another first, second, third item: {same}")
    told[f"{name} forgets"] = same == [name == "BERT4Rec", False, False]

seen = set()
for _ in range(EPOCHS):
    for batch in train:
        for user, items in zip(batch["user_id"].tolist(), batch["item_id_list"].tolist()):
            seen |= {(user, item) for item in items if item}
numbers = [
    (dataset.token2id("user_id", f"u{user}"), [dataset.token2id("item_id", f"i{item}") for item in items])
    for user, items in enumerate(sequences)
]
for back in (4, 3):
    inside = sum((user, items[-back]) in seen for user, items in numbers)
    print(f"training item {LENGTH - back + 1} of {LENGTH - 2} is in a training sequence of {inside} of {USERS} users")
    told[f"place {back}"] = inside == (USERS if back == 4 else 0)

places = next(field for field in batch.columns if field.startswith("MASK_"))
changes = [loss(model, places, place, 10) - loss(model, places, place, 11) for place in (0, 1)]
print(f"another item to be found changes the loss by {changes[0]:.4f} at the first place, by {changes[1]:.4f} at the second")
told["loss"] = changes[0] == 0 != changes[1]
as_told = all(told.values())
print("as told: the first and the last are forgotten" if as_told else f"CHANGED: {told}")
sys.exit(not as_told)
PYTHON
