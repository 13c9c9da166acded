"""What RecTools' eSASRec scores: run by peer_runs.py, inside the peers' environment.

Its one argument is JSON: settings of `SASRecModel`, the seed, the epochs at most and the patience, a file of sequences
and one for the scores. It is given the pieces that the sequences are cut into here, each as a user of its own, since of
a longer one it would train on the latest items alone.
"""

import json
import logging
import sys
import warnings
from typing import Any

import numpy as np
import pandas as pd
import torch
from pytorch_lightning import seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel
from rectools.models.nn.transformers.ligr import LiGRLayers

from benchmarks.peer_training import Scores, pieces, read_sequences, train_by_patience

HELD_OUT = {"validation": 2, "test": 1}


def dataset_of(rows: list[list[int]]) -> Dataset:
    """RecTools' data set of them; its times are places, and its users the numbers of the rows."""
    lengths = [len(row) for row in rows]
    places = np.concatenate([np.arange(length) for length in lengths])
    columns = {
        Columns.User: np.repeat(np.arange(len(rows)), lengths),
        Columns.Item: np.concatenate(rows),
        Columns.Weight: 1.0,
        Columns.Datetime: pd.to_datetime(places, unit="s"),
    }
    return Dataset.construct(pd.DataFrame(columns))


@torch.no_grad()
def scores_of(model: SASRecModel, histories: list[list[int]], n_items: int) -> Scores:
    """By the vectors that the model recommends with; items that it has not trained on have none."""
    prepared = model.data_preparator.transform_dataset_u2i(dataset_of(histories), np.arange(len(histories)))
    loader = model.data_preparator.get_dataloader_recommend(prepared, 256)
    users, items = model.lightning_model._get_user_item_embeddings(loader, "cpu")
    known = model.data_preparator.get_known_item_ids().astype(int)
    scores = np.full((len(histories), n_items + 1), -np.inf, np.float32)
    rows = prepared.user_id_map.get_external_sorted_by_internal().astype(int)
    scores[rows[:, None], known] = (users @ items[-len(known) :].T).numpy()
    return scores


def train(request: dict[str, Any]) -> dict[str, Any]:
    sequences, settings = read_sequences(request), request["settings"]
    n_items = max(map(max, sequences))
    seed_everything(request["seed"])
    model = SASRecModel(transformer_layers_type=LiGRLayers, loss="sampled_softmax", **settings)
    rows = [piece for row in sequences for piece in pieces(row[: -max(HELD_OUT.values())], settings["session_max_len"])]
    data = dataset_of(rows)
    model.fit_partial(data, min_epochs=0, max_epochs=0)  # makes the net, whose weights are drawn when training starts

    def scores(part: str) -> Scores:
        return scores_of(model, [row[: -HELD_OUT[part]] for row in sequences], n_items)

    return train_by_patience(request, model.torch_model, lambda: model.fit_partial(data, 1, 1), scores)


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    sys.stdout.write("\n" + json.dumps(train(json.loads(sys.argv[1]))))
