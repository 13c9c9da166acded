"""Peers' records, with a stand-in for what runs in their environment."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from benchmarks import peer_runs
from benchmarks.peer_runs import BY_NAME, peer_record
from benchmarks.peer_training import pieces
from seqrec_baselines.training.samples import end_windows
from seqrec_bench.data import Dataset, Interactions, leave_one_out, prepare
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.records import Store


@pytest.fixture(scope="module")
def small() -> Dataset:
    """Its ids do not come in the order of their numbers' digits."""
    sequences = synthetic_sequences(n_users=12, n_items=15, length=6, order=0.5, seed=1)
    users, items = [f"u{user}" for user in sequences.users], [f"i{item}" for item in sequences.items]
    return prepare("small", Interactions.from_rows(users, items, sequences.times), None)


class Peer:
    """Scores each user's items by a formula of both numbers, another at the test."""

    def __init__(self, figure: float | None = None) -> None:
        self.figure = figure
        self.request: dict[str, Any] = {}
        self.sequences: list[list[int]] = []

    def __call__(self, python: Path, script: str, argument: str) -> Any:
        self.request = json.loads(argument)
        lines = Path(self.request["sequences"]).read_text(encoding="utf-8").splitlines()
        self.sequences = [[int(item) for item in line.split()] for line in lines]
        users, items = np.indices((len(self.sequences), max(map(max, self.sequences)) + 1))
        at_validation, at_test = ((users * 7 + items * 5) % 16, (users * 3 + items * 7) % 16)
        np.savez(self.request["scores"], validation=at_validation.astype(np.float32), test=at_test.astype(np.float32))
        figure = self._ndcg(at_validation) if self.figure is None else self.figure
        return {"figures": [0.0, figure], "seconds": {"fit": 3.14159, "fit_cpu": 2.0}}

    def _ndcg(self, scores: np.ndarray[Any, Any]) -> float:
        """Over a random order of equal scores, by the definition: no list here is longer than 50."""
        gains = []
        for row, sequence in zip(scores.tolist(), self.sequences, strict=True):
            others = [row[item] for item in range(1, len(row)) if item not in sequence[:-2]]
            better, tied = (
                sum(map(compare, others)) for compare in (row[sequence[-2]].__lt__, row[sequence[-2]].__eq__)
            )
            gains.append(np.mean([1 / np.log2(place + 1) for place in range(better + 1, better + tied + 1)]))
        return float(np.mean(gains))


def test_a_peers_scores_become_a_record_of_its_name_and_seed(small: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_runs, "answer", peer := Peer())
    run = BY_NAME["recbole-hgn-bpr"]
    record = peer_record(run, 2, small, Path("python"))
    key = record.key
    assert (key.dataset, key.model, key.variant, key.dimension, key.seed) == ("small", run.name, "scored", 0, 2)
    assert not record.deterministic
    assert record.seconds == {"fit": 3.142, "fit_cpu": 2.0, "score": record.seconds["score"]}
    told = record.environment["peer"]
    assert (told["model"], told["settings"], len(told["figures"])) == ("HGN", run.settings, 2)
    assert "recbole==1.2.1" in told["requirements"]
    assert peer.request["seed"] == 2
    offsets, items = small.sequences.offsets, small.sequences.items
    assert peer.sequences == [items[start:end].tolist() for start, end in pairwise(offsets)]
    test = leave_one_out(small.sequences).test
    for row, (user, target) in enumerate(zip(test.users.tolist(), test.targets.tolist(), strict=True)):
        scores = {item: (user * 3 + item * 7) % 16 for item in range(1, 16) if item not in peer.sequences[user][:-1]}
        assert record.test.better[row] == sum(score > scores[target] for score in scores.values())
    assert metric(record.validation, "NDCG@50").mean() == pytest.approx(told["figures"][-1])


def test_scores_that_are_not_what_the_peer_has_told_of_are_an_error(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_runs, "answer", Peer(figure=0.5))
    with pytest.raises(ArithmeticError, match=r"at the validation, and its peer 0\.5"):
        peer_record(BY_NAME["recbole-hgn-bpr"], 0, small, Path("python"))


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_the_pieces_that_a_peer_is_given_are_those_that_ours_is_trained_on(small: Dataset, length: int) -> None:
    sequences = small.sequences
    rows = [sequences.items[start:end].tolist() for start, end in pairwise(sequences.offsets)]
    expected = [
        [*inputs[inputs > 0].tolist(), targets[targets > 0][-1]]
        for batch in end_windows(sequences, length, 5, np.random.default_rng(0))
        for inputs, targets in zip(batch.inputs, batch.targets, strict=True)
    ]
    assert sorted(piece for row in rows for piece in pieces(row, length)) == sorted(expected)


def test_seeds_that_are_recorded_are_not_run_again(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = Peer()
    monkeypatch.setattr(peer_runs, "answer", peer)
    monkeypatch.setattr(peer_runs, "peers_python", lambda *_: Path("python"))
    monkeypatch.setattr(peer_runs, "load_named", lambda _: small)
    for seeds, told in (("1", "1 of 1"), ("0-2", "2 of 3"), ("0-2", "0 of 3")):
        peer_runs.main(["recbole-hgn-ce"], small.name, seeds, tmp_path, None)
        assert f"recbole-hgn-ce: {told} seeds to run." in capsys.readouterr().err
    assert peer.request["seed"] == 2
    assert [record.key.seed for record in Store(tmp_path).records()] == [0, 1, 2]


def test_what_can_not_be_read_or_kept_is_refused_before_a_peer_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as refused:
        peer_runs.main(["recbole-hgn-bpr"], dataset="nope", results=tmp_path)
    assert refused.value.exit_code == ExitCode.BAD_INPUT
    monkeypatch.setattr(peer_runs, "load_named", lambda name: small)
    (tmp_path / "file").touch()
    with pytest.raises(typer.Exit) as refused:
        peer_runs.main(["recbole-hgn-bpr"], results=tmp_path / "file" / "runs")
    assert refused.value.exit_code == ExitCode.BAD_INPUT
    assert capsys.readouterr().err.count("Error: ") == 2
