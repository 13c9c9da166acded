"""What a model costs, from its records."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from seqrec_bench.records import Record


@dataclass(frozen=True)
class Cost:
    """Of one model, over its records."""

    fit_seconds: float
    """Wall time of one fit, the median."""
    fit_range: tuple[float, float]
    """Of the quickest and the slowest record."""
    fit_cpu_seconds: float | None
    """Processor time of one fit, the median; None where a record has none."""
    score_seconds: float
    """Wall time of scoring all test users once, the median."""
    parameters: int
    """Trained numbers; the most of any record."""
    peak_memory_bytes: int
    """The greatest resident size of any record's process."""


def cost(records: Sequence[Record]) -> Cost:
    """The cost of a model that these are the records of; at least one."""
    fits = [record.seconds["fit"] for record in records]
    of_processor = [record.seconds["fit_cpu"] for record in records if "fit_cpu" in record.seconds]
    return Cost(
        fit_seconds=median(fits),
        fit_range=(min(fits), max(fits)),
        fit_cpu_seconds=median(of_processor) if len(of_processor) == len(records) else None,
        score_seconds=median(record.seconds["score"] for record in records),
        parameters=max(record.parameters for record in records),
        peak_memory_bytes=max(record.peak_memory_bytes for record in records),
    )
