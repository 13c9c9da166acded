"""``--protocol`` and ``--k-core``: of `run`, and of the commands that read what it has stored."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.data import Columns, load_file
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.records import Store
from seqrec_bench.studies.cells import Cell

CORE = "time-full-3core-v1"


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A csv of 30 users with 8 of 20 items each at overlapping times, and one user with a single item of its own."""
    rng = np.random.default_rng(0)
    rows = [f"{user},{item},{user + 3 * place}" for user in range(30) for place, item in enumerate(rng.choice(20, 8))]
    path = tmp_path_factory.mktemp("protocols") / "ratings.csv"
    path.write_text("user_id,item_id,timestamp\n" + "\n".join([*rows, "rare,rare,9"]) + "\n")
    return path


@pytest.fixture(scope="module")
def runs(ratings: Path) -> Path:
    """The records of two models under the time split of the 3-core, which `run` finds done."""
    store = Store(ratings.parent / "runs")
    setting = setting_under(CORE, load_file(ratings, Columns(), None), "cpu", store)
    for model in ("popularity", "markov-chain"):
        store.save(run_cell(Cell(model, "paper", 0, 0, {}, CORE), setting, lambda epoch: None).record)
    models = ("--models", "popularity,markov-chain", "--protocol", "time-full-v1", "--k-core", "3")
    done = call("run", "--interactions", ratings, *models, "--results", store.root)
    assert "To run: 0 cells; done already: 2 cells." in done.stderr
    return store.root


def test_records_stand_under_the_protocols_own_name_and_data(ratings: Path, runs: Path) -> None:
    data = load_file(ratings, Columns(), None)
    protocol = find_protocol(CORE)
    arranged = protocol.arrange(data)
    for record in Store(runs).records():
        assert (record.key.dataset, record.key.protocol) == ("ratings", CORE)
        assert record.recipe.dataset.fingerprint == arranged.fingerprint != data.fingerprint
        assert len(record.test.better) == len(protocol.hold_out(arranged).test.users)


def test_table_and_compare_show_them_where_the_protocol_is_named(runs: Path) -> None:
    under = ("--dataset", "ratings", "--protocol", CORE, "--results", runs)
    table, compared = call("table", *under), call("compare", "markov-chain", "popularity", *under)
    assert (table.exit_code, compared.exit_code) == (0, 0)
    assert f"protocol {CORE}." in " ".join(table.stdout.split())
    assert f"of ratings under {CORE}" in " ".join(compared.stdout.split())


@pytest.mark.parametrize("command", [["table"], ["compare", "markov-chain", "popularity"]])
def test_whoever_leaves_it_out_is_told_where_records_are(command: list[str], runs: Path) -> None:
    done = call(*command, "--dataset", "ratings", "--results", runs)
    assert isinstance(done.exception, MissingCellsError)
    assert f"ratings under loo-full-v1 (there are records on ratings under {CORE})" in str(done.exception)


def test_the_papers_figures_never_stand_beside_records_of_another_protocol() -> None:
    results = Path(__file__).parents[2] / "results"
    shown = call("table", "--protocol", "time-full-v1", "--results", results)
    assert shown.exit_code == 0
    assert "AM-LSTM" not in shown.stdout  # the paper's label
    assert "Reported" not in shown.stdout
    assert "am-lstm" in shown.stdout or "sequential-rules" in shown.stdout


def test_a_reference_under_another_protocol_can_be_held_against(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs, tmp_path / "good")
    against = ("check", "--against", tmp_path / "good", "--dataset", "ratings", "--results", runs)
    assert call(*against, "--protocol", CORE).exit_code == 0
    assert isinstance(call(*against).exception, InputError)
    assert isinstance(call("check", "--protocol", CORE, "--results", runs).exception, InputError)


def test_studies_name_their_protocols_themselves(ratings: Path) -> None:
    done = call("run", "--study", "audit", "--k-core", "5", "--interactions", ratings)
    assert isinstance(done.exception, InputError)
    assert "--protocol and --k-core don't go with --study" in str(done.exception)


def test_the_facts_are_those_of_the_protocols_data(ratings: Path) -> None:
    lines = call("data", "describe", "--interactions", ratings, "--k-core", "3").stdout.splitlines()
    facts = dict(line.split("\t", 1) for line in lines)
    assert (facts["protocol"], facts["users"], facts["items"]) == ("loo-full-3core-v1", "30", "20")
