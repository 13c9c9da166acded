"""Verdicts on planted records beside planted references."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from seqrec_bench.analysis.gate.pairs import SeededConfiguration, cells, difference
from seqrec_bench.analysis.gate.regression import check_regression
from seqrec_bench.analysis.gate.report import Judgement, Report
from seqrec_bench.analysis.gate.verdicts import Verdict
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.errors import ExitCode, InvalidRecordError, MissingCellsError
from seqrec_bench.records import Configuration, Ranks, Record
from seqrec_bench.studies.view import View

Make = Callable[..., Record]
Check = Callable[..., Report]


@pytest.fixture
def check(view: View) -> Check:
    """Holds records against a reference, of whose cells all are expected unless said otherwise."""

    def check_records(
        new: list[Record], old: list[Record], expected: Iterable[SeededConfiguration] | None = None, exact: bool = False
    ) -> Report:
        wanted = set(cells(old, view, "ml-100k") if expected is None else expected)
        return check_regression(new, old, view, "ml-100k", wanted, exact)

    return check_records


@pytest.fixture
def runs_of(hits_record: Make) -> Callable[..., list[Record]]:
    """Builds a model's records with so many hits a seed, among users that begin at `shift`."""

    def make(model: str, hits: list[int], shift: int = 0, **fields: object) -> list[Record]:
        return [hits_record(model, n_hits, seed, first=2 * seed + shift, **fields) for seed, n_hits in enumerate(hits)]

    return make


MakeRuns = Callable[..., list[Record]]
STEADY = [200, 201, 199]


def hit_rate(report: Report, model: str = "a") -> Judgement:
    (found,) = [j for j in report.judgements if j.subject.startswith(f"{model} ") and j.metric == "HR@50"]
    return found


def verdicts(report: Report) -> set[Verdict]:
    return {judgement.verdict for judgement in report.judgements}


def spoilt(record: Record, user: int = 0) -> Record:
    """The same record, but for one user's test rank."""
    better = record.test.better.copy()
    better[user] = 7 if better[user] == 0 else better[user] + 1
    return replace(record, test=Ranks(better=better, tied=record.test.tied))


def test_identical_ranks_hold_exactly(check: Check, runs_of: MakeRuns) -> None:
    report = check(runs_of("a", STEADY), runs_of("a", STEADY))
    assert (report.code, verdicts(report), len(report.judgements)) == (0, {Verdict.HOLDS_EXACTLY}, 3)
    assert hit_rate(report).bounds is None


def test_identical_ranks_hold_exactly_whatever_the_number_of_seeds(check: Check, runs_of: MakeRuns) -> None:
    assert check(runs_of("a", [200]), runs_of("a", [200])).code == 0


def test_one_users_rank_is_noticed_and_is_no_regression(check: Check, runs_of: MakeRuns) -> None:
    old = runs_of("a", STEADY)
    new = [spoilt(old[0]), *old[1:]]
    report = check(new, old)
    assert report.code == 0
    assert verdicts(report) <= {Verdict.HOLDS, Verdict.DECLINES}
    assert hit_rate(report).remark == "1 of 1200 ranks differ"
    exact = check(new, old, exact=True)
    assert (exact.code, verdicts(exact)) == (6, {Verdict.DIFFERS})
    assert check(old, old, exact=True).code == 0


def test_a_changed_validation_rank_is_not_identical_either(check: Check, runs_of: MakeRuns) -> None:
    old = runs_of("a", STEADY)
    new = [replace(old[0], validation=spoilt(old[0]).test), *old[1:]]
    assert check(new, old, exact=True).code == 6
    assert check(new, old).code == 0


def test_exactness_takes_no_more_than_one_seed(check: Check, runs_of: MakeRuns) -> None:
    old = runs_of("a", [200])
    assert check([spoilt(old[0])], old, exact=True).code == 6


@pytest.mark.parametrize(
    ("hits", "verdict", "code"),
    [
        ([200, 199, 201], Verdict.HOLDS, 0),
        ([220, 221, 219], Verdict.HOLDS, 0),
        ([180, 181, 179], Verdict.REGRESSED, 6),
        ([140, 200, 200], Verdict.INCONCLUSIVE, 5),
        ([260, 140, 200], Verdict.INCONCLUSIVE, 5),
    ],
)
def test_new_draws_hold_or_have_regressed_or_leave_it_open(
    check: Check, runs_of: MakeRuns, hits: list[int], verdict: Verdict, code: int
) -> None:
    """With disjoint hits, the runs of one seed have nothing in common."""
    report = check(runs_of("a", hits, shift=200), runs_of("a", STEADY))
    assert (hit_rate(report).verdict, report.code) == (verdict, code)


