import math
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch

from seqrec_baselines.training import epochs
from seqrec_baselines.training.epochs import fit_epochs, mean_loss
from seqrec_bench.errors import ScoreError
from seqrec_bench.recommender import Epoch, FitContext


class CountingNet(torch.nn.Module):
    """Its one weight and its one buffer say how often it was trained."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))
        self.register_buffer("trained", torch.zeros(()))

    def train_epoch(self) -> float:
        assert self.training
        with torch.no_grad():
            self.weight.add_(1)
            self.trained.add_(1)
        return 1 / self.weight.item()


def run(
    net: CountingNet,
    figures: list[float],
    train_epoch: Callable[[], float] | None = None,
    patience: int = 0,
    averaging: float = 0.0,
) -> tuple[list[Epoch], list[float]]:
    """What was reported, and the weight at each validation; validation n gives figure n as NDCG@50."""
    reported: list[Epoch] = []
    validated: list[float] = []

    def validate() -> dict[str, float]:
        assert not net.training
        validated.append(net.weight.item())
        return {"HR@50": -figures[len(validated) - 1], "NDCG@50": figures[len(validated) - 1]}

    context = FitContext(seed=0, device="cpu", validate=validate, report=reported.append)
    fit_epochs(
        net, len(figures), train_epoch or net.train_epoch, context, moving=(), patience=patience, averaging=averaging
    )
    return reported, validated


@pytest.mark.parametrize(
    ("figures", "best"),
    [
        ([0.1, 0.4, 0.3, 0.2], 2),
        ([0.4, 0.1, 0.3], 1),
        ([0.1, 0.2, 0.3], 3),
        ([0.1, 0.3, 0.3, 0.2], 2),
        ([0.0, 0.0], 1),
    ],
    ids=["middle", "first", "last", "tie", "zero"],
)
def test_ends_with_the_weights_of_the_best_epoch(figures: list[float], best: int) -> None:
    net = CountingNet()
    run(net, figures)
    assert (net.weight.item(), net.trained.item()) == (best, best)


@pytest.mark.parametrize(("selection", "lower_is_better", "best"), [("HR@50", False, 1), ("NDCG@50", True, 3)])
def test_the_metric_that_chooses_is_the_contexts(selection: str, lower_is_better: bool, best: int) -> None:
    net = CountingNet()
    figures = iter([{"HR@50": 0.9, "NDCG@50": 0.2}, {"HR@50": 0.8, "NDCG@50": 0.3}, {"HR@50": 0.7, "NDCG@50": 0.1}])
    reported: list[Epoch] = []
    context = FitContext(0, "cpu", lambda: next(figures), reported.append, selection, lower_is_better)
    fit_epochs(net, 3, net.train_epoch, context, moving=(), patience=2)
    assert (len(reported), net.weight.item()) == (3, best)


@pytest.mark.parametrize(
    ("patience", "n_epochs"), [(1, 2), (2, 5), (3, 6), (0, 7)], ids=["one", "two", "three", "none"]
)
def test_ends_when_patience_is_at_an_end(patience: int, n_epochs: int) -> None:
    net = CountingNet()
    reported, _ = run(net, [0.2, 0.1, 0.3, 0.3, 0.1, 0.2, 0.1], patience=patience)
    assert len(reported) == n_epochs
    assert net.weight.item() == (1 if patience == 1 else 3)


def test_the_net_stays_the_same_object_with_the_same_parameters() -> None:
    net = CountingNet()
    weight = net.weight
    run(net, [0.2, 0.1])
    assert net.weight is weight
    assert weight.requires_grad


def test_epochs_are_reported_in_order_with_their_validation() -> None:
    reported, validated = run(CountingNet(), [0.1, 0.3, 0.2])
    assert [epoch.number for epoch in reported] == [1, 2, 3]
    assert [epoch.loss for epoch in reported] == pytest.approx([1, 1 / 2, 1 / 3])
    assert [epoch.validation["NDCG@50"] for epoch in reported] == [0.1, 0.3, 0.2]
    assert validated == [1, 2, 3]


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_stops_the_run(loss: float) -> None:
    losses = iter([0.5, loss, 0.5])
    with pytest.raises(ScoreError, match=rf"{loss} in epoch 2"):
        run(CountingNet(), [0.1, 0.2, 0.3], lambda: next(losses))
    assert list(losses) == [0.5]


def test_seconds_are_those_of_training_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    net = CountingNet()
    reported: list[Epoch] = []

    def spend(seconds: float) -> None:
        nonlocal now
        now += seconds

    def train_epoch() -> float:
        spend(3)
        return 0.0

    def validate() -> dict[str, float]:
        spend(50)
        return {"NDCG@50": 0.0}

    monkeypatch.setattr(epochs, "time", SimpleNamespace(perf_counter=lambda: now))
    fit_epochs(net, 2, train_epoch, FitContext(0, "cpu", validate, reported.append), moving=())
    assert [epoch.seconds for epoch in reported] == [3, 3]


def test_an_average_is_validated_and_kept_while_training_goes_on_from_the_weights() -> None:
    net = CountingNet()
    _, validated = run(net, [0.1, 0.2, 0.5, 0.3], averaging=0.5)
    literal = [  # after epoch e the weight is e
        sum(0.5 ** (last - e) * e for e in range(1, last + 1)) / sum(0.5 ** (last - e) for e in range(1, last + 1))
        for last in range(1, 5)
    ]
    assert validated == pytest.approx(literal)
    assert net.weight.item() == pytest.approx(literal[2])


def test_without_averaging_the_weights_themselves_are_validated() -> None:
    _, validated = run(CountingNet(), [0.1, 0.2, 0.3])
    assert validated == [1, 2, 3]


@pytest.mark.parametrize("n_steps", [1, 7, 4096, 4097])
def test_the_mean_loss_is_that_of_all_steps(n_steps: int) -> None:
    losses = torch.randn(n_steps, generator=torch.Generator().manual_seed(0))
    assert mean_loss(iter(losses)) == losses.mean().item()
