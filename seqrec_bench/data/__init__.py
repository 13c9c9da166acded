"""From raw files to validated, re-indexed, ordered sequences and the one split."""

from seqrec_bench.data.dataset import Dataset, prepare
from seqrec_bench.data.description import Description, describe
from seqrec_bench.data.interactions import Interactions, RawTags
from seqrec_bench.data.loading import load_fetched, load_file, load_named
from seqrec_bench.data.reading.columns import ChosenColumns, Columns
from seqrec_bench.data.reading.readers import read_interactions
from seqrec_bench.data.reading.tag_files import read_tags
from seqrec_bench.data.sets.declaration import Family, NamedDataset
from seqrec_bench.data.sets.fetching import FetchedDataset, data_option, fetch, find_cached
from seqrec_bench.data.sets.reading import read_rows
from seqrec_bench.data.sets.registry import is_public, named_dataset
from seqrec_bench.data.sets.sources import ByHand, Download, RemoteFile
from seqrec_bench.data.split import Holdout, Split, leave_one_out

__all__ = [
    "ByHand",
    "ChosenColumns",
    "Columns",
    "Dataset",
    "Description",
    "Download",
    "Family",
    "FetchedDataset",
    "Holdout",
    "Interactions",
    "NamedDataset",
    "RawTags",
    "RemoteFile",
    "Split",
    "data_option",
    "describe",
    "fetch",
    "find_cached",
    "is_public",
    "leave_one_out",
    "load_fetched",
    "load_file",
    "load_named",
    "named_dataset",
    "prepare",
    "read_interactions",
    "read_rows",
    "read_tags",
]
