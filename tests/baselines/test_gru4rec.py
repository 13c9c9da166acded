"""GRU4Rec against its formulas and against figures that the authors' code gives."""

import math
from itertools import count
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from seqrec_baselines.gru4rec import GRU4Rec, GRU4RecNet
from seqrec_baselines.gru4rec_adagrad import Adagrad
from seqrec_baselines.session_batches import SessionStep, session_parallel_steps
from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import FitContext, Sequences

SEED, N_ITEMS, D = 4, 14, 3
Weights = dict[str, torch.Tensor]


def test_gru_is_the_authors() -> None:
    net = GRU4RecNet(n_items=1, dimension=2)
    identity, swap = torch.eye(2), torch.eye(2).flip(0)
    with torch.no_grad():
        net.gru.weight_ih.copy_(identity.repeat(3, 1))
        net.gru.weight_hh.copy_(swap.repeat(3, 1))
        hidden = net.gru(torch.tensor([[0.5, -0.4]]), torch.tensor([[0.8, 0.3]]))
    assert hidden[0].tolist() == pytest.approx([0.740719, 0.211224], abs=1e-6)


def test_initial_weights_are_uniform_and_gate_blocks_have_bounds_of_their_own() -> None:
    with seeded(SEED, "cpu"):
        net = GRU4RecNet(n_items=500, dimension=100)
    blocks = [block for weight in (net.gru.weight_ih, net.gru.weight_hh) for block in weight.detach().split(100)]
    assert len(blocks) == 6
    for matrix, bound in [(net.item.detach(), math.sqrt(6 / 600)), *((block, math.sqrt(6 / 200)) for block in blocks)]:
        assert 0.99 * bound < matrix.abs().max().item() <= bound
        assert matrix.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.03)
    assert len({block[0, 0].item() for block in blocks}) == 6
    for bias in (net.item_bias, net.gru.bias_ih, net.gru.bias_hh):
        assert not bias.any()


def fitted(train: Sequences, **settings: Any) -> GRU4Rec:
    """A tiny model fitted so that validation always prefers the latest epoch."""
    model = GRU4Rec(**{"dimension": D, "epochs": 1, "batch_size": 6, "n_sample": 4} | settings)
    epochs = count()
    model.fit(train, FitContext(SEED, "cpu", lambda: {"NDCG@50": next(epochs)}, lambda epoch: None))
    return model


def test_number_of_parameters_on_ml_100k() -> None:
    train = Sequences(np.array([1, 2], dtype=np.int32), np.array([0, 1]), np.array([0, 2]), n_items=1682)
    assert fitted(train, dimension=100, epochs=0, batch_size=1).n_parameters == 230_482


def weights_of(net: GRU4RecNet) -> Weights:
    return {name: parameter.detach().double() for name, parameter in net.named_parameters()}


