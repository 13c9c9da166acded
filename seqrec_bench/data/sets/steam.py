"""Reviews of games on Steam, as SASRec has them."""

import ast
import re
from array import array
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import numpy as np

from seqrec_bench.data.interactions import Interactions, RawData
from seqrec_bench.data.reading.row_blocks import LONGEST_ROW
from seqrec_bench.data.sets.declaration import NamedDataset
from seqrec_bench.data.sets.sources import Download, RemoteFile
from seqrec_bench.data.sets.unpacking import opened
from seqrec_bench.errors import InputError, in_words

STEAM_FILE = "steam_reviews.json.gz"
WANTED = ("username", "product_id", "date")

_TEXT = rb"""u?(?:'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")"""
_PAIR = re.compile(rb"u?'(\w+)': (" + _TEXT + rb"|-?[0-9.]+|True|False|None)(?:, |\}\s*\Z)")


def read_steam(folder: Path) -> RawData:
    """Reads a review a line, each written by Python's repr of a dict: quotation marks are single, true is True.

    It is no JSON, for all its name. Values are taken for literals, and nothing else is evaluated.

    Raises:
        InputError: A line is no such dict, or lacks a name, a game or a day.
    """
    users: defaultdict[str, int] = defaultdict(lambda: len(users))
    items: defaultdict[str, int] = defaultdict(lambda: len(items))
    user_codes, item_codes, times = array("i"), array("i"), array("q")
    seconds_of: dict[str, int] = {}
    path = folder / STEAM_FILE
    with opened(path, most_bytes=5 * 10**9) as source:
        number = 0
        while line := source.readline(LONGEST_ROW):
            number += 1
            try:
                user, item, day = _values(line)
                if day not in seconds_of:
                    seconds_of[day] = int(datetime.strptime(f"{day} +0000", "%Y-%m-%d %z").timestamp())
                user_codes.append(users[user])
                item_codes.append(items[item])
                times.append(seconds_of[day])
            except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
                raise InputError(
                    f"Row {number} of {path} is no review ({in_words(error)}): put the right file there."
                ) from error
    if not times:
        raise InputError(f"{path} has no rows: put the right file there.")
    stamps = np.array(times, dtype=np.int64)
    codes = np.array(user_codes, dtype=np.int32), np.array(item_codes, dtype=np.int32)
    return Interactions(*codes, stamps, np.array(list(users)), np.array(list(items))), None


def _values(line: bytes) -> list[str]:
    """The user, the game and the day of a review.

    Only these are made Python values, which takes a third of the time of all of them; a line with something else than
    texts and numbers in it is evaluated as a whole.
    """
    found, place = {}, 1
    while place < len(line) and (pair := _PAIR.match(line, place)):
        found[pair[1].decode()], place = pair[2], pair.end()
    if place < len(line) or line[:1] != b"{":
        review = ast.literal_eval(line.decode())
        values = [review[name] for name in WANTED]
    else:
        values = [_value(found[name]) for name in WANTED]
    if not all(isinstance(value, str) and value for value in values):
        raise ValueError("no text for a name")
    return values


def _value(literal: bytes) -> object:
    if literal[:1] == b"'" and b"\\" not in literal:
        return literal[1:-1].decode()
    return ast.literal_eval(literal.decode())


# The address is that of the authors' page of data sets, the sha256 that of OmniRec 1.1.0; how its lines are written,
# and which of their values SASRec takes, several public readers show.
STEAM = NamedDataset(
    "steam",
    None,
    None,
    None,
    "not known; cite the paper.",
    "Wang-Cheng Kang and Julian McAuley. 2018. Self-Attentive Sequential Recommendation. ICDM. "
    "https://doi.org/10.1109/ICDM.2018.00035",
    Download(
        "UC San Diego",
        (
            RemoteFile(
                f"https://cseweb.ucsd.edu/~wckang/{STEAM_FILE}",
                "sha256:40c6343deedf488689987749c5f8435233da48c163fbaa2a7766c215d584bc61",
                2 * 10**9,
            ),
        ),
        read_steam,
    ),
    notes="A review is an interaction, and a user is a name, which several people may have. Times are days.",
)
