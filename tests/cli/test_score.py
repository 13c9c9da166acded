"""``data export`` and ``score``: a round trip by way of another system."""

import csv
import json
import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.data import Dataset, Holdout, leave_one_out
from seqrec_bench.errors import BenchError, InputError, UnreadableError
from seqrec_bench.evaluation.ranking import Top, latest_items, rank_and_list
from seqrec_bench.evaluation.registry import build
from seqrec_bench.recommender import Recommender
from seqrec_bench.records import CellKey, Store

COMMITTED = Path(__file__).parents[2] / "results"


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def write_scores(path: Path, model: Recommender, data: Dataset, holdout: Holdout) -> None:
    """All scores but those of 0, as another system might write them: in no order, as parquet."""
    import pyarrow as pa
    from pyarrow import parquet

    scores = model.score(holdout.users, latest_items(holdout.history, holdout.users, None))
    rows, items = np.nonzero(scores[:, 1:])
    order = np.random.default_rng(0).permutation(len(rows))
    rows, items = rows[order], items[order] + 1
    columns = {
        "user_id": data.user_ids.astype(np.int64)[holdout.users[rows]],
        "item_id": np.append(0, data.item_ids[1:].astype(np.int64))[items],
        "score": scores[rows, items],
    }
    parquet.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), path)


def test_scores_of_item_knn_get_the_ranks_of_its_record(ml_100k: Dataset, tmp_path: Path) -> None:
    split, model = leave_one_out(ml_100k.sequences), build("item-knn", 0, {})
    model.fit(split.train, None)  # type: ignore[arg-type]
    files = {name: tmp_path / f"{name}.parquet" for name in ("validation", "test")}
    write_scores(files["validation"], model, ml_100k, split.validation)
    write_scores(files["test"], model, ml_100k, split.test)
    named = ("--validation", files["validation"], "--name", "their-knn", "--deterministic", "--results", tmp_path)
    named += ("--keep-top", "10")
    done = call("score", files["test"], *named)
    assert done.exit_code == 0, done.output
    (record,) = Store(tmp_path).records()
    expected = Store(COMMITTED).load(CellKey("ml-100k", "loo-full-v1", "item-knn", "paper", 0, 0))
    assert expected is not None
    assert (record.validation, record.test) == (expected.validation, expected.test)
    assert (str(record.key), record.deterministic) == ("their-knn scored-d0-s0", True)
    assert record.recipe.dataset == expected.recipe.dataset
    assert record.top is not None
    _, lists = rank_and_list(model, split.test, Top(10, 0))
    np.testing.assert_array_equal(record.top.read().items, lists)
    assert record.environment["recommender"] is None
    assert record.environment["scored_from"]["test"]["file"] == "test.parquet"


@pytest.fixture
def exported(ratings: Path, tmp_path: Path) -> Path:
    """The split of those ratings, with ranked lists of 5 items beside it."""
    done = call("data", "export", "--interactions", ratings, "--split", tmp_path / "split")
    assert done.exit_code == 0, done.output
    assert str(tmp_path / "split" / "train.csv") in done.stdout.split()
    for shift, part in enumerate(("validation", "test")):
        lists = [f"{user},{(user + shift + rank) % 15},{rank}" for user in range(20) for rank in range(1, 6)]
        (tmp_path / f"{part}.csv").write_text("user_id,item_id,rank\n" + "\n".join(lists) + "\n")
    return tmp_path


def test_ranked_lists_on_ones_own_data_stand_beside_a_model_that_was_run(exported: Path, ratings: Path) -> None:
    own = ("--interactions", ratings, "--results", exported / "runs")
    assert json.loads((exported / "split" / "split.json").read_text())["terms"] == "These data are your own."
    for seed in ("0", "1", "2"):
        lists = (exported / "test.csv", "--validation", exported / "validation.csv", "--name", "their-system")
        done = call("score", *lists, "--seed", seed, *own)
        assert "A verdict takes runs of 3 seeds" in done.stderr
        assert f"Stored the record of their-system scored-d0-s{seed}, as " in done.stderr
    assert "Replaced the record" in call("score", *lists, "--seed", "2", *own).stderr
    for record in Store(exported / "runs").records():
        assert record.test.tied.max() > 1  # a target beyond the list is tied with all others there
    assert call("score", exported / "test.csv", "--validation", exported / "validation.csv", "--name", "other",
                "--deterministic", *own).exit_code == 0  # fmt: skip
    compared = call("compare", "their-system", "other", "--dataset", "ratings", "--results", exported / "runs")
    assert compared.exit_code == 0, compared.output
    assert "too few users differ" in compared.stdout
    assert "no user differs, so there is nothing to test." in " ".join(compared.stdout.split())
    assert "their-system, scored" in call("table", "--dataset", "ratings", "--results", exported / "runs").stdout


