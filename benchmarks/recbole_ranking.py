"""Full ranking of targets by RecBole's evaluator, as JSON: run by peer_ranking.py, inside the peers' environment.

Its one argument is an .npz file with the users' and items' vectors, the history as rows and items, and the targets.
"""

import json
import sys
import time

import numpy as np
import torch
from recbole.config import Config
from recbole.evaluator import Collector, Evaluator

BLOCK_SIZE = 256
TURNS = 3


def evaluate(config: Config, data: dict[str, torch.Tensor]) -> dict[str, float]:
    """Metrics of all targets, scored, masked, ranked and evaluated block by block, as RecBole's trainer does it."""
    collector = Collector(config)
    items = data["items"].T
    for first in range(0, len(data["targets"]), BLOCK_SIZE):
        targets = data["targets"][first : first + BLOCK_SIZE]
        scores = data["users"][first : first + BLOCK_SIZE] @ items
        inside = (data["rows"] >= first) & (data["rows"] < first + BLOCK_SIZE)
        scores[:, 0] = -np.inf
        scores[data["rows"][inside] - first, data["history"][inside]] = -np.inf
        collector.eval_batch_collect(scores, None, torch.arange(len(targets)), targets)
    metrics: dict[str, float] = Evaluator(config).evaluate(collector.get_data_struct())
    return metrics


def best_evaluation(path: str) -> dict[str, float]:
    """The metrics and the least seconds of some turns."""
    settings = {
        "metrics": ["Hit", "MRR", "NDCG"],
        "topk": [50],
        "use_gpu": False,
        "state": "ERROR",
        "metric_decimal_place": 6,
    }
    config = Config(model="BPR", dataset="ml-100k", config_dict=settings)
    data = {name: torch.from_numpy(array) for name, array in np.load(path, allow_pickle=False).items()}
    seconds = []
    for _ in range(TURNS):
        started = time.perf_counter()
        metrics = evaluate(config, data)
        seconds.append(time.perf_counter() - started)
    return {"seconds": min(seconds), **metrics}


if __name__ == "__main__":
    torch.set_num_threads(1)
    path = sys.argv[1]
    sys.argv = sys.argv[:1]  # RecBole would read settings from there
    sys.stdout.write(json.dumps({name: float(value) for name, value in best_evaluation(path).items()}))
