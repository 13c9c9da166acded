import pytest

from seqrec_bench.data import Split
from seqrec_bench.evaluation.conformance.small_fits import everyday_split


@pytest.fixture(scope="package")
def split() -> Split:
    """Two blocks of users of 1 to 10 items out of 40, two cold items beside; the shortest are not evaluated."""
    return everyday_split(n_users=300)
