"""A data set ready for use, by its name or from one's own files."""

import re
from pathlib import Path
from reprlib import repr as shorten

from seqrec_bench.data.dataset import Dataset, prepare
from seqrec_bench.data.reading.columns import Columns
from seqrec_bench.data.reading.form import PLAIN, Form
from seqrec_bench.data.reading.readers import read_interactions
from seqrec_bench.data.reading.tag_files import read_tags
from seqrec_bench.data.sets.fetching import FetchedDataset, fetch
from seqrec_bench.data.sets.others import read
from seqrec_bench.data.sets.registry import is_public
from seqrec_bench.errors import InputError
from seqrec_bench.text import is_name

MAX_NAME = 100
"""Characters of a data set's name that is chosen."""


def load_named(name: str) -> Dataset:
    """Returns the public data set of this name, fetched first if it is not in the cache.

    Raises:
        InputError: As for `fetch`.
    """
    return load_fetched(fetch(name))


def load_fetched(fetched: FetchedDataset) -> Dataset:
    """Returns the public data set whose verified files these are.

    Raises:
        InputError: As for `prepare`; or the files, or what a distribution that declares it makes of them, are not as
            they have to be.
    """
    name = fetched.dataset.name
    return prepare(name, *read(name, fetched.source, fetched.folder))


def load_file(
    interactions: Path, columns: Columns, tags: Path | None, name: str | None = None, form: Form = PLAIN
) -> Dataset:
    """Returns the data set in these files, called after the first of them; ``own-ml-100k`` if that is ``ml-100k.csv``.

    Args:
        name: What it is called instead.

    Raises:
        InputError: As for `read_interactions`, `read_tags` and `prepare`; or there is a single item; or the name can't
            be one.
    """
    dataset = prepare(
        _own_name(interactions) if name is None else required_name(name),
        read_interactions(interactions, columns, form),
        None if tags is None else read_tags(tags, form.ids_as_written),
    )
    return require_several_items(dataset, interactions)


def require_several_items(dataset: Dataset, file: Path) -> Dataset:
    """The data set, if it has more than one item."""
    if dataset.sequences.n_items == 1:
        raise InputError(
            f"{file} has a single item, {shorten(str(dataset.item_ids[1]))}, which every model would rank first: give "
            "data with more items."
        )
    return dataset


def _own_name(path: Path) -> str:
    """What the file's data set is called: never like a public one, as which its records would stand."""
    return not_public(path_safe_name(path))


def not_public(name: str) -> str:
    """The name, or another where it is a public data set's."""
    return f"own-{name}" if is_public(name) else name


def required_name(name: str) -> str:
    """The name that somebody has chosen, if it can be one."""
    if not is_name(name) or len(name) > MAX_NAME:
        raise InputError(
            f"{shorten(name)} can't be a data set's name, since it becomes a folder's: use at most {MAX_NAME} letters, "
            "digits, dots, dashes and underscores, with no dot or dash first."
        )
    if is_public(name):
        raise InputError(f"{name} is the name of a public data set: give data of your own another.")
    return name


def path_safe_name(path: Path) -> str:
    """Returns the file's name without its suffixes, with only letters, digits, dots, dashes and underscores."""
    bare = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return safe_name(bare.stem)


def safe_name(text: str) -> str:
    """Returns the text with only letters, digits, dots, dashes and underscores."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-") or "dataset"
