"""Readers that several declarations share, for layouts of somebody's own: a folder goes in, raw data come out.

Nothing is guessed at: each declaration says how its file is laid out.
"""

import json
from pathlib import Path

from seqrec_bench.data.arrow_columns import interactions_from_table
from seqrec_bench.data.columns import ChosenColumns
from seqrec_bench.data.delimited import damage_refused, read_columns
from seqrec_bench.data.form import SEPARATORS
from seqrec_bench.data.interactions import RawData, RawTags
from seqrec_bench.data.row_blocks import Layout
from seqrec_bench.data.sequence_lines import read_sequences, read_spaced_columns
from seqrec_bench.data.sets.unpacking import MOST_UNPACKED, opened
from seqrec_bench.errors import InputError

SPACES = SEPARATORS["space"]
UNQUOTED_TABS = Layout("\t", quoted=False)
"""Where a title may begin with a quotation mark that is never closed."""


def read_rows(
    folder: Path,
    file: str,
    layout: Layout,
    names: tuple[str, ...],
    chosen: ChosenColumns,
    has_header: bool = False,
    most_bytes: int = MOST_UNPACKED,
) -> RawData:
    """Reads a row an interaction, which says nothing of items.

    Args:
        file: Its name, which may end in .gz.
        names: What its columns are called here, in order, whatever stands in its first line.
        chosen: Those of them that are the user, the item and the time.
        has_header: Whether the first line has names of columns.
        most_bytes: What may come out of it.

    Raises:
        InputError: As for `read_columns`, `interactions_from_table` and `opened`.
    """
    place = str(folder / file)
    with opened(folder / file, most_bytes=most_bytes) as source:
        table = read_columns(source, layout, names, has_header, chosen.names, place)
    return interactions_from_table(table, chosen, place), None


def read_user_sequences(folder: Path, file: str, tags: str | None = None) -> RawData:
    """Reads ``user item item ...`` a line, in the order of time, and tags as `read_json_tags` does from a second file.

    Raises:
        InputError: As for `read_sequences` and `read_json_tags`.
    """
    with opened(folder / file) as source, damage_refused(str(folder / file)):
        interactions = read_sequences(source, SPACES, True, str(folder / file))
    return interactions, None if tags is None else read_json_tags(folder / tags)


def read_pairs(folder: Path, file: str) -> RawData:
    """Reads ``user item`` a line, in the order of time.

    Raises:
        InputError: As for `read_spaced_columns`.
    """
    chosen = ChosenColumns("user", "item", None)
    place = str(folder / file)
    with opened(folder / file) as source, damage_refused(place):
        table = read_spaced_columns(source, SPACES, chosen.names, False, chosen.names, place)
    return interactions_from_table(table, chosen, place), None


def read_json_tags(path: Path) -> RawTags:
    """Reads an object of JSON: a list of attributes, which are numbers, by item.

    Raises:
        InputError: It is something else.
    """
    with opened(path, most_bytes=2**28) as source:
        try:
            found = json.load(source)
            tags = {item: frozenset(_attributes(attributes)) for item, attributes in found.items()}
        except (ValueError, AttributeError, RecursionError) as error:
            raise InputError(
                f"{path} is not an object of JSON with a list of numbers for each item ({error}): put the right file "
                "there."
            ) from error
    return RawTags(tags, {})


def _attributes(found: object) -> list[str]:
    if not isinstance(found, list) or not all(type(number) is int for number in found):
        raise ValueError("an item has something else")
    return [str(number) for number in found]
