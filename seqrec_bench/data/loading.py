"""A data set ready for use, by its name or from one's own files."""

import re
from pathlib import Path
from reprlib import repr as shorten

from seqrec_bench.data.columns import Columns
from seqrec_bench.data.dataset import Dataset, prepare
from seqrec_bench.data.named import NAMED_DATASETS, FetchedDataset, fetch
from seqrec_bench.data.readers import read_interactions
from seqrec_bench.data.tag_files import read_tags
from seqrec_bench.errors import InputError


def load_named(name: str) -> Dataset:
    """Returns the public data set of this name, fetched first if it is not in the cache.

    Raises:
        InputError: As for `fetch`.
    """
    return load_fetched(fetch(name))


def load_fetched(fetched: FetchedDataset) -> Dataset:
    """Returns the public data set whose verified files these are.

    Raises:
        InputError: As for `prepare`.
    """
    interactions, tags = fetched.source.read(fetched.folder)
    return prepare(fetched.dataset.name, interactions, tags)


def load_file(interactions: Path, columns: Columns, tags: Path | None) -> Dataset:
    """Returns the data set in these files, called after the first of them; ``own-ml-100k`` if that is ``ml-100k.csv``.

    Raises:
        InputError: As for `read_interactions`, `read_tags` and `prepare`; or there is a single item.
    """
    name = path_safe_name(interactions)
    dataset = prepare(
        f"own-{name}" if name in NAMED_DATASETS else name,  # or its records would stand as the public data set's
        read_interactions(interactions, columns),
        None if tags is None else read_tags(tags),
    )
    if dataset.sequences.n_items == 1:
        raise InputError(
            f"{interactions} has a single item, {shorten(str(dataset.item_ids[1]))}, which every model would rank "
            "first: give data with more items."
        )
    return dataset


def path_safe_name(path: Path) -> str:
    """Returns the file's name without its suffixes, with only letters, digits, dots, dashes and underscores."""
    bare = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return re.sub(r"[^A-Za-z0-9._-]+", "-", bare.stem).strip(".-") or "dataset"
