"""The answers to a sharp reader in docs/reproduction.md are what the records, the paper and the data say."""

from collections.abc import Callable
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.analysis.selection import runs
from seqrec_bench.analysis.statistics.exact import mcnemar_p
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.data import Dataset
from seqrec_bench.data.description import describe
from seqrec_bench.records import PAPER_VARIANT, Store
from seqrec_bench.studies.loading import load_study

ROOT = Path(__file__).parents[1]
PAGE = " ".join((ROOT / "docs" / "reproduction.md").read_text(encoding="utf-8").split())
PAPER = load_study("chen2020").view()


def figure(value: float, digits: int = 4) -> str:
    return f"{value:.{digits}f}".removeprefix("0")


@pytest.fixture(scope="module")
def published() -> Callable[[str, str], Runs]:
    """A metric of a model's committed runs at the table's dimension."""
    records = [
        record
        for record in Store(ROOT / "results").records()
        if record.key.protocol == PAPER.protocol and record.key.variant == PAPER_VARIANT
    ]

    def of(model: str, metric: str) -> Runs:
        dimensions = (0, PAPER.dimension)
        cells = [record for record in records if record.key.model == model and record.key.dimension in dimensions]
        return runs(cells, metric)

    return of


def test_the_papers_neighbours_are_not_separated_by_its_counts(published: Callable[[str, str], Runs]) -> None:
    hits = [row.hits or 0 for row in PAPER.rows]
    gaps = np.diff(hits).tolist()
    n_users = PAPER.n_users
    p_values = [figure(mcnemar_p(gaps[2], share * n_users), 2) for share in (0.12, 0.16, 0.25)]
    assert (
        f"AM-LSTM has {gaps[2]} hits more than Caser among {n_users} users, for which McNemar's p is {p_values[0]}, "
        f"{p_values[1]} or {p_values[2]} if 12, 16 or 25 % of the users are a hit of only one of them, and the other "
        f"neighbours are {gaps[0]} and {gaps[1]} hits apart."
    ) in PAGE
    values = [published(row.model, "HR@50").values for row in PAPER.rows]
    within = [100 * np.mean([np.mean(a != b) for a, b in combinations(table, 2)]) for table in values]
    between = np.mean([np.mean(a != b) for a, b in product(values[2], values[3])])
    p_value = figure(mcnemar_p(gaps[2], between * n_users), 2)
    assert (
        f"Here two seeds of one model already differ on {min(within):.0f} to {max(within):.0f} % of the users, and "
        f"runs of Caser and AM-LSTM on {100 * between:.0f} %, for which p is {p_value}."
    ) in PAGE


def test_rules_that_learn_nothing_beat_three_of_its_rows(published: Callable[[str, str], Runs]) -> None:
    rules = {metric: published("sequential-rules", metric).mean for metric in PAPER.metrics}
    beaten = {
        metric: [row.label for row in PAPER.rows if row.reported[metric] < rules[metric]] for metric in PAPER.metrics
    }
    assert beaten == {
        "HR@50": ["GRU4Rec"],
        "MRR@50": ["GRU4Rec", "FPMC", "Caser", "AM-LSTM"],
        "NDCG@50": ["GRU4Rec", "FPMC", "Caser"],
    }
    three = [row.reported for row in PAPER.rows[:3]]
    assert (
        f"have an MRR@50 of {figure(rules['MRR@50'])} and an NDCG@50 of {figure(rules['NDCG@50'])} here, more than the "
        f"paper reports for GRU4Rec, FPMC and Caser (at most {figure(max(row['MRR@50'] for row in three))} and "
        f"{figure(max(row['NDCG@50'] for row in three))}), and in MRR@50 more than for AM-LSTM too "
        f"({figure(PAPER.rows[3].reported['MRR@50'])}). On HR@50 they have {figure(rules['HR@50'])}, more than it "
        f"reports for GRU4Rec alone ({figure(PAPER.rows[0].reported['HR@50'])})."
    ) in PAGE


def test_that_seen_items_are_no_candidates_is_said_to_be_inferred() -> None:
    assert "The paper does not say: that they are not was inferred" in PAGE
    assert any("are no candidates" in sentence for sentence in PAPER.protocol_notes.inferred)


def test_targets_that_hang_on_ties_are_counted(ml_100k: Dataset) -> None:
    n_ambiguous = describe(ml_100k).n_ambiguous_targets
    share = f"{100 * n_ambiguous / PAPER.n_users:.0f} %"
    assert f"For {n_ambiguous} of {PAPER.n_users} users ({share}) that hangs on how ties in time are broken" in PAGE
