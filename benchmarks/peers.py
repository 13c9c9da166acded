"""Our models' epochs beside those of RecBole's models of the same name, which runs in an environment of its own."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchmarks.peer_environment import answer, environment
from benchmarks.results import Measurement
from benchmarks.training import DIMENSION, epochs_of
from seqrec_bench.data import Split, leave_one_out, load_named
from seqrec_bench.recommender import SELECTION_METRIC

EPOCHS = 2
BATCH_SIZE = 256
SETTINGS = {
    "embedding_size": DIMENSION,
    "train_batch_size": BATCH_SIZE,
    "use_gpu": False,
    "show_progress": False,
    "state": "ERROR",
}


@dataclass(frozen=True)
class Pair:
    """A model of both, as alike as their settings allow."""

    name: str
    ours: Mapping[str, Any]
    theirs: str
    their_settings: Mapping[str, Any]


SOFTMAX = {"loss_type": "CE", "train_neg_sample_args": None}
PAIRS = (
    Pair("fpmc", {"batch_size": BATCH_SIZE}, "FPMC", {}),
    Pair(
        "caser",
        {"history_length": 5, "n_targets": 3, "horizontal_filters": 16, "batch_size": BATCH_SIZE},
        "Caser",
        {"MAX_ITEM_LIST_LENGTH": 5, "n_h": 16, "n_v": 4, **SOFTMAX},
    ),
    Pair("gru4rec", {}, "GRU4Rec", {"MAX_ITEM_LIST_LENGTH": 50, "hidden_size": DIMENSION, **SOFTMAX}),
    Pair(
        "sasrec",
        {"history_length": 50},
        "SASRec",
        {"MAX_ITEM_LIST_LENGTH": 50, "hidden_size": DIMENSION, "n_heads": 1, **SOFTMAX},
    ),
)


def measure() -> Measurement:
    torch.set_num_threads(1)
    split = leave_one_out(load_named("ml-100k").sequences)
    with tempfile.TemporaryDirectory() as folder:
        python = environment(Path(folder))
        rows = [measure_row(pair, split, python) for pair in PAIRS]
    return Measurement(
        title="Peers: RecBole 1.2.1, MovieLens 100K, dimension 100, one thread",
        head=("model", "ours, s an epoch", "RecBole's", "times as fast", "ours, validation NDCG@50", "RecBole's"),
        rows=rows,
        notes=(
            f"Seconds of the faster of {EPOCHS} epochs, without validation; NDCG@50 after the last of them, each by "
            "its own full ranking of the same targets.",
            "FPMC: batches of 256. Caser: L = 5, 16 horizontal and 4 vertical filters, batches of 256; ours with the "
            "authors' 3 targets and their binary loss, RecBole's with one target among all items.",
            "GRU4Rec: ours is the official one, 32 users side by side, their targets and 512 sampled items; RecBole's "
            "runs over the last 50 items before each interaction, in batches of 256.",
            "SASRec: L = 50; ours trains at every place of 32 sequences a step, RecBole's at the last place of 256.",
        ),
    )


def measure_row(pair: Pair, split: Split, python: Path) -> tuple[str, ...]:
    """The pair's row of the table."""
    ours = epochs_of(pair.name, pair.ours, split, EPOCHS, validated=True)
    theirs = recbole_epochs(pair, python)
    seconds = min(epoch.seconds for epoch in ours)
    their_seconds = min(epoch["seconds"] for epoch in theirs)
    return (
        pair.name,
        f"{seconds:.2f}",
        f"{their_seconds:.2f}",
        f"{their_seconds / seconds:.1f}",
        f"{ours[-1].validation[SELECTION_METRIC]:.4f}",
        f"{theirs[-1][SELECTION_METRIC]:.4f}",
    )


def recbole_epochs(pair: Pair, python: Path) -> Sequence[Mapping[str, float]]:
    """Seconds and NDCG@50 of RecBole's epochs, from a process of its own."""
    request = {"model": pair.theirs, "epochs": EPOCHS, "settings": {**SETTINGS, **pair.their_settings}}
    epochs: Sequence[Mapping[str, float]] = answer(python, "recbole_epochs.py", json.dumps(request))
    return epochs
