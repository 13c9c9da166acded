"""What one of RecBole's sequential models scores: run by peer_runs.py, inside the peers' environment.

Its one argument is JSON: the model's name, RecBole's settings, the seed, the epochs at most and the patience, a file of
sequences and one for the scores. Epochs are chosen as this bench chooses them, since RecBole ranks the history too.
"""

import copy
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.model.sequential_recommender.hgn import HGN
from recbole.utils import get_model, get_trainer, init_seed

NAME = "peer"
CUT_OFF = 50
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
def scores_of(model: Any, loader: Any, dataset: Any) -> npt.NDArray[np.float32]:
    """(n_users, n_items + 1) what each user's items are scored; the columns are the items' numbers."""
    model.eval()
    users, items = (np.array(dataset.id2token(field, range(1, dataset.num(field))), int) for field in FIELDS)
    scores = np.full((len(users), items.max() + 1), -np.inf, np.float32)
    for batch in loader:
        rows = users[batch[0]["user_id"].numpy() - 1]
        scores[rows[:, None], items] = model.full_sort_predict(batch[0]).view(len(rows), -1).numpy()[:, 1:]
    return scores


def ndcg(scores: npt.NDArray[np.float32], sequences: list[list[int]], held_out: int) -> float:
    """NDCG of the item that is so many places from the end, among those that the user has not had before."""
    gains = []
    for row, items in zip(scores, sequences, strict=True):
        target = items[-held_out]
        others = np.delete(row, [*items[:-held_out], 0])
        rank = np.count_nonzero(others > row[target]) + 1
        gains.append(1 / np.log2(rank + 1) if rank <= CUT_OFF else 0.0)
    return float(np.mean(gains))


def train(request: dict[str, Any]) -> dict[str, Any]:
    """Trains until patience ends and writes the best epoch's scores; returns each epoch's figure and what it took."""
    lines = Path(request["sequences"]).read_text(encoding="utf-8").splitlines()
    sequences = [[int(item) for item in line.split()] for line in lines]
    write_interactions(sequences)
    kind, name = OWN.get(request["model"], (None, request["model"]))
    config = Config(model=name, dataset=NAME, config_dict={**PROTOCOL, **request["settings"], "seed": request["seed"]})
    init_seed(request["seed"], reproducibility=True)
    dataset = create_dataset(config)
    data, validation, test = data_preparation(config, dataset)
    model = (kind or get_model(name))(config, data.dataset)
    trainer = get_trainer(config["MODEL_TYPE"], name)(config, model)
    started, started_cpu = time.perf_counter(), time.process_time()
    figures: list[float] = []
    best, state = -1, model.state_dict()
    while len(figures) < request["epochs"] and len(figures) - 1 - best < request["patience"]:
        trainer._train_epoch(data, len(figures), show_progress=False)
        figures.append(ndcg(scores_of(model, validation, dataset), sequences, 2))
        if best < 0 or figures[-1] > figures[best]:
            best, state = len(figures) - 1, copy.deepcopy(model.state_dict())
    seconds = {"fit": time.perf_counter() - started, "fit_cpu": time.process_time() - started_cpu}
    model.load_state_dict(state)
    at_validation, at_test = (scores_of(model, loader, dataset) for loader in (validation, test))
    np.savez(request["scores"], validation=at_validation, test=at_test)
    return {"figures": figures, "seconds": seconds}


if __name__ == "__main__":
    torch.set_num_threads(1)
    request = json.loads(sys.argv[1])
    sys.argv = sys.argv[:1]  # RecBole would read settings from there
    sys.stdout.write(json.dumps(train(request)))
