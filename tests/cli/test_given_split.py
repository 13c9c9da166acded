"""``--train``, ``--validation`` and ``--test``: every command with a split that files give."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.errors import BenchError
from seqrec_bench.experiments.verification.literal import literal_values, mean
from seqrec_bench.records import Store

Rows = dict[str, list[tuple[str, str, int]]]


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def options(
    given_rows: Callable[..., Rows], write_given: Callable[..., list[str]], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    return write_given(tmp_path_factory.mktemp("data") / "mine", given_rows())


@pytest.fixture(scope="module")
def results(options: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models that only count, and one of them with the seen items among the candidates."""
    folder = tmp_path_factory.mktemp("results")
    done = call("run", "--models", "popularity,item-knn", "--keep-top", "5", *options, "--results", folder)
    assert done.exit_code == 0, done.output
    assert "The split is given: " in done.stderr
    again = ("--protocol", "given-full-seen-v1")
    assert call("run", "--models", "popularity", *again, *options, "--results", folder).exit_code == 0
    return folder


def test_the_records_say_that_the_split_was_given(results: Path) -> None:
    records = Store(results).records()
    assert {(record.key.dataset, record.key.protocol) for record in records} == {
        ("mine", "given-full-v1"),
        ("mine", "given-full-seen-v1"),
    }
    assert all(record.test.users is not None for record in records)


def test_a_table_has_means_over_users_and_says_of_what(results: Path) -> None:
    shown = call("table", "--results", results, "--protocol", "given-full-v1", "--metrics", "NDCG@5,HR@5", "--json")
    assert shown.exit_code == 0, shown.output
    content = json.loads(shown.stdout)
    record = next(record for record in Store(results).records() if record.key.model == "item-knn")
    found = {row["metric"]: row["reproduced"] for row in content["rows"] if row["model"] == "item-knn"}
    for name, value in found.items():
        assert value == pytest.approx(mean(literal_values(record.test, name)), abs=1e-12)
    ranks = record.test
    (note,) = [note for note in content["notes"] if "targets of" in note]
    assert note.startswith(f"{ranks.n_targets} targets of {ranks.n_users} users: a user's figure is the mean over")
    assert "NDCG and MRR are those of single targets" in note
    assert any(f"on the {ranks.n_users} test users" in note for note in content["notes"])


def test_models_are_compared_over_users(results: Path) -> None:
    shown = call("compare", "item-knn", "popularity", "--results", results, "--protocol", "given-full-v1")
    assert shown.exit_code == 0, shown.output
    record = Store(results).records()[0]
    words = " ".join(shown.stdout.split())
    assert f"on the {record.test.n_users} test users of mine" in words
    assert f"{record.test.n_targets} targets of {record.test.n_users} users" in words


def test_verify_finds_all_well_and_names_the_files_where_they_are_not_given(results: Path, options: list[str]) -> None:
    done = call("verify", results, *options)
    assert done.exit_code == 0, done.output
    without = call("verify", results)
    assert without.exit_code == 3
    assert "Name its files with --train, --validation and --test, as `run` was given it" in without.output


