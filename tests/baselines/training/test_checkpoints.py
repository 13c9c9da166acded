"""A training that is stopped ends as one that is not, and nothing of what is kept could be left out."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from seqrec_baselines.training import checkpoints
from seqrec_baselines.training.epochs import fit_epochs
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Checkpoint, Epoch, FitContext

FIGURES = [0.4, 0.1, 0.3, 0.2, 0.2]
"""By epoch. The first epoch is the best, so that its weights have to come back."""
PIECES = ["net", "best epoch", "average", "optimiser", "schedule", "generator"]
"""What is put back, in this order."""


def train(
    resume: Checkpoint | None = None, n_epochs: int = 5, patience: int | None = None
) -> tuple[dict[str, list[float]], list[Epoch], list[Checkpoint]]:
    """A training with dropout, momentum, a schedule, an order drawn anew and an average.

    Returns:
        The weights, the epochs without their times, and a checkpoint after each.
    """
    kept: list[Checkpoint] = []
    reported: list[Epoch] = []
    rng = np.random.default_rng(5)
    values = torch.linspace(-1, 1, 12).reshape(4, 3)

    def train_epoch() -> float:
        net.train()
        for row in rng.permutation(4):
            loss = net(values[row]).square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        return loss.item()

    def figures() -> dict[str, float]:
        number = len(reported) + (resume.facts["epoch"] if resume else 0)
        weight = sum(parameter.abs().sum().item() for parameter in net.parameters())
        return {"NDCG@50": FIGURES[number], "HR@50": weight}

    def keep(make: Callable[[], Checkpoint]) -> None:
        found = make()
        arrays = {name: array.copy() for name, array in found.arrays.items()}
        kept.append(Checkpoint(arrays, json.loads(json.dumps(found.facts, allow_nan=False))))

    with seeded(3, "cpu"):
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 2))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.7**step)
        context = FitContext(0, "cpu", figures, reported.append, resume=resume, keep=keep)
        moving = (optimizer, schedule, rng)
        fit_epochs(net, n_epochs, train_epoch, context, moving=moving, patience=patience, averaging=0.5)
    weights = {name: value.tolist() for name, value in net.state_dict().items()}
    return weights, [replace(epoch, seconds=0) for epoch in reported], kept


@pytest.mark.parametrize("stopped", [1, 2, 3, 4, 5])
def test_it_ends_as_an_unbroken_one(stopped: int) -> None:
    weights, epochs, kept = train()
    resumed, others, _ = train(kept[stopped - 1])
    assert resumed == weights
    assert others == epochs[stopped:]


def test_patience_goes_on_too() -> None:
    weights, epochs, kept = train(patience=3)
    assert len(epochs) == 4
    for stopped in (2, 4):
        assert train(kept[stopped - 1], patience=3)[:2] == (weights, epochs[stopped:])


@pytest.mark.parametrize("left_out", [*PIECES, "torch's random state"])
def test_no_piece_could_be_left_out(left_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, epochs, kept = train()
    names, restore = iter(PIECES), checkpoints._restore
    monkeypatch.setattr(
        checkpoints, "_restore", lambda one, state: None if next(names) == left_out else restore(one, state)
    )
    if left_out == "torch's random state":
        monkeypatch.setattr(checkpoints, "_set_random_states", lambda states, device: None)
    assert train(kept[1])[:2] != (weights, epochs[2:])
    assert list(names) == []


def spoilt(checkpoint: Checkpoint, fault: str) -> Checkpoint:
    facts = json.loads(json.dumps(checkpoint.facts))
    arrays = dict(checkpoint.arrays)
    match fault:
        case "no arrays":
            arrays.clear()
        case "another shape":
            arrays["net.0.0.weight"] = np.zeros((2, 2), dtype=np.float32)
        case "no facts":
            facts = {}
        case "no states":
            facts["states"] = None
        case "another processor":
            facts["processor"] = "NVIDIA H200"
        case "fewer pieces":
            facts["states"][1] = [part for part in facts["states"][1] if part[0] != "moving"]
        case "no epoch":
            del facts["epoch"]
    return Checkpoint(arrays, facts)


@pytest.mark.parametrize(
    "fault",
    ["no arrays", "another shape", "no facts", "no states", "another processor", "fewer pieces", "no epoch"],
)
def test_what_is_no_checkpoint_of_this_training_is_refused(fault: str) -> None:
    before = torch.get_rng_state()
    checkpoint = spoilt(train()[2][1], fault)
    with pytest.raises(InputError, match=r"^it (is not one of this training \(|was made on )"):
        train(checkpoint)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_neither_arrays_nor_json_can_hold_is_not_kept() -> None:
    class Odd:
        def state_dict(self) -> dict[str, object]:
            return {"odd": object()}

        def load_state_dict(self, state: dict[str, object]) -> None: ...

    with pytest.raises(TypeError, match=r"a object under odd.0.odd"):
        checkpoints.checkpoint_of({"odd": [Odd()]}, torch.device("cpu"), 1)
