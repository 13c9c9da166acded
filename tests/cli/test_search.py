"""The command as a whole, with real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.data import Columns, leave_one_out, load_file
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.experiments.cell import TrialSetting
from seqrec_bench.experiments.search import ModelSearch
from seqrec_bench.records.locks import try_lock
from seqrec_bench.records.search_log import Trial

COMMAND = [sys.executable, "-c", "from seqrec_bench.cli.main import main; main()", "search"]

TINY = """
dimension = 4
seed = 0
trials = 3
[spaces.item-knn]
shrink = [10.0, 1.0]
[spaces.popularity-of-n]
n = [1, 2, 3, 4]
"""

POPULARITY = """
import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass
class Plug:
    n: int = 1
    pause: int = 0

    name: ClassVar[str] = "popularity-of-n"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        if self.n == 3:
            raise ZeroDivisionError("no luck")
        time.sleep(self.pause)
        self._scores = (train.item_counts // self.n).astype(np.float32)

    def score(self, users, histories):
        return np.tile(self._scores, (len(users), 1))
"""


@pytest.fixture
def site(install_plugin: Callable[..., Path]) -> Path:
    """Where a recommender is installed that fails with n = 3."""
    return install_plugin("popularity-of-n", "popularity-of-n", POPULARITY)


@pytest.fixture
def arguments(site: Path, ratings: Path, tmp_path: Path) -> list[str]:
    """A search on these ratings."""
    (tmp_path / "tiny.toml").write_text(TINY)
    logs = str(tmp_path / "logs")
    return [str(tmp_path / "tiny.toml"), "--interactions", str(ratings), "--out", logs, "--jobs", "2"]


def lines(tmp_path: Path, model: str) -> list[dict[str, Any]]:
    path = tmp_path / "logs" / "tiny" / f"{model}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["search", *arguments])


def test_the_command_logs_every_trial_prints_the_best_and_goes_on_where_it_ended(
    arguments: list[str], site: Path, tmp_path: Path
) -> None:
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    assert "item-knn: 2 trials, 0 of them done already; no more than 2 settings are possible, so fewer than 3." in (
        done.stderr
    )
    assert "[5/5 trials, nothing left]\n" in done.stderr
    tried = lines(tmp_path, "popularity-of-n")
    assert [line["trial"] for line in tried] == [1, 2, 3]
    best = max((line for line in tried if line["NDCG@50"] is not None), key=lambda line: line["NDCG@50"])
    header, knn, popularity = (line.split("\t") for line in done.stdout.splitlines())
    assert header == ["model", "trials", "failed", "minutes", "best NDCG@50", "epoch", "trial", "settings"]
    assert knn[:3] == ["item-knn", "2", "0"]
    assert popularity[4:] == [f"{best['NDCG@50']:.4f}", "", str(best["trial"]), f"n={best['settings']['n']}"]
    logs, *commands = done.stderr.splitlines()[-3:]
    assert f"`seqrec-bench trials {tmp_path / 'logs' / 'tiny'}`" in logs
    setting = f"--set popularity-of-n.n={best['settings']['n']}"
    assert commands[1] == (
        f"To run what was chosen: `seqrec-bench run --models popularity-of-n {setting} --variant chosen "
        f"--interactions {arguments[2]}`."
    )
    again = call(*arguments)
    assert again.exit_code == 0, again.output
    assert "popularity-of-n: 3 trials, 3 of them done already." in again.stderr
    assert again.stdout == done.stdout
    assert lines(tmp_path, "popularity-of-n") == tried


def test_a_failed_trial_is_named_and_a_model_without_a_sound_one_ends_in_an_error(
    arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY.replace("[1, 2, 3, 4]", "[3]"))
    done = call(*arguments)
    assert done.exit_code == 7
    assert "popularity-of-n 1/1 (n=3): failed: ZeroDivisionError: no luck (module_of_" in done.stderr
    assert lines(tmp_path, "popularity-of-n")[0]["failure"].startswith("ZeroDivisionError")
    assert len(lines(tmp_path, "item-knn")) == 2


def test_a_search_that_is_interrupted_logs_what_is_done_and_no_failure(
    arguments: list[str], site: Path, tmp_path: Path
) -> None:
    slow = TINY.replace("n = [1, 2, 3, 4]", "pause = [0, 600]")
    (tmp_path / "tiny.toml").write_text(slow)
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--models", "popularity-of-n"],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not lines(tmp_path, "popularity-of-n") and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on from there" in stderr
    assert [line["settings"] for line in lines(tmp_path, "popularity-of-n")] == [{"pause": 0}]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--models", "fpmc"], "--models 'fpmc' must name models of the search tiny: item-knn, popularity-of-n"),
        (["--models", ","], "--models ',' must name models"),
        (["--device", "cdua"], "--device 'cdua' is no device"),
        (["--protocol", "loo-full-seen-v1"], "trained under loo-full-v1, whose settings are chosen there"),
        (["--k-core", "5", "--protocol", "loo-full-seen-v1"], "trained under loo-full-5core-v1, whose settings"),
        (["--k-core", "30"], "The 30-core of ratings is empty"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_run(
    arguments: list[str], tmp_path: Path, more: list[str], message: str
) -> None:
    done = call(*arguments, *more)
    assert isinstance(done.exception, InputError)
    assert message in str(done.exception)
    assert not (tmp_path / "logs").exists()


def test_a_folder_that_cant_be_one_is_refused(arguments: list[str], ratings: Path) -> None:
    done = call(*arguments, "--out", str(ratings))
    assert isinstance(done.exception, InputError)
    assert "Logs can't be written to" in str(done.exception)


def test_optuna_that_is_not_there_is_asked_for(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    done = call(*arguments)
    assert isinstance(done.exception, InputError)
    assert "pip install" in str(done.exception)


def test_a_log_that_another_search_writes_is_left_to_it(arguments: list[str], tmp_path: Path) -> None:
    log = tmp_path / "logs" / "tiny" / "item-knn.jsonl"
    log.parent.mkdir(parents=True)
    other = try_lock(log)
    assert other is not None
    done = call(*arguments)
    other.release()
    assert isinstance(done.exception, InputError)
    assert f"{log} is being written by another search (process {os.getpid()} on " in str(done.exception)
    assert list(log.parent.iterdir()) == []


def test_trials_are_on_the_validation_of_the_protocol_that_is_asked_for_and_logged_with_its_name(
    arguments: list[str], ratings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{user},{(user * 7 + time * 5) % 19},{user + time}" for user in range(40) for time in range(6)]
    ratings.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    settings = []

    def log_a_trial(searches: list[ModelSearch], jobs: int, setting: TrialSetting) -> None:
        settings.append(setting)
        for search in searches:
            search.add(Trial(1, {}, None, None, "none was run", 0.0, {}, []))

    monkeypatch.setattr("seqrec_bench.cli.search._run", log_a_trial)
    call(*arguments, "--protocol", "time-full-v1", "--k-core", "2")
    protocol = find_protocol("time-full-2core-v1")
    data = protocol.arrange(load_file(ratings, Columns(), None))
    assert np.array_equal(settings[0].validation.targets, protocol.hold_out(data).validation.targets)
    assert not np.array_equal(settings[0].validation.targets, leave_one_out(data.sequences).validation.targets)
    done = call(*arguments)
    assert isinstance(done.exception, InputError)
    assert 'was made with protocol "time-full-2core-v1", not "loo-full-v1": move' in str(done.exception)
