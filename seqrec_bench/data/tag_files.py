"""Files that say which tags (genres, say) an item has: RecBole's ``.item``, comma- or tab-separated text."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from seqrec_bench.data.columns import ITEM_NAMES, choose_column, usually_named
from seqrec_bench.data.delimited import MISREAD, open_bytes
from seqrec_bench.data.interactions import RawTags
from seqrec_bench.data.readers import table_suffix
from seqrec_bench.errors import InputError

TAG_NAMES = ("tags", "tag", "genres", "genre", "class", "categories", "category")
TITLE_NAMES = ("title", "movie_title", "item_title")
YEAR_NAMES = ("release_year", "year")
DELIMITERS = {".csv": ",", ".tsv": "\t", ".item": "\t"}
"""By the file's suffix; each may be followed by .gz."""

NO_TAGS = "(no genres listed)"
"""What MovieLens writes where a film has no genre."""


def read_tags(path: Path) -> RawTags:
    """Reads each item's tags, and its title where there is one, from a .csv, .tsv or .item file (each also .gz).

    A year that has a column of its own is put after the title, as MovieLens writes it. Tags are separated by ``|``, or
    by spaces in a RecBole column of type token_seq. An item may have several rows.

    Raises:
        InputError: The file is absent, damaged, empty or of another kind, or has no item or no tags column.
    """
    suffix = table_suffix(path)
    if suffix not in DELIMITERS:
        raise InputError(
            f"{path} is of an unknown kind: a file of tags has to end in {', '.join(DELIMITERS)} with or without .gz."
        )
    quoted = suffix != ".item"  # RecBole never quotes, and a title may begin with a quotation mark
    try:
        with open_bytes(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            return parse_tags(text, DELIMITERS[suffix], quoted, str(path))
    except MISREAD as error:
        raise InputError(f"{path} can't be read as text ({error}): give an undamaged UTF-8 file.") from error


def parse_tags(text: TextIO, delimiter: str, quoted: bool, file: str) -> RawTags:
    """Returns what a table with column names in its first line says; `quoted` if quotation marks are not content."""
    rows = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    names = next(rows, [])
    item = names.index(choose_column(names, None, ITEM_NAMES, "rename the item column", file))
    tag = names.index(choose_column(names, None, TAG_NAMES, "rename the column of tags", file))
    titles = [names.index(name) for name in usually_named(names, TITLE_NAMES)[:1]]
    years = [names.index(name) for name in usually_named(names, YEAR_NAMES)[:1]]
    separator = _separator(names[tag])
    tags_of: dict[str, set[str]] = defaultdict(set)
    title_of: dict[str, str] = {}
    for number, row in enumerate(filter(None, rows), start=1):
        if len(row) != len(names):
            raise InputError(f"Row {number} of {file} has {len(row)} values for {len(names)} columns: correct it.")
        tags_of[row[item]].update(split_tags(row[tag], separator))
        title_of.update((row[item], _dated(row[title], [row[year] for year in years])) for title in titles)
    return RawTags({key: frozenset(tags) for key, tags in tags_of.items()}, title_of)


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
