"""Some epochs of one of RecBole's models on MovieLens 100K, as JSON: run by peers.py, inside the peers' environment.

Its one argument is JSON: the model's name, the number of epochs and RecBole's settings.
"""

import json
import sys
import time
from typing import Any

import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.utils import get_model, get_trainer, init_seed

PROTOCOL = {
    "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
    "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
    "metrics": ["NDCG"],
    "topk": [50],
    "valid_metric": "NDCG@50",
}


def epochs_of(model: str, n_epochs: int, settings: dict[str, Any]) -> list[dict[str, float]]:
    """Seconds of training and validation NDCG@50 of each epoch."""
    config = Config(model=model, dataset="ml-100k", config_dict={**PROTOCOL, **settings})
    init_seed(config["seed"], reproducibility=True)
    train, valid, _ = data_preparation(config, create_dataset(config))
    trainer = get_trainer(config["MODEL_TYPE"], model)(config, get_model(model)(config, train.dataset))
    epochs = []
    for number in range(n_epochs):
        started = time.perf_counter()
        trainer._train_epoch(train, number, show_progress=False)
        seconds = time.perf_counter() - started
        figure, _ = trainer._valid_epoch(valid, show_progress=False)
        epochs.append({"seconds": seconds, "NDCG@50": float(figure)})
    return epochs


if __name__ == "__main__":
    torch.set_num_threads(1)
    request = json.loads(sys.argv[1])
    sys.argv = sys.argv[:1]  # RecBole would read settings from there
    sys.stdout.write(json.dumps(epochs_of(request["model"], request["epochs"], request["settings"])))