def test_a_certain_decline_within_the_tolerance_holds_and_is_named(hits_record: Make, check: Check) -> None:
    old = [hits_record("a", 200, seed, deterministic=True) for seed in (0,)]
    new = [hits_record("a", 197, deterministic=True)]
    report = check(new, old)
    assert (report.code, verdicts(report)) == (0, {Verdict.DECLINES})


@pytest.mark.parametrize(("hits", "code"), [(193, 0), (191, 6), (209, 0)])
def test_a_deterministic_model_takes_one_run(hits_record: Make, check: Check, view: View, hits: int, code: int) -> None:
    new, old = hits_record("a", hits, deterministic=True), hits_record("a", 200, deterministic=True)
    only = replace(view, metrics=("HR@50",))
    report = check_regression([new], [old], only, "ml-100k", set(cells([old], view, "ml-100k")))
    assert report.code == code


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_too_few_seeds_are_missing_cells_and_are_named(check: Check, runs_of: MakeRuns, n_seeds: int) -> None:
    report = check(runs_of("a", STEADY[:n_seeds], shift=200), runs_of("a", STEADY[:n_seeds]))
    lacking = ", ".join(str(seed) for seed in range(n_seeds, 3))
    assert (report.code, report.judgements) == (ExitCode.CELLS_MISSING, ())
    assert report.missing == (f"a paper-d100 of seed {lacking} on both sides (a verdict takes 3 seeds)",)


def test_a_seed_that_only_one_side_has_is_missing(check: Check, runs_of: MakeRuns) -> None:
    full = runs_of("a", STEADY)
    assert check(full[:2], full).missing == ("a paper-d100 of seed 2 in the new records",)
    assert check(full[:2], full).code == check(full[:2], full, exact=True).code == 3
    both = {SeededConfiguration.of(record) for record in full}
    assert check(full, full[:2], both).missing_before == ("a paper-d100 of seed 2 in the reference",)
    assert check(full, full[:2], both).code == 3


def test_a_seed_that_a_verdict_takes_is_missing_on_the_side_that_lacks_it(check: Check, runs_of: MakeRuns) -> None:
    new, old = runs_of("a", STEADY, shift=200), runs_of("a", STEADY)
    report = check(new, [old[0], old[2]])
    assert (report.code, report.missing) == (3, ())
    assert report.missing_before == ("a paper-d100 of seed 1 in the reference (a verdict takes 3 seeds)",)


def test_nothing_is_missing_and_never_a_pass(check: Check, runs_of: MakeRuns) -> None:
    assert check([], runs_of("a", STEADY)).code == 3
    with pytest.raises(MissingCellsError):
        check(runs_of("a", STEADY), [])


def test_what_the_reference_does_not_have_is_named_and_not_judged(check: Check, runs_of: MakeRuns) -> None:
    old = runs_of("a", STEADY)
    report = check([*old, *runs_of("b", STEADY), *runs_of("a", [1] * 5)[3:]], old)
    assert (report.code, len(report.judgements)) == (0, 3)
    assert "not in the reference: a paper-d100 of seed 3, 4; b paper-d100 of seed 0, 1, 2." in report.warnings[-1]
    report = check(old, [*old, *runs_of("b", STEADY)], {SeededConfiguration.of(record) for record in old})
    assert report.warnings[-1] == "Not asked for: b paper-d100 of seed 0, 1, 2."


def test_a_new_version_is_said_and_hides_no_loss(check: Check, runs_of: MakeRuns) -> None:
    old = runs_of("a", STEADY)
    same = check(runs_of("a", STEADY, version=2), old)
    assert (same.code, verdicts(same)) == (0, {Verdict.HOLDS_EXACTLY})
    worse = check(runs_of("a", [180, 181, 179], 200, version=2, hyperparameters={"rate": 1}), old)
    assert worse.code == 6
    made = "a paper-d100 (made by version 2 of the model, not 1"
    assert any(f"{made})" in note for note in same.warnings)
    assert any(f"{made}, and made with rate = 1, not absent)" in note for note in worse.warnings)


