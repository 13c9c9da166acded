#!/usr/bin/env bash
# Good guess: The loss of a batch is the mean over its targets, and a model that has learnt its data well is the better
# for it: the nearer the loss to 0, the smaller the steps.
# What happens: RecTools 0.19.0's softmax and sampled softmax divide by the number of targets whose loss is above 0,
# not by the number of targets. Single precision rounds the loss of a target that is well learnt to 0, and then it is
# no longer counted: of a target at 0 and one at ln 2, the mean is .69 and not .35. Where the loss of every target of a
# batch is 0, the mean is 0 / 0: after that step all weights are NaN, training goes on to its last epoch without an
# error or a warning, and `recommend` gives lists.
# Why it matters: a batch of one user is enough, and the last batch of an epoch is one wherever the number of users
# says so. In the run below, with cosines and a temperature of .02, 64 users in batches of 32 train well. With one user
# more the model is lost, unless the loss is divided by the number of targets. The losses that are logged, and that
# training is stopped by, are means over the targets that are not yet learnt.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PIP_NO_COMPILE=1 "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  rectools==0.19.0 torch==2.13.0 pytorch-lightning==2.5.2 lightning-utilities==0.15.3 torchmetrics==1.9.0 \
  numpy==1.26.4 pandas==2.3.3 scipy==1.17.1 pm-implicit==0.7.3 attrs==23.2.0 pydantic==2.14.4 pydantic-core==2.50.5 \
  annotated-types==0.7.0 typing-extensions==4.16.0 typing-inspection==0.4.5 typeguard==4.6.1 threadpoolctl==3.8.0 \
  tqdm==4.70.1 python-dateutil==2.9.0.post0 six==1.17.0 pytz==2026.1 packaging==26.3 pyyaml==6.0.3 fsspec==2026.9.0 \
  filelock==4.2.12 sympy==1.14.0 mpmath==1.3.0 networkx==3.6.1 jinja2==3.1.6 markupsafe==3.0.4 setuptools==79.0.1 || exit 3
# Where pip takes a build for CUDA, this does not load without further packages.
PYTHONPATH=$folder "$python" -S -W ignore -c 'import torch' || exit 3

cd "$folder"
PYTHONPATH=$folder "$python" -S -W ignore - <<'PYTHON'
import logging
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd
import torch

logging.disable(logging.WARNING)
from pytorch_lightning import Trainer, seed_everything
from pytorch_lightning.callbacks import Callback
from rectools.dataset import Dataset
from rectools.models import HSTUModel
from rectools.models.nn.transformers.lightning import TransformerLightningModule

torch.set_num_threads(1)
ITEMS, BATCH, EPOCHS = 24, 32, 150


def data_of(users):
    """Two items of each user: one, and the next."""
    rows = [(user, (user + step) % ITEMS, f"2020-01-0{step + 1}", 1.0) for user in range(users) for step in range(2)]
    table = pd.DataFrame(rows, columns=["user_id", "item_id", "datetime", "weight"])
    return Dataset.construct(table.astype({"datetime": "datetime64[ns]"}))


class Mended(TransformerLightningModule):
    """The loss is the mean over the targets."""

    @classmethod
    def _calc_softmax_loss(cls, logits, y, w):
        each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), y, reduction="none")
        return (each * w * (y != 0)).sum() / (y != 0).sum()


class Losses(Callback):
    """Of each epoch, as logged."""

    of_epoch = []

    def on_train_epoch_end(self, trainer, module):
        Losses.of_epoch.append(float(trainer.callback_metrics["train_loss"]))


def train(kind, users):
    """Share of users whose next item comes first after training; of the model's tensors, how many have a NaN; the losses."""
    seed_everything(0)
    Losses.of_epoch = []
    data = data_of(users)
    model = HSTUModel(
        n_factors=64, n_blocks=1, n_heads=1, session_max_len=2, dropout_rate=0.0, lr=0.003, batch_size=BATCH,
        relative_time_attention=False, lightning_module_type=kind, lightning_module_kwargs={"logits_t": 0.02},
        get_trainer_func=lambda: Trainer(
            max_epochs=EPOCHS, accelerator="cpu", devices=1, logger=False, enable_checkpointing=False,
            enable_progress_bar=False, enable_model_summary=False, callbacks=[Losses()],
        ),
    ).fit(data)
    lists = model.recommend(np.arange(users), dataset=data, k=1, filter_viewed=False)
    right = float((lists["item_id"] == (lists["user_id"] + 2) % ITEMS).sum() / users)
    broken = [bool(weights.isnan().any()) for weights in model.lightning_model.parameters()]
    return right, f"{sum(broken)} of {len(broken)}", Losses.of_epoch


print("rectools", version("rectools"))
logits, ones = torch.tensor([[[-99.0, 30.0, 0.0], [-99.0, 0.0, 0.0]]]), torch.ones(1, 2)  # the first item is padding
theirs, mean = (float(kind._calc_softmax_loss(logits, ones.long(), ones)) for kind in (TransformerLightningModule, Mended))
print(f"loss of a target at 0 and one at ln 2: {theirs:.4f}; by the mean {mean:.4f}")
found = {
    "64 users": train(TransformerLightningModule, 64),
    "65 users": train(TransformerLightningModule, 65),
    "65 users, divided by targets": train(Mended, 65),
}
for name, (right, broken, losses) in found.items():
    lost = next((f"NaN from epoch {epoch} on" for epoch, loss in enumerate(losses, 1) if loss != loss), "never NaN")
    print(f"{name}: right item first for {right:.0%}, {broken} tensors have a NaN; loss {lost} of {len(losses)}")
(well, sound, _), (ill, broken, losses), (mended, whole, _) = found.values()
as_told = (
    np.allclose([theirs, mean], [np.log(2), np.log(2) / 2], atol=1e-4)
    and sound[0] == whole[0] == "0" != broken[0]
    and losses[-1] != losses[-1]
    and min(well, mended) > 0.5 > 0.2 > ill
)
print("as told: a batch that is learnt ends the model" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
