from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.claims.ledger import Entry, claims_ledger
from seqrec_bench.records import Record
from seqrec_bench.studies.claim import Claim, ClaimTest
from seqrec_bench.studies.view import View

SEEDS = (0, 1, 2)


@pytest.fixture
def judge(view: View) -> Callable[[list[Record], ClaimTest], Entry]:
    """Puts one claim to records."""

    def judge(records: list[Record], test: ClaimTest) -> Entry:
        selection = next((record.recipe.selection for record in records), None) or view.selection
        claim = Claim("X1", "What is claimed.", test)
        ledger = claims_ledger(records, replace(view, selection=selection, claims=(claim,)))
        return ledger.entries[0]

    return judge