def test_scores_on_other_data_replace_no_record_unasked(exported: Path, ratings: Path) -> None:
    lists = ("score", exported / "test.csv", "--validation", exported / "validation.csv", "--name", "their-system")
    own = ("--interactions", ratings, "--results", exported / "runs")
    assert call(*lists, *own).exit_code == 0
    ratings.write_text("\n".join(ratings.read_text().splitlines()[:-1]) + "\n")
    (path,) = (exported / "runs").rglob("*.json")
    before = path.read_bytes()
    refusal = call(*lists, *own).exception
    assert isinstance(refusal, InputError)
    assert str(refusal).startswith(f"{path} was made on other data: keep it by calling these data something else with")
    assert "--data-name NAME" in str(refusal)
    beside = call(*lists[:-1], "another-system", *own).exception
    assert isinstance(beside, InputError)
    assert str(beside).startswith(f"{path} was made on other data: keep it by calling these data something else with")
    assert str(beside).endswith("--data-name NAME, or name another directory with --results.")  # nothing is replaced
    assert call(*lists, *own, "--data-name", "later").exit_code == 0
    assert path.read_bytes() == before
    assert call(*lists, *own, "--fresh").exit_code == 0
    assert path.read_bytes() != before
    path.unlink()
    path.symlink_to("nothing")
    for fresh in ([], ["--fresh"]):
        assert isinstance(call(*lists, *own, *fresh).exception, UnreadableError)
    assert path.is_symlink()


