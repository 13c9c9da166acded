from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from seqrec_bench.records import Record
from seqrec_bench.studies.view import Row, View

N_USERS = 400
MISS = 1000


@pytest.fixture
def hits_record(make_record: Callable[..., Record]) -> Callable[..., Record]:
    """Builds a record of 400 users of whom so many, in a row, are hit, at rank 1: all metrics are hits / 400."""

    def make(model: str, hits: int, seed: int = 0, first: int = 0, **fields: object) -> Record:
        hit = {(first + number) % N_USERS for number in range(hits)}
        better = [0 if user in hit else MISS for user in range(N_USERS)]
        return make_record(model, 100, seed, **{"better": better, **fields})

    return make


@pytest.fixture
def small_paper(view: View) -> Callable[..., View]:
    """Builds a paper that reports these figures, one for all metrics of each of the models ``a``, ``b``, ..."""

    def make(rates: Sequence[float]) -> View:
        rows = tuple(
            Row(name.upper(), name, dict.fromkeys(view.metrics, rate), 100)
            for name, rate in zip("abcdefghijkl", rates, strict=False)
        )
        return replace(view, rows=rows, ablations=(), n_users=N_USERS)

    return make
