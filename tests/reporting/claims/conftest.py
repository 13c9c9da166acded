from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from seqrec_bench.records import Record
from seqrec_bench.reporting.claims.ledger import Entry, claims_ledger
from seqrec_bench.studies.claim import Claim, ClaimTest
from seqrec_bench.studies.view import View

SEEDS = (0, 1, 2)


@pytest.fixture
def plant(make_record: Callable[..., Record]) -> Callable[..., list[Record]]:
    """Plants records of one model, one for each seed.

    Args (of what is returned):
        ranks: Of all targets, or of each user's, or a function of the seed that gives either. Where all users have the
            same rank with all seeds, any difference from another such model is known without error.
    """

    def plant(
        model: str,
        ranks: int | Sequence[int] | Callable[[int], int | Sequence[int]],
        dimension: int = 100,
        *,
        variant: str = "paper",
        seeds: Sequence[int] = SEEDS,
        n_users: int = 40,
        **options: object,
    ) -> list[Record]:
        records = []
        for seed in seeds:
            of_seed = ranks(seed) if callable(ranks) else ranks
            of_users = [of_seed] * n_users if isinstance(of_seed, int) else of_seed
            better = [rank - 1 for rank in of_users]
            records.append(make_record(model, dimension, seed, better=better, variant=variant, **options))
        return records

    return plant


@pytest.fixture
def judge(view: View) -> Callable[[list[Record], ClaimTest], Entry]:
    """Puts one claim to records."""

    def judge(records: list[Record], test: ClaimTest) -> Entry:
        ledger = claims_ledger(records, replace(view, claims=(Claim("X1", "What is claimed.", test),)))
        return ledger.entries[0]

    return judge