def family(runs_of: MakeRuns, n_steady: int) -> tuple[list[Record], list[Record]]:
    """A model that has declined by .03 at p = .03, beside others that are new draws and did not."""
    new, old = runs_of("a", [182, 188, 194], shift=200), runs_of("a", [194, 200, 206])
    for name in "bcdefgh"[:n_steady]:
        new += runs_of(name, STEADY, shift=200)
        old += runs_of(name, STEADY)
    return new, old


def test_a_regression_is_one_by_holms_procedure(check: Check, runs_of: MakeRuns) -> None:
    assert hit_rate(check(*family(runs_of, 0))).verdict is Verdict.REGRESSED
    assert hit_rate(check(*family(runs_of, 3))).verdict is Verdict.INCONCLUSIVE


def test_identical_places_are_no_tests(check: Check, runs_of: MakeRuns) -> None:
    new, old = family(runs_of, 0)
    others = [record for name in "bcdefgh" for record in runs_of(name, STEADY)]
    assert hit_rate(check([*new, *others], [*old, *others])).verdict is Verdict.REGRESSED


def test_the_order_of_files_changes_nothing(check: Check, runs_of: MakeRuns) -> None:
    new, old = family(runs_of, 3)
    assert check(new[::-1], old[::-1]) == check(new, old)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"fingerprint": "1" * 64}, "made on different data"),
        ({"tags": "2" * 64}, "made with different item tags"),
        ({"better": [1, 2, 3]}, "made for different numbers of users"),
        ({"protocol": "loo-full-v2"}, "was run under loo-full-v2 and can't be held against records of loo-full-v1"),
    ],
)
def test_what_can_not_be_compared_is_refused(
    check: Check, runs_of: MakeRuns, hits_record: Make, fields: dict[str, object], words: str
) -> None:
    new = [hits_record("a", 200, seed, **fields) for seed in range(3)]
    with pytest.raises(InvalidRecordError, match=words):
        check(new, runs_of("a", STEADY))
    with pytest.raises(InvalidRecordError):
        check(
            runs_of("a", STEADY),
            new,
            {SeededConfiguration(Configuration("a", "paper", 100), seed) for seed in range(3)},
        )


def test_one_side_of_two_versions_is_refused(check: Check, runs_of: MakeRuns) -> None:
    old = runs_of("a", STEADY)
    mixed = [*old[:2], *runs_of("a", STEADY, version=2)[2:]]
    with pytest.raises(InvalidRecordError, match=r"made by version 2 of the model.*run its cell again"):
        check(mixed, old)
    with pytest.raises(InvalidRecordError, match=r"made by version 2 of the model.*restore the reference's"):
        check(old, mixed)


def test_other_data_sets_are_not_judged(check: Check, runs_of: MakeRuns) -> None:
    old = runs_of("a", STEADY)
    assert len(check([*old, *runs_of("a", STEADY, dataset="own")], old).judgements) == 3


# The difference.


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((3, 300))


def test_unrelated_runs_are_not_paired() -> None:
    new, old = noise(1), noise(2)
    found = difference(Runs(new), Runs(old))
    parts = [run.seeds_alone / 900 for run in (Runs(new), Runs(old))]
    assert found.variance == pytest.approx(sum(parts))
    assert found.degrees_of_freedom == pytest.approx(sum(parts) ** 2 / sum(part**2 / 2 for part in parts))


def test_runs_of_one_seed_that_are_much_alike_are_paired() -> None:
    old = noise(1)
    new = old + 0.01 * noise(2)
    found = difference(Runs(new), Runs(old))
    assert found.mean == pytest.approx((new - old).mean())
    assert found.variance == pytest.approx(Runs(new - old).seeds_alone / 900)
    assert found.degrees_of_freedom == pytest.approx(2)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.49, 0.51, 0.9])
def test_an_unchanged_model_seems_to_have_declined_as_often_as_it_should(share: float) -> None:
    """Whether or not runs of one seed have something in common, the upper bound is below 0 in 5 % of cases."""
    rng = np.random.default_rng(3)
    below = 0
    for _ in range(1000):
        users, common = rng.normal(size=60), rng.normal(size=(3, 60)) + rng.normal(0, 0.3, (3, 1))
        sides = [
            np.sqrt(share) * common
            + np.sqrt(1 - share) * (rng.normal(size=(3, 60)) + rng.normal(0, 0.3, (3, 1)))
            + users
            for _ in range(2)
        ]
        below += difference(Runs(sides[0]), Runs(sides[1])).high < 0
    assert below <= stats.binom.ppf(0.999, 1000, 0.05)