def test_a_report_says_of_what_its_figures_are(results: Path, options: list[str], tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    done = call("report", *options, "--results", results, "--format", "md", "--out", out)
    assert done.exit_code == 0, done.output
    ranks = Store(results).records()[0].test
    words = " ".join(out.read_text().split())
    assert f"{ranks.n_targets} targets of {ranks.n_users} users: a user's figure is the mean" in words
    assert "popularity of the target" in words and "protocol given-full-v1" in words


def test_status_knows_what_is_done(results: Path, options: list[str]) -> None:
    shown = call("status", "--models", "popularity,markov-chain", *options, "--results", results, "--json")
    states = {cell["model"]: (cell["state"], cell["protocol"]) for cell in json.loads(shown.stdout)}
    assert states == {"popularity": ("done", "given-full-v1"), "markov-chain": ("missing", "given-full-v1")}


def test_describe_counts_targets_and_users(options: list[str]) -> None:
    shown = call("data", "describe", *options, "--json")
    facts = json.loads(shown.stdout)
    assert facts["protocol"] == "given-full-v1" and facts["name"] == "mine"
    assert facts["n_test_targets"] > facts["n_evaluated_users"] > 0
    assert facts["n_short_users"] == facts["n_users"] - facts["n_evaluated_users"]
    assert facts["n_ambiguous_targets"] == 0
    text = call("data", "describe", *options).stdout
    assert f"test targets\t{facts['n_test_targets']}" in text


def test_an_exported_split_is_read_back_as_the_same(options: list[str], tmp_path: Path) -> None:
    done = call("data", "export", *options, "--split", tmp_path / "split")
    assert done.exit_code == 0, done.output
    facts = json.loads((tmp_path / "split" / "split.json").read_text())
    assert facts["test_targets"] > facts["evaluated_users"]
    again = [f"--{part}={tmp_path / 'split' / f'{part}.csv'}" for part in ("train", "validation", "test")]
    found = json.loads(call("data", "describe", *again, "--json").stdout)
    assert (found["fingerprint"], found["n_test_targets"]) == (facts["fingerprint"], facts["test_targets"])
    samples = next((tmp_path / "split").rglob("*.test_sequences.inter")).read_text().splitlines()[1:]
    lists: dict[str, set[str]] = {}
    for line in samples:
        user, history, *_ = line.split("\t")
        lists.setdefault(user, set()).add(history)
    assert {len(histories) for histories in lists.values()} == {1}  # no test target in another's history


def test_another_systems_scores_are_ranked_target_by_target(results: Path, options: list[str], tmp_path: Path) -> None:
    call("data", "export", *options, "--split", tmp_path / "split")
    lines = (tmp_path / "split" / "items.csv").read_text().splitlines()[1:]
    counts = dict(line.split(",")[:2] for line in lines)
    for part in ("validation", "test"):
        rows = (tmp_path / "split" / f"{part}.csv").read_text().splitlines()[1:]
        users = sorted({row.split(",")[0] for row in rows})
        lines = [f"{user},{item},{counts[item]}" for user in users for item in counts]
        (tmp_path / f"{part}.csv").write_text("user_id,item_id,score\n" + "\n".join(lines) + "\n")
    their = ("--validation", tmp_path / "validation.csv", "--name", "theirs", "--deterministic")
    scored = ("score", tmp_path / "test.csv", *their, *options, "--results", tmp_path / "results", "--fresh")
    refused = call(*scored)  # though others validate than test
    assert isinstance(refused.exception, BenchError) and "order all users' items alike" in str(refused.exception)
    done = call(*scored, "--same-scores")
    assert done.exit_code == 0, done.output
    (record,) = Store(tmp_path / "results").records()
    (expected,) = [
        found
        for found in Store(results).records()
        if (found.key.model, found.key.protocol) == ("popularity", "given-full-v1")
    ]
    assert (record.key.protocol, record.recipe.dataset) == ("given-full-v1", expected.recipe.dataset)
    assert (record.test, record.validation) == (expected.test, expected.validation)


def test_a_study_may_have_a_split_for_data(options: list[str], tmp_path: Path) -> None:
    train, validation, test = options[1::2]
    study = tmp_path / "mine.toml"
    data = f'{{ name = "mine", train = "{train}", validation = "{validation}", test = "{test}" }}'
    rows = "[[rows]]\nmodel = 'popularity'\n[[rows]]\nmodel = 'item-knn'\n"
    study.write_text(f"datasets = [{data}]\nmetrics = ['NDCG@10']\n{rows}")
    done = call("run", "--study", study, "--results", tmp_path / "results")
    assert done.exit_code == 0, done.output
    shown = call("table", "--study", study, "--results", tmp_path / "results")
    assert shown.exit_code == 0, shown.output
    assert "protocol given-full-v1" in " ".join(shown.stdout.split())


WHOLE, SPLIT = '{ name = "a", interactions = "x.csv" }', '{ name = "a", train = "x.csv", test = "y.csv" }'


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('datasets = [{ name = "a", train = "x.csv" }]', "it lacks the key datasets[0].test beside train"),
        (
            'datasets = [{ name = "a", interactions = "x.csv", test = "y.csv" }]',
            "datasets[0] has interactions and test: give all in one file, or a split in several",
        ),
        ('datasets = [{ name = "a" }]', "it lacks the key datasets[0].interactions, or train and test of a split"),
        (f'datasets = [{WHOLE}]\nprotocol = "given-full-v1"', "a is to be split as loo-full-v1 has it"),
        (f'datasets = [{SPLIT}]\nprotocol = "given-full-v1"', "a is to be split as given-test-full-v1 has it"),
        (f'datasets = ["ml-100k", {SPLIT}]', "a is to be split as given-test-full-v1 has it"),
    ],
)
def test_what_is_wrong_in_a_study_is_named(head: str, says: str, tmp_path: Path) -> None:
    study = tmp_path / "mine.toml"
    study.write_text(f"{head}\n[[rows]]\nmodel = 'popularity'\n")
    done = call("run", "--study", study)
    assert isinstance(done.exception, BenchError) and says in str(done.exception)


def test_a_metric_that_is_none_of_single_targets_chooses_nothing(options: list[str], tmp_path: Path) -> None:
    chosen = ("--select", "MAP@10", "--variant", "m", "--dims", "4", "--seeds", "0")
    done = call("run", "--models", "fpmc", *chosen, *options, "--results", tmp_path)
    assert isinstance(done.exception, BenchError) and "name MRR@10" in str(done.exception)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["train"], "--train is a part of a split: give --test too, and --validation where there is one."),
        (["validation", "test"], "--validation and --test are parts of a split: give --train too."),
        (
            ["train", "test", "interactions"],
            "exclude each other: give all interactions in one file, or a split in several",
        ),
        (["train", "test", "dataset"], "The data set ml-100k and --train"),
        (["train", "test", "k-core"], "A given split is taken as it is, and no k-core of it: leave --k-core out."),
        (["train", "test", "protocol"], "loo-full-v1 does not take the split of mine as its files give it"),
        (["train", "same"], "is the same file as training and test"),
    ],
)
def test_options_that_contradict_each_other_are_refused(given: list[str], says: str, options: list[str]) -> None:
    paths = dict(zip(("train", "validation", "test"), options[1::2], strict=True))
    more = {
        "interactions": ["--interactions", paths["train"]],
        "dataset": ["--dataset", "ml-100k"],
        "same": ["--test", paths["train"]],
        "k-core": ["--k-core", "5"],
        "protocol": ["--protocol", "loo-full-v1"],
    }
    words = [word for name in given for word in more.get(name, [f"--{name}", paths.get(name, "")])]
    done = call("run", "--models", "popularity", *words)
    assert isinstance(done.exception, BenchError) and says in str(done.exception), done.output