def test_the_command_in_the_splits_own_readme_works(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(exported)
    for part in ("validation", "test"):
        (exported / f"{part}.csv").rename(f"{part}-scores.csv")
    (command,) = re.findall(r"^seqrec-bench (score .*)$", (exported / "split" / "README.md").read_text(), re.MULTILINE)
    done = call(*shlex.split(command), "--deterministic")
    assert done.exit_code == 0, done.output
    assert "Stored the record of their-system scored-d0-s0, as runs/ratings/loo-full-v1/" in done.stderr


def write_lists(folder: Path, items: Callable[[int], Sequence[int]], n_users: int = 20) -> tuple[str | Path, ...]:
    """The same ranked lists for both parts, and the arguments that name them."""
    lists = [f"{user},{item},{rank}" for user in range(n_users) for rank, item in enumerate(items(user))]
    for part in ("validation", "test"):
        (folder / f"{part}.csv").write_text("user_id,item_id,rank\n" + "\n".join(lists) + "\n")
    files = (folder / "test.csv", "--validation", folder / "validation.csv")
    return ("score", *files, "--name", "their-system", "--same-scores", "--results", folder / "runs")


@pytest.mark.parametrize("length", [1, 15])
def test_targets_without_a_score_are_counted_at_the_validation_and_only_lengths_told_of_the_test(
    exported: Path, ratings: Path, length: int
) -> None:
    done = call(*write_lists(exported, lambda user: range(length)), "--interactions", ratings)
    with (exported / "split" / "validation.csv").open() as file:
        n_without = sum(int(row["item_id"]) >= length for row in csv.DictReader(file))
    assert f"Validation: {n_without} of 20 targets have no score, and share the last places.\n" in done.stderr
    beside = 10 if length == 15 else 0
    assert f"Test: {beside} items or more beside a user's history have a score, " in done.stderr
    assert (
        "Warning: 20 of 20 users at the validation and 20 of 20 users at the test have fewer than 50 items beside a "
        "user's history with a score, so figures are mostly chance: give longer lists.\n" in done.stderr
    ) == (length == 1)


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """A csv of 10 users with 5 of 80 items each: user u has the items u to u + 4, and all items are there."""
    rows = [f"{user},{user + place},{place}" for user in range(10) for place in range(5)]
    rows += [f"other,{item},{item}" for item in range(80)]
    path = tmp_path / "wide.csv"
    path.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize(
    ("lengths", "options", "warning"),
    [
        # 50 unseen items are enough, whether the target is one of them or not
        (lambda user: 50, (), None),
        (lambda user: 49, (), "10 of 11 users at the validation and 10 of 11 users at the test have fewer than 50 "
         "items beside a user's history with a score, so figures up to HR@49 and NDCG@49 are exact, and those beyond "
         "are mostly chance: give longer lists."),
        (lambda user: 10 if user == 3 else 60, (), "1 of 11 users at the validation and 1 of 11 users at the test have "
         "fewer than 50 items beside a user's history with a score, so figures up to HR@10 and NDCG@10 are exact, and "
         "those beyond are partly chance: give longer lists."),
        (lambda user: 50, ("--keep-top", "60"), "10 of 11 users at the test have fewer than 60 items beside a user's "
         "history with a score, so figures up to HR@50"),
        (lambda user: 50, ("--protocol", "loo-full-seen-v1"), None),
        (lambda user: 49, ("--protocol", "loo-full-seen-v1"), "fewer than 50 items with a score, so figures up to "),
        (lambda user: 40, ("--protocol", "loo-uniform100-v1"), "fewer than 50 items of each sample with a score"),
        # what has no score is one item, so that its place is known
        (lambda user: 74, ("--protocol", "loo-uniform100-v1"), None),
    ],
)  # fmt: skip
def test_lists_are_long_enough_where_each_user_has_as_many_unseen_items_as_the_greatest_cut_off(
    lengths: Callable[[int], int], options: Sequence[str], warning: str | None, wide: Path
) -> None:
    def unseen(user: int) -> list[int]:
        """Of the first ten users so many, the nearest below their own items first; the last user, `other`, has all."""
        return [item for item in range(80) if not user <= item < user + 5][: lengths(user)]

    command = write_lists(wide.parent, unseen, n_users=10)
    for part in ("validation", "test"):
        with (wide.parent / f"{part}.csv").open("a") as file:
            file.writelines(f"other,{item},{item}\n" for item in range(80))
    done = call(*command, "--interactions", wide, *options)
    assert done.exit_code == 0, done.output
    assert ("Warning: " in done.stderr) == (warning is not None)
    assert (warning or "") in done.stderr


def test_of_several_targets_the_others_may_be_in_the_list_and_are_not_ranked_against(tmp_path: Path) -> None:
    header = "user_id,item_id,timestamp\n"
    (tmp_path / "train.csv").write_text(
        header + "".join(f"{user},{item},{item}\n" for user in "uv" for item in range(80))
    )
    (tmp_path / "valid.csv").write_text(header + "u,80,100\nv,80,100\n")
    (tmp_path / "test.csv").write_text(header + "u,81,101\nu,82,101\nu,83,101\nv,81,101\n")
    more = "".join(f"w,{item},{item}\n" for item in range(81, 170))
    (tmp_path / "train.csv").write_text((tmp_path / "train.csv").read_text() + more)
    for part, first in (("validation", 80), ("list", 81)):
        rows = [f"{user},{item},{item}" for user in "uv" for item in range(first, first + 51)]
        (tmp_path / f"{part}-scores.csv").write_text("user_id,item_id,rank\n" + "\n".join(rows) + "\n")
    given = [
        f"--{part}-file={tmp_path / name}.csv"
        for part, name in (("train", "train"), ("validation", "valid"), ("test", "test"))
    ]
    files = ("score", tmp_path / "list-scores.csv", "--validation", tmp_path / "validation-scores.csv")
    done = call(*files, *given, "--name", "their-system", "--results", tmp_path / "runs")
    assert done.exit_code == 0, done.output
    assert "Test: 51 items or more beside a user's history have a score" in done.stderr
    assert (
        "Warning: 1 of 2 users at the test have fewer than 50 items beside a user's history with a score, so figures "
        "up to HR@49 and NDCG@49 are exact, and those beyond are partly chance" in done.stderr
    )


def test_one_file_for_both_is_refused_under_any_name_unless_it_is_said(exported: Path, ratings: Path) -> None:
    test, own = (
        exported / "test.csv",
        ("--name", "their-system", "--interactions", ratings, "--results", exported / "runs"),
    )
    (exported / "copy.tsv").write_text(test.read_text().replace(",", "\t"))
    rows = test.read_text().splitlines()
    (exported / "other-order.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n")
    for name in ("test.csv", "copy.tsv", "other-order.csv"):
        refusal = call("score", test, "--validation", exported / name, *own).exception
        assert isinstance(refusal, InputError)
        assert f"{exported / name} and {test} order all users' items alike" in str(refusal)
    assert not (exported / "runs").exists()
    assert call("score", test, "--validation", test, *own, "--same-scores").exit_code == 0


def test_what_a_file_says_beside_scores_is_told(exported: Path, ratings: Path) -> None:
    for shift, part in enumerate(("validation", "test")):
        rows = [(user, (user + shift + rank) % 15, 9 - rank // 2, rank) for user in range(20) for rank in range(1, 6)]
        lines = [f"{user} Q0 {item} {rank} {score} their" for user, item, score, rank in rows]
        fillers = ["0 Q0 -1 9 -3.4028235e38 their"] * 3 if part == "test" else []
        (exported / f"{part}.txt").write_text("\n".join(lines + fillers) + "\n")
    files = ("score", exported / "test.txt", "--validation", exported / "validation.txt", "--name", "their-system")
    own = ("--interactions", ratings, "--results", exported / "runs")
    assert "--form trec reads a TREC run" in str(call(*files, *own).exception)
    done = call(*files, *own, "--form", "trec")
    assert done.exit_code == 0, done.output
    notes = [line for line in done.stderr.splitlines() if line.startswith("Note")]
    level = (
        "have the score of another of their user and another rank: they count as equal; leave the scores out if the "
    )
    assert notes == [
        f"Note: 80 rows at the validation {level}ranks are to count.",
        "Note: 3 rows at the test have the lowest number of a float, or minus infinity: their items count as without a "
        "score.",
        f"Note: 80 rows at the test {level}ranks are to count.",
        "Note: Few candidates: a target is ranked among 10 items, so a random order has HR@50 1.00, MRR@50 0.29 and "
        "NDCG@50 0.45.",
    ]


@pytest.mark.parametrize(
    ("name", "complaint"), [("Their System", "becomes a folder's name"), ("sasrec", "is an installed recommender's")]
)
def test_a_name_that_can_not_serve_is_refused(name: str, complaint: str, exported: Path) -> None:
    done = call("score", exported / "test.csv", "--validation", exported / "validation.csv", "--name", name)
    assert isinstance(done.exception, InputError)
    assert complaint in str(done.exception)


def test_lists_of_other_data_leave_no_record(exported: Path) -> None:
    (exported / "test.csv").write_text("user_id,item_id,rank\n9999,1,1\n")
    done = call("score", exported / "test.csv", "--validation", exported / "test.csv", "--name", "their-system",
                "--results", exported / "runs")  # fmt: skip
    assert isinstance(done.exception, BenchError)
    assert "1 user ids that are not in ml-100k" in str(done.exception)
    assert "--interactions FILE names data of your own" in str(done.exception)
    assert not (exported / "runs").exists()


def test_scores_that_put_every_validation_target_first_are_doubted(exported: Path, ratings: Path) -> None:
    with (exported / "split" / "validation.csv").open() as file:
        targets = {int(row["user_id"]): int(row["item_id"]) for row in csv.DictReader(file)}
    done = call(*write_lists(exported, lambda user: [targets[user]]), "--interactions", ratings)
    assert (
        "Warning: the validation's figures are 1.0000 in all metrics; a model that ranks every target first has almost "
        "surely seen them.\n"
    ) in done.stderr
