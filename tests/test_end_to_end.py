"""The whole line as a user has it: real processes, real files, and once the real MovieLens 100K."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from benchmarks.soak.bench import group_lives
from seqrec_bench.cli.main import app
from seqrec_bench.data import Dataset, leave_one_out
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import build
from seqrec_bench.recommender import Restorable
from seqrec_bench.records import Record, Store

COMMAND = str(Path(sys.executable).with_name("seqrec-bench"))

LAST_BUT_ONE = """
import sys
import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass
class Plug:
    '''Recommends what is numbered next after the last item; waits before it learns anything.'''

    pause: float = 0.0

    name: ClassVar[str] = "next-number"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = True
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        assert "torch" not in sys.modules, "who only counts does not wait for torch"
        time.sleep(self.pause)
        self._n_items = train.n_items

    def score(self, users, histories):
        return -np.abs(np.arange(self._n_items + 1) - histories[:, -1:] - 1).astype(np.float32)
"""


@pytest.fixture
def bench(tmp_path: Path, install_plugin: Callable[..., Path]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Calls the installed command in an empty directory, where a third party's recommender is installed too."""
    site = install_plugin("third-party", "next-number", LAST_BUT_ONE)
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "80"}

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [COMMAND, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return call


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """25 users who each watch the items 1, 2, 3, ... from some item on, in a tab-separated file."""
    rows = [f"{user}\t{user % 9 + step + 1}\t{step}" for user in range(25) for step in range(8)]
    path = tmp_path / "own.tsv"
    path.write_text("user\titem\ttime\n" + "\n".join(rows) + "\n")
    return path


def test_a_third_partys_model_on_ones_own_file(
    bench: Callable[..., subprocess.CompletedProcess[str]], ratings: Path, tmp_path: Path
) -> None:
    done = bench("run", "--interactions", ratings.name, "--models", "next-number,popularity")
    assert done.returncode == 0, done.stderr
    assert "Finished: 2 cells, with records in runs." in done.stderr
    records = {record.key.model: record for record in Store(tmp_path / "runs").records()}
    assert records["next-number"].test.better.tolist() == [0] * 25
    assert metric(records["popularity"].test, "HR@1").mean() < 0.5
    assert records["next-number"].environment["recommender"] == "third-party 1.0"
    path = tmp_path / "runs" / "own" / "loo-full-v1" / "next-number" / "paper-d0-s0.json"
    assert json.loads(path.read_text())["dataset"]["name"] == "own"


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As a cell's process has: the number of threads may change how a sum is rounded."""
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


def assert_restored_ranks_are_the_records(record: Record, store: Store, dataset: Dataset) -> None:
    settings = {name: value for name, value in record.recipe.hyperparameters.items() if name != "dimension"}
    restored, split = build(record.key.model, record.key.dimension, settings), leave_one_out(dataset.sequences)
    assert isinstance(restored, Restorable)
    restored.restore(split.train, store.load_weights(record))
    assert rank_targets(restored, split.validation) == record.validation
    assert rank_targets(restored, split.test) == record.test


def processes_end(group: int) -> bool:
    """Whether no process of the group is left; Python's own tracker of resources takes a moment to follow."""
    for _ in range(500):
        if not group_lives(group):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_the_run_ends_all_of_it_and_keeps_what_is_done(
    bench: Callable[..., subprocess.CompletedProcess[str]],
    ratings: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: signal.Signals,
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["run", "--interactions", ratings.name, "--models", "next-number", "--variant", "slow"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = CliRunner().invoke(app, ["run", "--interactions", ratings.name, "--models", "popularity"])
    assert done.exit_code == 0, done.output
    process = subprocess.Popen(
        [COMMAND, *arguments, "--set", "next-number.pause=600"],
        cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(ending, signal.SIG_DFL),  # what is ignored, as under nohup, stays ignored
    )  # fmt: skip
    assert process.stderr is not None
    while "started" not in process.stderr.readline():
        assert process.poll() is None
    if ending == signal.SIGINT:
        os.killpg(process.pid, ending)  # as a terminal does it
    else:
        process.send_signal(ending)
    stderr = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Stopped: 0 of 1 cells are done, with records in runs; the same command goes on from there." in stderr
    assert "Traceback" not in stderr
    assert [record.key.model for record in Store(tmp_path / "runs").records()] == ["popularity"]
    assert processes_end(process.pid)


@pytest.mark.usefixtures("one_thread")
def test_all_models_on_the_real_data(
    bench: Callable[..., subprocess.CompletedProcess[str]], ml_100k: Dataset, tmp_path: Path
) -> None:
    """An epoch or a few at a small dimension: enough to see that the parts fit, and that each model beats chance."""
    trained = ["am-lstm", "caser", "fpmc", "gru4rec"]
    epochs = {"am-lstm": 1, "caser": 1, "fpmc": 5, "gru4rec": 1}
    few = [part for model in trained for part in ("--set", f"{model}.epochs={epochs[model]}")]
    quick = (
        "am-lstm.skip_gram_epochs=1", "am-lstm.batch_size=1024", "am-lstm.learning_rate=0.005",
        "gru4rec.batch_size=256", "caser.learning_rate=0.01", "caser.horizontal_filters=4",
    )  # fmt: skip
    cheap = [part for setting in quick for part in ("--set", setting)]
    done = bench(
        "run", "--models", ",".join(trained), "--dims", "16", "--seeds", "0", "--variant", "quick", *few, *cheap
    )
    assert done.returncode == 0, done.stderr
    records = Store(tmp_path / "runs").records()
    assert [record.key.model for record in records] == trained
    for record in records:
        assert record.recipe.dataset.fingerprint == ml_100k.fingerprint
        assert record.test.better.shape == (943,)
        assert len(record.curve) == epochs[record.key.model]
        assert metric(record.test, "HR@50").mean() > 2 * 50 / 1682
        if record.weights:
            assert_restored_ranks_are_the_records(record, Store(tmp_path / "runs"), ml_100k)
    assert "fpmc" in {record.key.model for record in records if record.weights}
    table = bench("table")
    assert table.returncode == 3
    assert "AM-LSTM" in table.stdout
    assert "Cells are missing" in table.stderr
