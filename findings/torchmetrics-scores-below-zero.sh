#!/usr/bin/env bash
# Good guess: metrics of a ranking need only the order of the scores. To add a constant to all scores of a user
# changes none of them, and raw scores, logits and log-probabilities do as well as probabilities.
# What happens: torchmetrics 1.9.0 counts no hit in four ranking metrics where the score is 0 or less. Reciprocal
# rank, average precision, precision and recall take a target for irrelevant if its own score is not above 0; hit rate
# and NDCG do not. So a target that is ranked first with a score of -1 has a hit rate and NDCG of 1 and a recall and
# MRR of 0, for the same input, without an error or a warning.
# Why it matters: dot products of embeddings can have either sign, and log-probabilities are never above 0. MRR and
# recall then measure where a loss function leaves its zero. A model that is trained with softmax, whose scores may be
# shifted at will, loses to one with positive scores though both rank alike, and its hit rate beside them looks sound.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PIP_NO_COMPILE=1 "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$folder" \
  torchmetrics==1.9.0 lightning-utilities==0.15.3 packaging==26.3 numpy==2.4.6 torch==2.13.0 sympy==1.14.0 \
  mpmath==1.3.0 networkx==3.6.1 jinja2==3.1.6 markupsafe==3.0.4 filelock==4.2.12 fsspec==2026.9.0 \
  typing-extensions==4.16.0 setuptools==84.2.1 || exit 3
# Where pip takes a build for CUDA, this does not load without further packages.
PYTHONPATH=$folder "$python" -S -W ignore -c 'import torch' || exit 3

PYTHONPATH=$folder "$python" -S - <<'PYTHON'
import sys
from importlib.metadata import version

import torch
from torchmetrics.retrieval import (
    RetrievalHitRate,
    RetrievalMAP,
    RetrievalMRR,
    RetrievalNormalizedDCG,
    RetrievalPrecision,
    RetrievalRecall,
)

METRICS = {
    "hit rate": RetrievalHitRate,
    "NDCG": RetrievalNormalizedDCG,
    "recall": RetrievalRecall,
    "MRR": RetrievalMRR,
    "MAP": RetrievalMAP,
    "precision": RetrievalPrecision,
}
LOGITS = torch.tensor([4.0, 2.0, 1.0, -1.0, -3.0])  # the first item is the target
TARGET = torch.tensor([1, 0, 0, 0, 0])
USER = torch.zeros(5, dtype=torch.long)


def evaluated(name, scores):
    assert scores.argsort(descending=True).tolist() == [0, 1, 2, 3, 4], "another ranking"
    found = {
        metric: round(float(make(top_k=2)(scores, TARGET, USER)), 4)
        for metric, make in METRICS.items()
    }
    print(f"{name:22}", found)
    return found


print("torchmetrics", version("torchmetrics"), "torch", version("torch"))
print("five items, the first one is the target and has the highest score; cut-off 2")
right = evaluated("logits", LOGITS)
probabilities = evaluated("probabilities", LOGITS.softmax(dim=0))
log_probabilities = evaluated("log-probabilities", LOGITS.log_softmax(dim=0))
shifted = evaluated("logits less 5", LOGITS - 5)
top = {"hit rate": 1.0, "NDCG": 1.0, "recall": 1.0, "MRR": 1.0, "MAP": 1.0, "precision": 0.5}
no_hit = top | {"recall": 0.0, "MRR": 0.0, "MAP": 0.0, "precision": 0.0}
as_told = right == probabilities == top and log_probabilities == shifted == no_hit
print("as told: the same ranking has recall 1 or 0, by where the zero is" if as_told else "CHANGED")
sys.exit(not as_told)
PYTHON
