"""What tests of several floors need."""

import pytest

from seqrec_bench.data import Dataset, load_named


@pytest.fixture(scope="session")
def ml_100k() -> Dataset:
    """The real MovieLens 100K, from the cache or fetched."""
    return load_named("ml-100k")
