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
