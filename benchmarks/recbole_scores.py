"""What one of RecBole's sequential models scores: run by peer_runs.py, inside the peers' environment.

Its one argument is JSON: the model's name, RecBole's settings, the seed, the epochs at most and the patience, a file of
sequences and one for the scores. Epochs are chosen as this bench chooses them, since RecBole ranks the history too.
"""

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.model.sequential_recommender.hgn import HGN
from recbole.utils import get_model, get_trainer, init_seed

from benchmarks.peer_training import CUT_OFF, Scores, read_sequences, train_by_patience

NAME = "peer"
FIELDS = ("user_id", "item_id")
PROTOCOL = {
    "data_path": ".",
    "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
    "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
    "valid_metric": "NDCG@50",
    "metrics": ["NDCG"],
    "topk": [CUT_OFF],
    "use_gpu": False,
    "show_progress": False,
    "state": "ERROR",
}


class HGNByOutputVectors(HGN):  # type: ignore[misc]
    """RecBole's HGN but for the negatives' vectors in BPR, which are those that items are scored by."""

    def calculate_loss(self, interaction):  # type: ignore[no-untyped-def]
        users, items = interaction[self.USER_ID], interaction[self.ITEM_SEQ]
        output = self.forward(items, users)
        of = self.item_embedding_for_prediction
        targets, negatives = of(interaction[self.POS_ITEM_ID]), of(interaction[self.NEG_ITEM_ID])
        loss = self.loss_fct((output * targets).sum(dim=-1), (output * negatives).sum(dim=-1))
        return loss + self.reg_loss(self.user_embedding(users), targets, self.item_embedding(items))


OWN = {"HGNByOutputVectors": (HGNByOutputVectors, "HGN")}
"""Models that are not RecBole's own, and whose settings they have."""


def write_interactions(sequences: list[list[int]]) -> None:
    """RecBole's file of them; its times are places."""
    folder = Path(NAME)
    folder.mkdir(exist_ok=True)
    with (folder / f"{NAME}.inter").open("w", encoding="utf-8") as file:
        file.write("user_id:token\titem_id:token\ttimestamp:float\n")
        for user, items in enumerate(sequences):
            file.writelines(f"{user}\t{item}\t{place}\n" for place, item in enumerate(items))


@torch.no_grad()
def scores_of(model: Any, loader: Any, dataset: Any) -> Scores:
    model.eval()
    users, items = (np.array(dataset.id2token(field, range(1, dataset.num(field))), int) for field in FIELDS)
    scores = np.full((len(users), items.max() + 1), -np.inf, np.float32)
    for batch in loader:
        rows = users[batch[0]["user_id"].numpy() - 1]
        scores[rows[:, None], items] = model.full_sort_predict(batch[0]).view(len(rows), -1).numpy()[:, 1:]
    return scores


def train(request: dict[str, Any]) -> dict[str, Any]:
    write_interactions(read_sequences(request))
    kind, name = OWN.get(request["model"], (None, request["model"]))
    config = Config(model=name, dataset=NAME, config_dict={**PROTOCOL, **request["settings"], "seed": request["seed"]})
    init_seed(request["seed"], reproducibility=True)
    dataset = create_dataset(config)
    data, validation, test = data_preparation(config, dataset)
    model = (kind or get_model(name))(config, data.dataset)
    trainer = get_trainer(config["MODEL_TYPE"], name)(config, model)
    loaders, epochs = {"validation": validation, "test": test}, itertools.count()
    return train_by_patience(
        request,
        model,
        lambda: trainer._train_epoch(data, next(epochs), show_progress=False),
        lambda part: scores_of(model, loaders[part], dataset),
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    request = json.loads(sys.argv[1])
    sys.argv = sys.argv[:1]  # RecBole would read settings from there
    sys.stdout.write(json.dumps(train(request)))
