"""The claims of a paper where the same trained models were ranked among other candidates."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from seqrec_bench.analysis.claims.ledger import Entry, claims_ledger
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.variants import SAMPLES, SEEN
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.records import Record
from seqrec_bench.studies.view import View

CANDIDATES: Mapping[str, str] = {
    **dict.fromkeys(SEEN.protocols, "seen items kept"),
    **{protocol: f"{variant.label} negatives" for variant in SAMPLES for protocol in variant.protocols},
}
"""By protocol, what it ranks the target among."""


@dataclass(frozen=True)
class Elsewhere:
    """The claims that can be judged under another protocol."""

    protocol: str
    entries: Sequence[Entry]
    """Never none."""

    @property
    def words(self) -> str:
        return f"{CANDIDATES[self.protocol]} ({self.protocol})"

    def of(self, verdict: Verdict) -> list[str]:
        """The claims with this verdict."""
        return [entry.claim.id for entry in self.entries if entry.verdict is verdict]


def claims_elsewhere(records: Iterable[Record], view: View) -> Iterator[Elsewhere]:
    """The ledger under each other protocol whose records are enough for a claim, as ``claims --protocol`` has it.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    if view.protocol != LOO_FULL:
        return
    records = list(records)
    recorded = {record.key.protocol for record in records if record.key.dataset == view.dataset}
    for protocol in CANDIDATES:
        if protocol in recorded:
            ledger = claims_ledger(records, replace(view, protocol=protocol))
            if judged := [entry for entry in ledger.entries if entry.parts]:
                yield Elsewhere(protocol, judged)
