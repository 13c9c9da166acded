"""That each module measures something, at sizes that show nothing: no time is asserted."""

import pickle
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks import data, evaluation, large_training, user_memory
from benchmarks.growth import draw_growth
from benchmarks.timing import best_of, in_fresh_process, memory_in_use, peak_memory
from seqrec_bench.data import Holdout
from seqrec_bench.recommender import Int64Array
from seqrec_bench.records import Ranks


def test_evaluation_compares_three_on_a_sample_and_two_on_everyone() -> None:
    rows = evaluation.measure_rows(n_interactions=3_000, dimension=4, sample=20, turns=1)
    assert [row[0] for row in rows] == ["bare product", "ours", "one that sorts", "bare product", "ours"]
    assert [row[4] for row in rows if row[0] == "bare product"] == ["1.00", "1.00"]


def test_evaluators_that_disagree_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(scorer: object, holdout: Holdout, users: Int64Array) -> Ranks:
        return Ranks(np.zeros(len(users), dtype=np.int64), np.full(len(users), 2))

    monkeypatch.setattr(evaluation, "rank_by_sorting", wrong)
    with pytest.raises(ArithmeticError, match="disagree"):
        evaluation.measure_rows(n_interactions=3_000, dimension=4, sample=20, turns=1)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Files are measured here, since ten processes cost more than all else: by what could be sent to one, though."""

    def call(function: Callable[..., Any], *arguments: object) -> object:
        function, *arguments = pickle.loads(pickle.dumps((function, *arguments)))  # noqa: S301  # our own
        return pickle.loads(pickle.dumps(function(*arguments)))  # noqa: S301

    monkeypatch.setattr(data, "in_fresh_process", call)
    n_threads = pa.cpu_count()
    yield
    pa.set_cpu_count(n_threads)


@pytest.mark.usefixtures("in_this_process")
def test_data_is_measured_for_all_files_and_drawn(tmp_path: Path) -> None:
    points = data.measure_points((2_000,), turns=1)
    assert [point.suffix for point in points] == ["csv", "parquet", "jsonl", "txt"]
    assert all(point.prepared.array_bytes > 3 * 2_000 * 8 for point in points)
    draw_growth(points, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_a_model_is_trained_for_one_epoch() -> None:
    model, interactions, *_ = large_training.measure_row("fpmc", n_interactions=3_000, dimension=4)
    assert model == "fpmc"
    assert 0 < int(interactions.replace(",", "")) < 3_000


def test_an_epoch_with_a_memory_of_few_users_is_told_from_some_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_memory, "DIMENSION", 4)
    monkeypatch.setattr(user_memory, "N_TARGETS", 40)
    for n_in_memory, shown in ((0, "30"), (5, "5")):
        row = user_memory.measure_row("toy", 30, 12, 1_000, n_in_memory)
        assert row[:4] == ("toy", "30", "12", shown)
        assert re.fullmatch(r"-?\d+", row[4]) and re.fullmatch(r"-?\d+ s", row[5])


def test_functions_take_turns() -> None:
    calls: list[str] = []
    seconds = best_of(2, lambda: calls.append("a"), lambda: calls.append("b"))
    assert calls == ["a", "b", "a", "b"]
    assert len(seconds) == 2


def test_a_fresh_process_gives_its_result_back_and_has_its_own_memory() -> None:
    held = np.ones(50_000_000, dtype=np.int64)
    assert memory_in_use() > held.nbytes
    assert in_fresh_process(peak_memory) < held.nbytes
