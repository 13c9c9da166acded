import numpy as np
import pytest

from seqrec_bench.records import Ranks


def ranks(better: object, tied: object) -> Ranks:
    return Ranks(better=np.array(better, dtype=np.int64), tied=np.array(tied, dtype=np.int64))


@pytest.mark.parametrize(
    ("better", "tied", "complaint"),
    [
        pytest.param([0, 1], [1], "equal, 1-d", id="unequal lengths"),
        pytest.param([[0, 1]], [[1, 1]], "equal, 1-d", id="two dimensions"),
        pytest.param(0, 1, "equal, 1-d", id="no dimension"),
        pytest.param([], [], "at least one user", id="nobody"),
        pytest.param([0, -1], [1, 1], "0 or more", id="negative"),
        pytest.param([0, 1], [1, 0], "tied 1 or more", id="the target is not level with itself"),
    ],
)
def test_impossible_ranks_are_refused(better: object, tied: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ranks(better, tied)


def test_ranks_are_equal_where_all_their_numbers_are() -> None:
    assert ranks([0, 4], [1, 2]) == ranks([0, 4], [1, 2])
    assert ranks([0, 4], [1, 2]) != ranks([0, 4], [1, 1])
    assert ranks([0, 4], [1, 2]) != ranks([1, 4], [1, 2])
    assert ranks([0], [1]) != ranks([0, 0], [1, 1])
    assert ranks([0], [1]) != "ranks"


def test_a_users_value_is_the_mean_over_its_targets_in_the_order_in_which_users_come() -> None:
    found = Ranks(better=np.arange(6), tied=np.ones(6, dtype=np.int64), users=np.array([7, 7, 7, 2, 2, 9]))
    assert (found.n_targets, found.n_users) == (6, 3)
    assert found.of_users(np.array([1.0, 2.0, 6.0, 1.0, 0.0, 5.0])).tolist() == [3.0, 0.5, 5.0]
    values = np.array([0.25, 1.0])
    assert ranks([0, 1], [1, 1]).of_users(values) is values


@pytest.mark.parametrize(
    ("users", "complaint"),
    [
        pytest.param([0, 1, 0], "side by side", id="not side by side"),
        pytest.param([-1, 0, 0], "0 or more", id="negative"),
        pytest.param([0, 1], "must be equal", id="too few"),
    ],
)
def test_targets_of_impossible_users_are_refused(users: list[int], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Ranks(better=np.arange(3), tied=np.ones(3, dtype=np.int64), users=np.array(users))


def test_ranks_of_other_users_are_others() -> None:
    one, other, nobodys = (
        Ranks(better=np.arange(2), tied=np.ones(2, dtype=np.int64), users=users)
        for users in (np.array([0, 0]), np.array([0, 1]), None)
    )
    assert one != other and one != nobodys and nobodys != other and one == one
    assert not one.has_same_targets(other) and not one.has_same_targets(nobodys)
