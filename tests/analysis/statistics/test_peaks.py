"""Where a curve may have its peak."""

import numpy as np
import pytest
from scipy import stats

from seqrec_bench.analysis.statistics import peaks
from seqrec_bench.analysis.statistics.peaks import peak_p_values, possible_peaks
from seqrec_bench.analysis.statistics.runs import Runs


def curve(
    means: list[float], seed: int = 0, *, n_users: int = 300, seeds: float = 0.005, noise: float = 0.2
) -> list[Runs]:
    """Five runs at each place; users are what they are at every place."""
    rng = np.random.default_rng(seed)
    users = rng.normal(0, 0.4, n_users)
    return [Runs(mean + users + rng.normal(0, seeds, (5, 1)) + rng.normal(0, noise, (5, n_users))) for mean in means]


def places(curve: list[Runs], sign: int = 1) -> list[int]:
    return possible_peaks(peak_p_values(curve, sign))


def test_a_clear_peak_is_the_only_one() -> None:
    assert places(curve([0.0, 0.1, 0.2, 0.5, 0.2, 0.1])) == [3]


def test_a_clear_low_is_the_only_one_with_the_other_sign() -> None:
    assert places(curve([0.5, 0.4, 0.0, 0.5, 0.2, 0.3]), sign=-1) == [2]


def test_two_equal_peaks_both_stay() -> None:
    assert places(curve([0.0, 0.5, 0.0, 0.5, 0.0, 0.0])) == [1, 3]


def test_the_highest_always_stays() -> None:
    for seed in range(20):
        runs = curve(list(np.random.default_rng(seed).normal(0, 0.02, 6)), seed)
        assert int(np.argmax([run.mean for run in runs])) in places(runs)


@pytest.mark.parametrize("seeds", [0.0, 0.012])
def test_on_a_flat_curve_a_place_is_ruled_out_in_at_most_7_percent_of_cases(
    seeds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peaks, "N_DRAWS", 1000)  # it takes many curves, not many draws for each
    found = [places(curve([0.0] * 6, seed, seeds=seeds)) for seed in range(800)]
    for place in (0, 3):
        assert 0.01 < sum(place not in possible for possible in found) / 800 <= 0.07


def test_equal_values_everywhere_rule_nothing_out() -> None:
    assert places([Runs(np.full((3, 10), 0.5))] * 4) == [0, 1, 2, 3]


def test_certain_differences_are_certain() -> None:
    levels = [Runs(np.full((1, 10), level), deterministic=True) for level in (0.1, 0.3, 0.2)]
    assert places(levels) == [1]


def test_the_same_runs_give_the_same_answer_in_any_order_of_users_and_seeds() -> None:
    rng = np.random.default_rng(1)
    runs = curve([0.0, 0.02, 0.03, 0.0, 0.01, 0.02])
    users = rng.permutation(300)
    moved = [Runs(run.values[rng.permutation(5)][:, users]) for run in runs]
    assert places(runs) == places(runs) == places(moved)


MONTE_CARLO = 0.015
"""Four standard errors of a share of 20,000 draws."""


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("shift", [0.3, 1.5])
def test_of_two_places_the_lower_has_the_p_value_of_the_one_sided_t_test(shift: float, sign: int) -> None:
    rng = np.random.default_rng(3)
    users = rng.normal(0, 0.1, 50)
    one, other = (Runs(users + rng.normal(0, 1, (2, 1)) + rng.normal(0, 0.5, (2, 50))) for _ in range(2))
    higher = Runs(other.values + (one.mean - other.mean) + sign * shift)
    paired = (one.of_users - higher.of_users).var(ddof=1) / 50
    seeds = (one.between_seeds - one.interaction + higher.between_seeds - higher.interaction) / (2 * 50)
    expected = stats.t.sf(shift / np.sqrt(paired + seeds * (1 / 2 + 1 / 2)), 2)
    found = peak_p_values([one, higher], sign)
    assert found == pytest.approx([expected, 1], abs=MONTE_CARLO)
    assert found[1] == 1
    assert peak_p_values([one, higher], sign) == found


def test_p_values_of_places_known_with_different_errors_equal_those_of_literal_draws() -> None:
    rng = np.random.default_rng(1)
    some, others = rng.normal(0, 2, (2, 20))
    runs = [
        Runs(level + users + rng.normal(0, 0.5, (n, 1)) + rng.normal(0, 2, (n, 20)))
        for level, users, n in ((0.5, some, 2), (0.0, others, 10), (0.4, others, 30))
    ]
    seeds = np.mean([run.between_seeds - run.interaction for run in runs]) / 20
    covariance = np.array([[np.cov(a.of_users, b.of_users)[0, 1] / 20 for b in runs] for a in runs])
    covariance += np.diag([seeds / run.n_seeds for run in runs])
    drawn = rng.normal(0, 1, (20_000, 3)) @ np.linalg.cholesky(covariance).T
    drawn /= np.sqrt(rng.chisquare(1 + 9 + 29, (20_000, 1)) / 39)

    def most_above(means: np.ndarray, k: int) -> np.ndarray:
        errors = [np.sqrt(covariance[k, k] + covariance[j, j] - 2 * covariance[k, j]) for j in range(3)]
        return np.max(
            [(means[..., j] - means[..., k]) / errors[j] for j in range(3) if j != k] + [0 * means[..., k]], 0
        )

    means = np.array([run.mean for run in runs])
    expected = [float(np.mean(most_above(drawn, k) >= most_above(means, k))) for k in range(3)]
    assert min(expected) < 0.5
    assert peak_p_values(runs) == pytest.approx(expected, abs=2**0.5 * MONTE_CARLO)


def test_two_deterministic_places_are_compared_by_the_paired_t_test() -> None:
    one, other = np.random.default_rng(4).normal(0, 1, (2, 1, 8))
    other += one.mean() - other.mean() + 0.3
    expected = stats.ttest_rel(other[0], one[0], alternative="greater").pvalue
    assert peak_p_values([Runs(one, True), Runs(other, True)])[0] == pytest.approx(expected, abs=MONTE_CARLO)


def test_a_place_stays_if_its_p_value_is_greater_than_the_level() -> None:
    assert possible_peaks([0.05, 0.0501, 0.0499]) == [1]


@pytest.mark.parametrize(("n_differing", "possible"), [(0, [0, 1]), (4, [0, 1]), (5, [1]), (30, [1])])
def test_a_place_is_above_another_where_five_users_tell_them_apart(n_differing: int, possible: list[int]) -> None:
    """The one-sided sign test of five who agree has p = .031."""
    low = np.full((1, 200), 0.3)
    high = low.copy()
    high[0, :n_differing] += 0.5
    assert places([Runs(low, True), Runs(high, True)]) == possible


def test_the_draws_are_those_of_the_covariance_and_hang_on_no_library() -> None:
    rng = np.random.default_rng(0)
    factors = rng.normal(0, 1, (4, 3))
    for covariance in (factors @ factors.T, np.diag([1.0, 0.0, 2.0]), np.ones((3, 3)), np.zeros((2, 2))):
        root = peaks._root(covariance)
        assert root @ root.T == pytest.approx(covariance, abs=1e-12)
        assert np.array_equal(root, np.tril(root))
