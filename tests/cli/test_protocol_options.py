"""``--protocol``, ``--k-core``, ``--negatives``: of `run`, and of the commands that read what it has stored."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.data import Columns, load_file
from seqrec_bench.data.negatives import read_negatives
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
    assert "--protocol, --k-core and --negatives don't go with --study" in str(done.exception)


def test_the_facts_are_those_of_the_protocols_data(ratings: Path) -> None:
    lines = call("data", "describe", "--interactions", ratings, "--k-core", "3").stdout.splitlines()
    facts = dict(line.split("\t", 1) for line in lines)
    assert (facts["protocol"], facts["users"], facts["items"]) == ("loo-full-3core-v1", "30", "20")


@pytest.fixture(scope="module")
def sample(ratings: Path) -> Path:
    """Three items for each user, none of which is a target."""
    split = find_protocol("loo-full-v1").hold_out(data := load_file(ratings, Columns(), None))
    lines = []
    for user, *targets in zip(split.test.users, split.validation.targets, split.test.targets, strict=True):
        others = [item for item in range(1, 21) if item not in targets][:3]
        lines.append(" ".join([data.user_ids[user], *data.item_ids[others]]))
    path = ratings.parent / "ratings_sample.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def among(sample: Path) -> str:
    return f"loo-negatives-{read_negatives(sample).digest}-v1"


@pytest.fixture(scope="module")
def sampled(ratings: Path, sample: Path, among: str) -> Path:
    """The record of a model under the protocol of the negatives, which `run` finds done."""
    store = Store(ratings.parent / "sampled")
    data = replace(load_file(ratings, Columns(), None), negatives=read_negatives(sample))
    setting = setting_under(among, data, "cpu", store)
    store.save(run_cell(Cell("popularity", "paper", 0, 0, {}, among), setting, lambda epoch: None).record)
    for options in (("--negatives", sample), ("--negatives", sample, "--protocol", among)):
        models = ("--models", "popularity", "--interactions", ratings)
        done = call("run", *models, *options, "--results", store.root)
        assert "To run: 0 cells; done already: 1 cell." in done.stderr
    return store.root


def test_given_negatives_rank_every_target_among_them(ratings: Path, sampled: Path, among: str) -> None:
    (record,) = Store(sampled).records()
    assert record.key.protocol == among
    assert set((record.test.better + record.test.tied).tolist()) <= {1, 2, 3, 4}
    assert record.recipe.dataset.fingerprint == load_file(ratings, Columns(), None).fingerprint


def test_a_study_names_its_file_of_negatives(ratings: Path, sample: Path, sampled: Path, among: str) -> None:
    study = ratings.parent / "mine.toml"
    data = f'name = "ratings"\ninteractions = "{ratings.name}"\n'
    text = (
        f'protocol = "{among}"\nnegatives = "{sample.name}"\nrows = [{{ model = "popularity" }}]\n[[datasets]]\n{data}'
    )
    study.write_text(text)
    done = call("run", "--study", study, "--results", sampled)
    assert "To run: 0 cells; done already: 1 cell." in done.stderr
    study.write_text(text.replace(sample.name, "gone.txt"))
    assert "gone.txt does not exist: give a file" in str(call("run", "--study", study, "--results", sampled).exception)
    table = call("table", "--study", study, "--results", sampled)
    assert (table.exit_code, "popularity" in table.stdout) == (0, True)


def test_what_only_shows_records_needs_the_name_alone(ratings: Path, sampled: Path, among: str) -> None:
    under = ("--protocol", among, "--results", sampled)
    assert f"protocol {among}." in " ".join(call("table", "--dataset", "ratings", *under).stdout.split())
    status = call("status", "--models", "popularity", "--interactions", ratings, *under)
    assert status.stdout.splitlines()[-1].split("\t") == ["all", "1", "", "", "", "1"]
    page = sampled.parent / "report.html"
    assert call("report", "--interactions", ratings, "--out", page, *under).exit_code == 0
    assert "By length of history" in page.read_text()


def test_what_arranges_data_asks_for_the_file_before_anything_is_run(
    ratings: Path, sample: Path, among: str, tmp_path: Path
) -> None:
    (other := tmp_path / "other.txt").write_text("1 2\n")
    results = ("--interactions", ratings, "--protocol", among)
    commands = [
        ("run", "--models", "popularity", "--results", tmp_path / "runs"),
        ("data", "describe"),
        ("data", "export", "--split", tmp_path / "split"),
    ]
    for command in commands:
        without, wrong = call(*command, *results), call(*command, *results, "--negatives", other)
        assert isinstance(without.exception, InputError) and isinstance(wrong.exception, InputError)
        assert f"The protocol {among} ranks targets among the negatives of a file: name it" in str(without.exception)
        assert "does not rank targets against the negatives of" in str(wrong.exception)
        assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").rglob("*.json"))


def test_another_systems_lists_are_ranked_among_the_negatives(
    ratings: Path, sample: Path, among: str, tmp_path: Path
) -> None:
    """Whatever else they have above the target."""
    split = find_protocol("loo-full-v1").hold_out(data := load_file(ratings, Columns(), None))
    named = {line.split()[0]: line.split()[1:] for line in sample.read_text().splitlines()}
    for part, holdout in (("validation", split.validation), ("test", split.test)):
        rows = ["user_id,item_id,rank"]
        for user, target in zip(data.user_ids[holdout.users], data.item_ids[holdout.targets], strict=True):
            others = [item for item in data.item_ids[1:] if item not in (*named[user], target)]
            listed = [named[user][0], *others, target, *named[user][1:]]
            rows += [f"{user},{item},{rank}" for rank, item in enumerate(listed, start=1)]
        (tmp_path / f"{part}.csv").write_text("\n".join(rows) + "\n")
    files = (tmp_path / "test.csv", "--validation", tmp_path / "validation.csv", "--name", "theirs", "--deterministic")
    done = call("score", *files, "--interactions", ratings, "--negatives", sample, "--results", tmp_path / "runs")
    assert done.exit_code == 0, done.exception
    (record,) = Store(tmp_path / "runs").records()
    assert record.key.protocol == among
    assert {*record.test.better.tolist(), *record.validation.better.tolist(), *record.test.tied.tolist()} == {1}


def test_verify_takes_the_file_and_says_where_it_lacks(ratings: Path, sample: Path, sampled: Path, among: str) -> None:
    command = ("verify", sampled, "--interactions", ratings)
    without, done = call(*command), call(*command, "--negatives", sample, "--jobs", "1")
    assert without.exit_code == 3
    assert "Neither ranks nor fingerprints of the 1 records on ratings were checked." in " ".join(
        without.stdout.split()
    )
    assert done.exit_code == 0, done.stdout


def test_a_split_is_exported_with_what_its_scores_are_ranked_by(
    ratings: Path, sample: Path, among: str, tmp_path: Path
) -> None:
    options = ("--interactions", ratings, "--negatives", sample, "--k-core", "2")
    assert call("data", "export", "--split", tmp_path / "split", *options).exit_code == 0
    text = (tmp_path / "split" / "README.md").read_text()
    name = f"{among.removesuffix('-v1')}-2core-v1"
    assert f"--protocol {name} --negatives {sample}" in text
    assert "Each target is ranked among the items that the file of negatives has for its user." in text


def test_where_0_counts_the_order_of_scores_is_not_enough(ratings: Path, tmp_path: Path) -> None:
    zeroed = ("--interactions", ratings, "--protocol", "loo-full-zeroed-5core-v1")
    scores = ("score", "test.csv", "--validation", "validation.csv", "--name", "theirs")
    for command in (scores, ("data", "export", "--split", tmp_path / "split")):
        done = call(*command, *zeroed)
        assert isinstance(done.exception, InputError)
        assert "of another system's scores only the order is kept" in str(done.exception)
        assert str(done.exception).endswith("such as loo-full-seen-5core-v1.")
