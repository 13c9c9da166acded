"""Figures of repeated targets and of others against a literal count."""

from collections.abc import Callable
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.analysis.breakdowns import by_repeats, figures
from seqrec_bench.analysis.compared import Compared
from seqrec_bench.analysis.comparison import compare
from seqrec_bench.analysis.repeated import apart, parts
from seqrec_bench.analysis.table import table_one
from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.records import Configuration, Ranks, Record
from seqrec_bench.studies.view import View

N_USERS = 40


def facts(repeated: list[int]) -> TargetFacts:
    return TargetFacts(900, 1_000, 0, 0, np.array(repeated, dtype=np.int64))


def hits(record: Record, places: list[int], k: int) -> float:
    """HR@k of these targets, one by one."""
    return fmean(float(record.test.better[place] < k) for place in places)


@given(st.sets(st.integers(0, N_USERS - 1), min_size=1, max_size=N_USERS - 1))
def test_each_part_has_the_mean_of_its_own_targets(make_record: Callable[..., Record], repeated: set[int]) -> None:
    records = [replace(make_record("fpmc", 100, seed), targets=facts(sorted(repeated))) for seed in range(3)]
    found = apart({"FPMC": records, "none": []}, ["HR@10", "HR@50", "ARP@10"])
    assert found is not None
    assert [part.places.tolist() for part in found.parts] == [sorted(repeated), sorted(set(range(N_USERS)) - repeated)]
    assert [part.head for part in found.parts] == [
        f"repeated targets ({len(repeated)})", f"other targets ({N_USERS - len(repeated)})"
    ]  # fmt: skip
    assert set(found.means) == {"HR@10", "HR@50"}
    for k in (10, 50):
        expected = [fmean(hits(r, part.places.tolist(), k) for r in records) for part in found.parts]
        assert found.means[f"HR@{k}"] == {"FPMC": pytest.approx(expected)}


@pytest.mark.parametrize("targets", [None, facts([])])
def test_where_nothing_repeats_or_nobody_knows_there_is_nothing_apart(
    make_record: Callable[..., Record], targets: TargetFacts | None
) -> None:
    record = replace(make_record("fpmc", 100), targets=targets)
    assert parts([record]) == ()
    assert apart({"FPMC": [record]}, ["HR@10"]) is None
    assert by_repeats([record]) == []


def test_where_all_targets_repeat_there_is_one_part(make_record: Callable[..., Record]) -> None:
    record = replace(make_record("fpmc", 100), targets=facts(list(range(N_USERS))))
    assert [part.name for part in parts([record])] == ["repeated targets"]


def test_records_from_before_are_shown_apart_beside_one_that_knows(make_record: Callable[..., Record]) -> None:
    early, later = make_record("fpmc", 100), replace(make_record("caser", 100), targets=facts([0, 1, 2]))
    found = apart({"FPMC": [early], "Caser": [later]}, ["HR@50"])
    assert found is not None
    assert found.means["HR@50"]["FPMC"][0] == pytest.approx(hits(early, [0, 1, 2], 50))


def test_of_several_targets_a_user_each_counts_for_its_user(make_record: Callable[..., Record]) -> None:
    ranks = Ranks(np.array([0, 99, 0, 99, 0, 99]), np.ones(6, dtype=np.int64), np.array([3, 3, 3, 5, 8, 8]))
    record = replace(make_record("fpmc", 100), test=ranks, targets=facts([0, 1, 3]))
    found = apart({"FPMC": [record]}, ["HR@10"])
    assert found is not None
    assert found.means["HR@10"]["FPMC"] == [pytest.approx(1 / 4), pytest.approx(3 / 4)]
    assert ranks.at(np.array([0, 1, 3])).n_users == 2
    assert ranks.users_at(np.array([1, 2, 5])).tolist() == [0, 2]
    groups = by_repeats([record])
    model = Compared("FPMC", Configuration("fpmc", "paper", 100), [record])
    assert [each.mean for each in figures(model, groups, ["HR@10"])["HR@10"]] == found.means["HR@10"]["FPMC"]


def test_a_table_has_the_parts_of_its_rows_and_says_so(all_records: list[Record], view: View) -> None:
    known = [replace(record, targets=facts([3, 5])) for record in all_records]
    before, after = table_one(all_records, view), table_one(known, view)
    assert before.apart is None
    assert after.apart is not None
    assert after.rows == before.rows
    (caution,) = set(after.notes) - set(before.notes)
    assert caution.startswith("2 of 40 test targets (5.0 %) stand in their user's history, and under loo-full-v1")
    assert after.notes[-1] == caution
    assert {label for means in after.apart.means.values() for label in means} == {row.label for row in after.rows}


def test_a_comparison_has_the_differences_of_each_part(plant: Callable[..., list[Record]], view: View) -> None:
    ranks = [1] * 10 + [100] * 30
    first = [replace(record, targets=facts(list(range(10)))) for record in plant("fpmc", ranks)]
    found = compare([*first, *plant("caser", [100] * 40)], ["fpmc", "caser"], view)
    differences = {part.name: pairs[0].difference for part, pairs in found.apart[found.metrics[0]].items()}
    assert differences == {"repeated targets": 1.0, "other targets": 0.0}
    assert found.pairs[found.metrics[0]][0].difference == pytest.approx(0.25)
    assert found.cautions[0].startswith("10 of 40 test targets (25 %)")
    assert compare([*plant("fpmc", ranks), *plant("caser", 100)], ["fpmc", "caser"], view).apart == {}
