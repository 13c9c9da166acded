#!/usr/bin/env bash
# Good guess: The worse a target is placed, the harder it is trained. With a calibration t of 0, gBCE is by its formula
# the binary loss, and the binary loss pulls at a target of score -30 as at one of score -20.
# What happens: RecTools 0.19.0 computes gBCE by way of the target's probability, which it holds above 1e-10. A target
# whose score is below ln 1e-10, about -23, has a gradient of exactly 0: its score is never raised, however often it is
# trained on, while its loss is reported as large. Its binary loss has the gradient that both formulas have.
# Why it matters: a comparison of losses, the library's BCE against its gBCE, is also one of two treatments of the
# worst targets. Scores far below 0 are what many epochs with hundreds of negatives, a fit that goes on with new
# interactions, or a net without a bound on its scores can bring; the rare items that gBCE is meant to help are there.
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
from torch.nn.functional import softplus

logging.disable(logging.WARNING)
from rectools.dataset import Dataset
from rectools.models import SASRecModel

torch.set_num_threads(1)
ITEMS, NEGATIVES, STEPS, STARTS = 20, 3, 500, (-10.0, -20.0, -22.0, -24.0, -30.0)
rng = np.random.default_rng(0)
data = Dataset.construct(
    pd.DataFrame(
        [(user, item, f"2020-01-{day + 1:02}", 1.0) for user in range(8) for day, item in enumerate(rng.permutation(ITEMS))],
        columns=["user_id", "item_id", "datetime", "weight"],
    ).astype({"datetime": "datetime64[ns]"})
)


def loss_of(name, calibration):
    """The loss that a model of the library trains with."""
    model = SASRecModel(
        loss=name, n_negatives=NEGATIVES, gbce_t=calibration, n_factors=8, n_blocks=1, n_heads=1, session_max_len=ITEMS, epochs=1
    )
    return model.fit(data).lightning_model.loss_calculator


def formula(calibration):
    """gBCE: the mean of a target's -ln sigmoid(s) ** beta and of its negatives' -ln(1 - sigmoid(s))."""
    rate = NEGATIVES / (ITEMS - 1)
    beta = rate * (calibration * (1 - 1 / rate) + 1 / rate)
    return lambda logits, *_: torch.cat([beta * softplus(-logits[..., :1]), softplus(logits[..., 1:])], dim=-1).mean()


def gradient(loss, score):
    """Of a target with this score beside negatives of score 0."""
    logits = torch.tensor([[[score] + [0.0] * NEGATIVES]], requires_grad=True)
    loss(logits, torch.ones(1, 1, dtype=torch.long), torch.ones(1, 1)).backward()
    return float(logits.grad[0, 0, 0])


def trained(loss, score):
    """Where Adam brings a target's score in so many steps."""
    target = torch.tensor([[[score]]], requires_grad=True)
    adam = torch.optim.Adam([target], lr=0.01)
    for _ in range(STEPS):
        adam.zero_grad()
        logits = torch.cat([target, torch.zeros(1, 1, NEGATIVES)], dim=-1)
        loss(logits, torch.ones(1, 1, dtype=torch.long), torch.ones(1, 1)).backward()
        adam.step()
    return float(target)


print("rectools", version("rectools"))
losses = {
    "BCE": loss_of("BCE", 0.0), "gBCE, t = 0": loss_of("gBCE", 0.0), "its formula": formula(0.0),
    "gBCE, t = .75": loss_of("gBCE", 0.75), "its formula (.75)": formula(0.75),
}
pulls = {name: [gradient(loss, score) for score in STARTS] for name, loss in losses.items()}
ends = {name: [trained(loss, score) for score in STARTS] for name, loss in losses.items()}
print(f"{'target starts at':>18}", *(f"{score:16.0f}" for score in STARTS))
for name in losses:
    print(f"{name:>18}", *(f"{pull:7.3f} {end:8.2f}" for pull, end in zip(pulls[name], ends[name])))
print(f"(gradient of the target's score at the start, and the score after {STEPS} steps of Adam)")
above, below = slice(0, 3), slice(3, 5)
as_told = (
    all(np.allclose(pulls[one][above], pulls[other][above], rtol=1e-3)
        for one, other in (("BCE", "its formula"), ("gBCE, t = 0", "its formula"), ("gBCE, t = .75", "its formula (.75)")))
    and all(pulls[name][below] == [0, 0] and ends[name][below] == [*STARTS[below]] for name in ("gBCE, t = 0", "gBCE, t = .75"))
    and all(min(np.subtract(ends[name], STARTS)) > 1 for name in ("BCE", "its formula", "its formula (.75)"))
)
print("as told: the worst targets are never learnt" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
