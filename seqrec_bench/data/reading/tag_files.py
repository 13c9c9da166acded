"""Files that say which tags (genres, say) or title an item has: RecBole's ``.item``, comma- or tab-separated text."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from seqrec_bench.data.interactions import RawTags
from seqrec_bench.data.reading.columns import ITEM_NAMES, choose_column, usually_named
from seqrec_bench.data.reading.delimited import (
    COMMAS,
    ESCAPED,
    TABS,
    UNQUOTED_TABS,
    damage_refused,
    open_bytes,
    read_names,
    require_utf_8,
    require_width,
    text_rows,
)
from seqrec_bench.data.reading.doubtful_ids import MISSING_MARKS
from seqrec_bench.data.reading.readers import table_suffix
from seqrec_bench.data.reading.row_blocks import Bytes, Layout
from seqrec_bench.errors import InputError

TAG_NAMES = ("tags", "tag", "genres", "genre", "class", "categories", "category")
TITLE_NAMES = ("title", "movie_title", "item_title")
YEAR_NAMES = ("release_year", "year")
LAYOUTS = {
    ".csv": COMMAS._replace(doubt=ESCAPED),
    ".tsv": TABS._replace(doubt="name it .item if the mark is a part of the value, or put the value into one line"),
    ".item": UNQUOTED_TABS,
}
"""By the file's suffix; each may be followed by .gz."""

NO_TAGS = "(no genres listed)"
"""What MovieLens writes where a film has no genre."""


def read_tags(path: Path, as_written: bool = False) -> RawTags:
    """Reads each item's tags, its title or both from a .csv, .tsv or .item file (each also .gz).

    A year that has a column of its own is put after the title, as MovieLens writes it. Tags are separated by ``|``, or
    by spaces in a RecBole column of type token_seq. An item may have several rows.

    Args:
        as_written: Whether a field that usually stands for a missing value, such as nan, is a tag all the same.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind, or has no item column or neither tags nor
            titles.
    """
    suffix = table_suffix(path)
    if suffix not in LAYOUTS:
        raise InputError(
            f"{path} is of an unknown kind: a file of tags has to end in {', '.join(LAYOUTS)} with or without .gz."
        )
    with open_bytes(path) as file, damage_refused(str(path)):
        return parse_tags(file, LAYOUTS[suffix], read_names(path, LAYOUTS[suffix]), str(path), as_written)


def parse_tags(source: Bytes, layout: Layout, names: Sequence[str], file: str, as_written: bool = False) -> RawTags:
    """Returns what a table says that has these column names in its first line."""
    item = names.index(choose_column(names, ITEM_NAMES, "rename the item column", file))
    titles = [names.index(name) for name in usually_named(names, TITLE_NAMES)[:1]]
    years = [names.index(name) for name in usually_named(names, YEAR_NAMES)[:1]]
    tags = [names.index(_tags_column(names, file))] if usually_named(names, TAG_NAMES) or not titles else []
    tags_of: dict[str, set[str]] = defaultdict(set)
    title_of: dict[str, str] = {}
    rows = text_rows(source, layout, file)
    next(rows)
    for number, row in enumerate(filter(None, rows), start=1):
        require_width(row, names, number, layout, file)
        require_utf_8([row[place] for place in (item, *tags, *titles, *years)], number, file)
        for tag in tags:
            if not as_written:
                _require_tags(row[tag], number, names[tag], file)
            tags_of[row[item]].update(split_tags(row[tag], _separator(names[tag])))
        title_of.update((row[item], _dated(row[title], [row[year] for year in years])) for title in titles)
    return RawTags({key: frozenset(found) for key, found in tags_of.items()} if tags else None, title_of)


def _require_tags(value: str, number: int, name: str, file: str) -> None:
    """Raises `InputError` where the field most likely says that the item has none."""
    if value in MISSING_MARKS:
        raise InputError(
            f"Row {number} of {file} has the {name} {value!r}, a mark for a missing value: leave the field empty where "
            "an item has none, or add --ids-as-written if it is one."
        )


def _tags_column(names: Sequence[str], file: str) -> str:
    mend = f"rename the column of tags, or that of titles ({', '.join(TITLE_NAMES)}) where there are no tags"
    return choose_column(names, TAG_NAMES, mend, file)


def split_tags(value: str, separator: str | None) -> Sequence[str]:
    """Returns the tags in a field; without a separator the field is one tag."""
    parts = value.split(separator) if separator else [value]
    return [part.strip() for part in parts if part.strip() not in ("", NO_TAGS)]


def _dated(title: str, years: Sequence[str]) -> str:
    """``Toy Story (1995)``; what is no year of four digits is left out."""
    return " ".join([title, *(f"({year})" for year in years if re.fullmatch(r"\d{4}", year, re.ASCII))])


def _separator(name: str) -> str | None:
    """How tags are separated in the column of this name."""
    kind = name.partition(":")[2]
    return {"": "|", "token_seq": " "}.get(kind)
