"""What is kept of every cell, and where."""

from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.record import CellKey, DatasetIdentity, Recipe, Record
from seqrec_bench.records.store import Store

__all__ = ["CellKey", "DatasetIdentity", "Ranks", "Recipe", "Record", "Store"]
