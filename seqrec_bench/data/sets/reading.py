"""Readers that several declarations share, for layouts of somebody's own: a folder goes in, raw data come out.

Nothing is guessed at: each declaration says how its file is laid out.
"""

import json
from pathlib import Path
from reprlib import repr as shorten

from seqrec_bench.data.interactions import RawData, RawTags
from seqrec_bench.data.reading.arrow_columns import interactions_from_table
from seqrec_bench.data.reading.columns import ChosenColumns
from seqrec_bench.data.reading.delimited import damage_refused, read_columns, text_rows
from seqrec_bench.data.reading.form import SEPARATORS
from seqrec_bench.data.reading.row_blocks import Bytes, Layout
from seqrec_bench.data.reading.sequence_lines import read_sequences, read_spaced_columns
from seqrec_bench.data.sets.unpacking import MOST_UNPACKED, opened
from seqrec_bench.errors import InputError

SPACES = SEPARATORS["space"]


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
        names: Those of its columns, in order, where it has some, and else any.
        chosen: Those of them that are the user, the item and the time.
        has_header: Whether the first line has them.
        most_bytes: What may come out of it.

    Raises:
        InputError: The first line has other names; or as for `read_columns`, `interactions_from_table` and `opened`.
    """
    place = str(folder / file)
    with opened(folder / file, most_bytes=most_bytes) as source:
        if has_header:
            require_header(source, layout, names, place)
        table = read_columns(source, layout, names, has_header, chosen.names, place)
    return interactions_from_table(table, chosen, place), None


def require_header(source: Bytes, layout: Layout, names: tuple[str, ...], place: str) -> None:
    """Raises `InputError` unless the first line has these names, but for capitals and what is neither letter nor digit.

    Without the names, a row would be taken for them, and lost.
    """
    with damage_refused(place):
        found = next(text_rows(source, layout, place), [])
    if list(map(_plain, found)) != list(map(_plain, names)):
        raise InputError(
            f"{place} begins with {shorten(layout.delimiter.join(found))} and not with the names of its columns, "
            f"{layout.delimiter.join(names)}: put the right file there."
        )
    source.seek(0)


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


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