def literal_gru(w: Weights, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
    """r, z and the candidate of one session written out, in the order in which torch keeps them."""
    x_r, x_z, x_n = (w["gru.weight_ih"] @ x + w["gru.bias_ih"]).split(len(h))
    h_r, h_z, h_n = (w["gru.weight_hh"] @ h + w["gru.bias_hh"]).split(len(h))
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    return (1 - z) * torch.tanh(x_n + r * h_n) + z * h


def literal_loss(
    w: Weights, hidden: list[torch.Tensor], targets: list[int], samples: list[int], log_q: list[float]
) -> torch.Tensor:
    """Sum over the rows of -ln of the softmax, over the step's targets and samples, at the row's own target."""
    columns = torch.tensor(targets + samples) - 1
    loss = torch.zeros((), dtype=torch.float64)
    for row, h in enumerate(hidden):
        exponentials = torch.exp((w["item"][columns] * h).sum(dim=1) + w["item_bias"][columns] - torch.tensor(log_q))
        loss = loss - torch.log(exponentials[row] / exponentials.sum())
    return loss


class LiteralTraining:
    """The authors' training loop with dense gradients, and the update written out number by number."""

    def __init__(self, model: GRU4Rec, train: Sequences) -> None:
        self.model, self.train = model, train
        with seeded(SEED, "cpu"):
            self.weights = weights_of(GRU4RecNet(train.n_items, model.dimension))
        self.accumulated = {name: torch.zeros_like(weight) for name, weight in self.weights.items()}
        self.velocity = {name: torch.zeros_like(weight) for name, weight in self.weights.items()}
        self.steps = list(session_parallel_steps(train, model.batch_size))
        self.rng = np.random.default_rng(SEED)

    def epoch(self) -> None:
        drawn = self.model._draw(self.train.item_counts[1:], len(self.steps), self.rng) + 1
        carried: list[torch.Tensor] = []
        for first in range(0, len(self.steps), self.model.truncation):
            carried = self.update(range(first, min(first + self.model.truncation, len(self.steps))), drawn, carried)

    def update(self, numbers: range, drawn: np.ndarray, carried: list[torch.Tensor]) -> list[torch.Tensor]:
        """Moves the weights once for the steps of these numbers; returns each row's new hidden state."""
        for weight in self.weights.values():
            weight.requires_grad_()
            weight.grad = None
        loss, inputs, outputs = torch.zeros((), dtype=torch.float64), set(), set()
        for number in numbers:
            step, samples = self.steps[number], drawn[number].tolist()
            targets = step.targets.tolist()
            carried = self.hidden(step, carried)
            loss = loss + literal_loss(self.weights, carried, targets, samples, self.log_q(targets, samples))
            inputs |= {item - 1 for item in step.inputs.tolist()}
            outputs |= {item - 1 for item in targets + samples}
        (loss / self.model.batch_size).backward()
        touched = {"item": outputs | inputs, "item_bias": outputs}
        for name, weight in self.weights.items():
            self.move(name, weight.detach(), weight.grad, touched.get(name, set(range(len(weight)))))
        return [h.detach() for h in carried]

    def hidden(self, step: SessionStep, carried: list[torch.Tensor]) -> list[torch.Tensor]:
        zero = torch.zeros(self.model.dimension, dtype=torch.float64)
        came_from = range(len(carried)) if step.came_from is None else step.came_from
        before = [zero if row == -1 else carried[row] for row in came_from]
        rows = zip(step.inputs, before, strict=True)
        return [literal_gru(self.weights, self.weights["item"][item - 1], h) for item, h in rows]

    def log_q(self, targets: list[int], samples: list[int]) -> list[float]:
        log_counts = np.log(np.maximum(self.train.item_counts, 1))
        return [self.model.logq * log_counts[item] for item in targets] + [
            self.model.logq * self.model.sample_alpha * log_counts[item] for item in samples
        ]

    def move(self, name: str, weight: torch.Tensor, gradient: torch.Tensor | None, rows: set[int]) -> None:
        assert gradient is not None
        accumulated, velocity = self.accumulated[name], self.velocity[name]
        touched = sorted(rows)
        accumulated[touched] += gradient[touched] ** 2
        scaled = gradient[touched] / torch.sqrt(accumulated[touched] + 1e-6)
        velocity[touched] = self.model.momentum * velocity[touched] - self.model.learning_rate * scaled
        weight[touched] += velocity[touched]


@pytest.mark.parametrize(
    "settings",
    [
        {"momentum": 0.0, "logq": 1.0},
        {"momentum": 0.4, "logq": 0.5, "sample_alpha": 0.8},
        {"n_sample": 0},
        {"truncation": 5},
        {"truncation": 1000, "momentum": 0.4},
    ],
    ids=["as it is", "with momentum", "in-batch negatives", "through time", "through all time"],
)
def test_training_equals_the_literal_loop(uneven: Sequences, settings: dict[str, float]) -> None:
    model = fitted(uneven, epochs=2, dropout_embedding=0.0, dropout_hidden=0.0, **settings)
    literal = LiteralTraining(model, uneven)
    literal.epoch()
    literal.epoch()
    for name, weight in weights_of(model._net).items():
        torch.testing.assert_close(weight, literal.weights[name].detach(), rtol=1e-3, atol=1e-4, msg=name)


@pytest.mark.parametrize(
    ("settings", "figure"),
    [
        ({"loss": "cross-entropy", "logq": 0.0}, 3.279145),
        ({"loss": "cross-entropy", "logq": 1.0, "sample_alpha": 0.5}, 7.023064),
        ({"loss": "bpr-max", "elu": 0.0, "bpreg": 0.0}, 2.518030),
        ({"loss": "bpr-max", "elu": 0.5, "bpreg": 1.0}, 4.391632),
        ({"loss": "top1"}, 1.942582),
        ({"loss": "top1-max"}, 2.605615),
        ({"loss": "bpr"}, 6.106787),
    ],
)
def test_the_setting_chooses_the_loss_and_logq_is_for_cross_entropy_only(
    settings: dict[str, Any], figure: float
) -> None:
    scores = torch.tensor([[2.0, 1.0, 0.0], [0.5, -1.0, 1.5]])
    support = np.log(np.array([10, 100, 4], dtype=np.float32))
    assert GRU4Rec(**settings)._loss(scores, support).item() == pytest.approx(figure, abs=1e-6)


@pytest.mark.parametrize("loss", ["bpr-max", "top1", "top1-max", "bpr"])
def test_every_loss_trains_without_samples_too(uneven: Sequences, loss: str) -> None:
    with seeded(SEED, "cpu"):
        before = GRU4RecNet(N_ITEMS, D)
    for n_sample in (4, 0):
        weights = weights_of(fitted(uneven, loss=loss, n_sample=n_sample)._net)
        for name, weight in weights_of(before).items():
            assert weights[name].isfinite().all()
            assert not weights[name].equal(weight), name


def test_without_any_negatives_there_is_an_error(uneven: Sequences) -> None:
    with pytest.raises(InputError, match=r"gru4rec.n_sample is 0.*give n_sample of 1 or more"):
        fitted(uneven, n_sample=0, batch_size=1)


def test_a_restored_model_scores_the_same(uneven: Sequences, histories: np.ndarray) -> None:
    model, restored = fitted(uneven), GRU4Rec(dimension=D)
    restored.restore(uneven, model.state())
    np.testing.assert_array_equal(restored.score(np.arange(5), histories), model.score(np.arange(5), histories))


def test_scores_are_those_of_the_hidden_state_run_over_the_whole_history(
    uneven: Sequences, histories: np.ndarray
) -> None:
    model = fitted(uneven)
    weights = weights_of(model._net)
    scores = model.score(np.arange(5), histories)
    assert scores.shape == (5, N_ITEMS + 1)
    for row, history in zip(scores, histories, strict=True):
        hidden = torch.zeros(D, dtype=torch.float64)
        for item in history[history > 0]:
            hidden = literal_gru(weights, weights["item"][item - 1], hidden)
        expected = weights["item"] @ hidden + weights["item_bias"]
        np.testing.assert_allclose(row[1:], expected, rtol=1e-4, atol=1e-6)


def test_padding_on_the_left_changes_nothing(uneven: Sequences, histories: np.ndarray) -> None:
    model = fitted(uneven)
    padded = np.pad(histories, ((0, 0), (9, 0)))
    np.testing.assert_array_equal(model.score(np.arange(5), padded), model.score(np.arange(5), histories))


@pytest.mark.parametrize(("alpha", "weights"), [(0.5, [2, 1, 5, 3]), (0.0, [1, 1, 1, 1])])
def test_samples_are_drawn_by_support_to_the_power_alpha(alpha: float, weights: list[int]) -> None:
    support = np.array([0, 4, 1, 0, 25, 9, 0])
    drawn = GRU4Rec(n_sample=10_000, sample_alpha=alpha)._draw(support, 2, np.random.default_rng(0))
    assert drawn.shape == (2, 10_000)
    rows, counts = np.unique(drawn, return_counts=True)
    assert rows.tolist() == [1, 2, 4, 5]
    assert chisquare(counts, 20_000 * np.array(weights) / sum(weights)).pvalue > 0.001


def one_step(model: GRU4Rec, hidden: torch.Tensor) -> tuple[torch.Tensor, float]:
    """The hidden state after a step of two sessions that go on, and the loss."""
    optimizers = {name: Adagrad(weight, 0.05, 0.0) for name, weight in model._net.named_parameters()}
    step, samples = SessionStep(np.array([2, 5]), np.array([7, 1]), None), np.array([[3, 3, 0, 8]])
    with seeded(0, "cpu"):
        after, loss = model._update([step], samples, hidden, np.zeros(N_ITEMS, dtype=np.float32), optimizers)
    return after, loss.item()


def test_the_hidden_state_is_carried_and_scored_as_dropout_left_it(uneven: Sequences) -> None:
    model = fitted(uneven, epochs=0, dimension=20, dropout_embedding=0.0, dropout_hidden=0.5)
    weights = weights_of(model._net)
    before = torch.randn(2, 20, generator=torch.Generator().manual_seed(0))
    after, loss = one_step(model, before)
    assert not after.requires_grad
    clean = [
        literal_gru(weights, weights["item"][item - 1], h) for item, h in zip([2, 5], before.double(), strict=True)
    ]
    assert set((after / torch.stack(clean)).numpy().round(4).ravel().tolist()) == {0, 2}
    expected = literal_loss(weights, list(after.double()), [7, 1], [4, 4, 1, 9], [0.0] * 6) / model.batch_size
    assert loss == pytest.approx(expected.item())


def test_the_input_is_dropped_out_but_not_the_output(uneven: Sequences) -> None:
    model = fitted(uneven, epochs=0, dimension=20, dropout_embedding=1.0, dropout_hidden=0.0)
    weights = weights_of(model._net)
    before = torch.randn(2, 20, generator=torch.Generator().manual_seed(0))
    after, loss = one_step(model, before)
    without_input = [literal_gru(weights, torch.zeros(20).double(), h) for h in before.double()]
    torch.testing.assert_close(after.double(), torch.stack(without_input), rtol=1e-4, atol=1e-6)
    expected = literal_loss(weights, without_input, [7, 1], [4, 4, 1, 9], [0.0] * 6) / model.batch_size
    assert loss == pytest.approx(expected.item())
