"""Files that other systems have written are read as a slow reading of each form, written here, has them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from seqrec_bench.data import Columns, Dataset, leave_one_out, load_file
from seqrec_bench.data.reading.score_files import read_scores
from seqrec_bench.evaluation.external_run import external_run
from seqrec_bench.evaluation.ranking import rank_targets

FOLDER = Path(__file__).parent / "their_files"
LOWEST = -3.4e38
Rows = list[tuple[str, str, float]]


def table(path: Path) -> Rows:
    with path.open(newline="") as file:
        return [(row["user_id"], row["item_id"], float(row["score"])) for row in csv.DictReader(file)]


def trec(path: Path) -> Rows:
    lines = [line.split() for line in path.read_text().splitlines()]
    return [(user, item, float(score)) for user, _, item, _, score, _ in lines]


def nested_json(path: Path) -> Rows:
    return [
        (user, item, score) for user, items in json.loads(path.read_text()).items() for item, score in items.items()
    ]


def ranx_parquet(path: Path) -> Rows:
    return [(row["q_id"], row["doc_id"], row["score"]) for row in parquet.read_table(path).to_pylist()]


def lists(path: Path) -> Rows:
    rows = parquet.read_table(path).to_pylist()
    return [(row["user_id"], item["item_id"], item["score"]) for row in rows for item in row["items"]]


FILES: dict[str, Callable[[Path], Rows]] = {
    "ranx-{}.json": nested_json,
    "ranx-{}.trec": trec,
    "ranx-{}.parquet": ranx_parquet,
    "rectools-{}.csv": table,
    "lenskit-{}.csv": table,
    "lenskit-{}.parquet": lists,
    "recbole-bpr-{}.csv": table,
    "recbole-sasrec-{}.csv": table,
    "implicit-knn-{}.csv": table,
    "faiss-{}.csv": table,
}
"""By name, how each is read."""


@pytest.fixture(scope="module")
def ratings() -> Dataset:
    return load_file(FOLDER / "ratings.csv", Columns(), None)


@pytest.mark.parametrize("part", ["validation", "test"])
@pytest.mark.parametrize("name", FILES)
def test_ranks_are_those_of_the_literal_reading(name: str, part: str, ratings: Dataset) -> None:
    path = FOLDER / name.format(part)
    rows = FILES[name](path)
    scores = {(user, item): score for user, item, score in rows if score > LOWEST}
    raw = read_scores(path)
    assert raw.n_without == len(rows) - len(scores)
    found = zip(raw.user_ids[raw.users].tolist(), raw.item_ids[raw.items].tolist(), raw.values.tolist(), strict=True)
    assert {(user, item): score for user, item, score in found} == pytest.approx(scores, rel=1e-7)
    holdout = getattr(leave_one_out(ratings.sequences), part)
    ranks = rank_targets(external_run(raw, ratings, holdout), holdout)
    for row, (user, target) in enumerate(zip(holdout.users.tolist(), holdout.targets.tolist(), strict=True)):
        first, last = holdout.history.offsets[user : user + 2]
        history = {*holdout.history.items[first:last].tolist()}
        of = {
            item: scores.get((str(ratings.user_ids[user]), str(ratings.item_ids[item])), -np.inf)
            for item in range(1, len(ratings.item_ids))
            if item not in history
        }
        expected = sum(score > of[target] for score in of.values()), sum(score == of[target] for score in of.values())
        assert (ranks.better[row], ranks.tied[row]) == expected


def test_some_of_them_say_that_an_item_has_no_score_and_some_have_ties_that_ranks_break() -> None:
    read = {name: read_scores(FOLDER / name.format("test")) for name in FILES}
    assert {name for name, raw in read.items() if raw.n_without} == {
        "recbole-bpr-{}.csv", "implicit-knn-{}.csv", "faiss-{}.csv",
    }  # fmt: skip
    assert {name for name, raw in read.items() if raw.n_level} == {
        "ranx-{}.trec", "rectools-{}.csv", "lenskit-{}.csv", "lenskit-{}.parquet",
    }  # fmt: skip
