#!/usr/bin/env bash
# torchmetrics 1.9.0 counts no hit in four ranking metrics where the score is 0 or less.
#
# The good guess: metrics of a ranking need only the order of the scores. To add a
# constant to all scores of a user changes none of them, and raw scores, logits and
# log-probabilities do as well as probabilities.
#
# What really happens: reciprocal rank, average precision, precision and recall take a
# target for irrelevant if its own score is not above 0; hit rate and NDCG do not. So a
# target that is ranked first with a score of -1 has a hit rate and NDCG of 1 and a
# recall and MRR of 0, for the same input, without an error or a warning.
#
# Why it matters to who compares recommenders: dot products of embeddings can have either
# sign, and log-probabilities are never above 0. MRR and recall then measure where a loss
# function leaves its zero. A model that is trained with softmax, whose scores may be
# shifted at will, loses to one with positive scores though both rank alike, and its hit
# rate beside them looks sound.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --quiet --disable-pip-version-check --no-compile \
    'numpy==2.4.6' 'torch==2.13.0' 'torchmetrics==1.9.0'

"$folder/venv/bin/python" - <<'PYTHON'
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
        metric: round(float(make(top_k=2)(scores, TARGET, indexes=USER)), 4)
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

assert right == probabilities, "logits above 0 and probabilities differ"
assert (right["hit rate"], right["NDCG"], right["recall"], right["MRR"]) == (1, 1, 1, 1)
for below_zero in (log_probabilities, shifted):
    assert (below_zero["hit rate"], below_zero["NDCG"]) == (1, 1), "all metrics count no hit"
    for metric in ("recall", "MRR", "MAP", "precision"):
        assert below_zero[metric] == 0, f"{metric} needs only the order"
print("\nAs described: the same ranking has recall 1 or 0, by where the zero is.")
PYTHON
