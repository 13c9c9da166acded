"""``seqrec-bench explain``, in this process: from options to output, exit codes and sentences."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.data import Columns, load_file
from seqrec_bench.errors import BenchError, ExitCode
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.experiments.starting import THREAD_VARIABLES
from seqrec_bench.records import Store
from seqrec_bench.rendering.explanations.kept import read_explanation
from seqrec_bench.studies.cells import Cell

CELLS = [
    Cell("am-lstm", "short", 4, 0, {"epochs": 1, "skip_gram_epochs": 1}),
    Cell("markov-chain", "paper", 0, 0),
    Cell("sequential-rules", "paper", 0, 0),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds ratings of 20 users with 6 of 15 items each, and the records of `CELLS` made of them."""
    folder = tmp_path_factory.mktemp("explain")
    rng = np.random.default_rng(0)
    rows = [f"{user},{item},{time}" for user in range(20) for time, item in enumerate(rng.permutation(15)[:6])]
    (folder / "ratings.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    store = Store(folder / "runs")
    data = load_file(folder / "ratings.csv", Columns(), None)
    for cell in CELLS:
        finished = run_cell(cell, setting_under(LOO_FULL, data, "cpu", store), lambda epoch: None)
        store.save(finished.record, finished.weights)
    return folder


@pytest.fixture
def bench(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on these ratings and records."""
    for name in THREAD_VARIABLES:  # what the command sets is put back after the test
        monkeypatch.setenv(name, "1")

    def call(*arguments: str) -> Result:
        data = [] if "--from" in arguments else ["--interactions", str(folder / "ratings.csv")]
        return CliRunner().invoke(app, ["explain", *arguments, "--results", str(folder / "runs"), *data])

    return call


SHORT = ["--dimension", "4", "--variant", "short"]


def test_am_lstm_is_explained_drawn_kept_and_shown_again(bench: Callable[..., Result], tmp_path: Path) -> None:
    shown = bench("--user", "7", *SHORT, "--top", "3", "--out", str(tmp_path / "figure"))
    assert shown.exit_code == 0, shown.output
    for words in (
        "User 7 of ratings",
        "The last 5 of 5",
        "Memory: 20 users",
        "LSTM, memory, fixed, bias",
        "Taken next:",
    ):
        assert words in shown.stdout
    assert (tmp_path / "figure.svg").exists()
    assert str(tmp_path / "figure.png") in shown.stderr
    kept = tmp_path / "kept.json"
    kept.write_text(bench("--user", "7", *SHORT, "--top", "3", "--format", "json").stdout)
    assert len(read_explanation(kept).recommendations) == 3
    assert bench("--from", str(kept)).stdout == shown.stdout


def test_all_users_are_summed_up_and_shown_again_from_a_file(bench: Callable[..., Result], tmp_path: Path) -> None:
    done = bench("--all-users", *SHORT)
    assert done.exit_code == 0, done.output
    assert "| attention and effect" in done.stdout
    assert "am-lstm short at dimension 4 on the 20 test users of ratings" in done.stdout
    kept = tmp_path / "kept.json"
    kept.write_text(bench("--all-users", *SHORT, "--format", "json").stdout)
    assert bench("--from", str(kept)).stdout == done.stdout
    assert "is about all: leave it away" in str(bench("--from", str(kept), "--out", "figure").exception)


@pytest.mark.parametrize(
    ("model", "words"), [("markov-chain", "transitions, popularity"), ("sequential-rules", "due to")]
)
def test_models_that_count_are_explained_without_attention(
    bench: Callable[..., Result], model: str, words: str
) -> None:
    done = bench("--user", "7", "--model", model)
    assert done.exit_code == 0, done.output
    assert words in done.stdout
    assert "Attention" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], ExitCode.BAD_INPUT, "Say what to explain"),
        (["--user", "7", "--all-users"], ExitCode.BAD_INPUT, "Say what to explain"),
        (["--user", "7", "--seeds", "0-1"], ExitCode.BAD_INPUT, "--seeds 0-1 are 2 runs"),
        (["--all-users", "--out", "figure"], ExitCode.BAD_INPUT, "--out draws the attention for one user"),
        (["--user", "7", "--model", "gru4rec"], ExitCode.BAD_INPUT, "gru4rec does not say what its scores rest on"),
        (["--user", "77", *SHORT], ExitCode.BAD_INPUT, "ratings has no user '77' (did you mean '7'?)"),
        (["--user", "7"], ExitCode.CELLS_MISSING, "but of am-lstm there is --variant short --dimension 4 --seeds 0:"),
        (["--user", "7"], ExitCode.CELLS_MISSING, "--dims 100 --seeds 0 --variant paper --interactions /"),
        (
            ["--user", "7", "--model", "markov-chain", "--out", "x"],
            ExitCode.BAD_INPUT,
            "no attention over items to draw",
        ),
        (["--from", __file__], ExitCode.BAD_INPUT, "test_explain.py holds no explanation"),
    ],
)
def test_what_it_can_not_do_it_says(bench: Callable[..., Result], arguments: list[str], code: int, words: str) -> None:
    error = bench(*arguments).exception
    assert words in str(error)
    assert isinstance(error, BenchError)
    assert error.exit_code == code


def test_without_their_file_the_only_records_are_named(folder: Path) -> None:
    done = CliRunner().invoke(app, ["explain", "--user", "7", "--results", str(folder / "runs")])
    assert isinstance(done.exception, BenchError)
    assert str(done.exception) == (
        f"The only records in {folder / 'runs'} are on ratings: give its file with --interactions."
    )
