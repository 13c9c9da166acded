"""What is kept of every cell, and where."""

from seqrec_bench.records.locks import Lock, LockHolder
from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.record import (
    BY_ROW,
    BY_TIME,
    PAPER_VARIANT,
    CellKey,
    Configuration,
    DatasetIdentity,
    Recipe,
    Record,
)
from seqrec_bench.records.store import RESTORE, Store
from seqrec_bench.records.top import TopFile, TopLists

__all__ = [
    "BY_ROW",
    "BY_TIME",
    "PAPER_VARIANT",
    "RESTORE",
    "CellKey",
    "Configuration",
    "DatasetIdentity",
    "Lock",
    "LockHolder",
    "Ranks",
    "Recipe",
    "Record",
    "Store",
    "TopFile",
    "TopLists",
]
