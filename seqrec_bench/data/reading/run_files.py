"""Runs as tools of information retrieval write them: users are queries and items documents.

A TREC run has a line ``query Q0 document rank score tag`` for each item, a run of ranx one JSON object of
``{query: {document: score}}``.
"""

import json
from collections import Counter
from collections.abc import Mapping
from math import isnan, nan
from pathlib import Path
from typing import Any

from seqrec_bench.data.reading.delimited import damage_refused, open_bytes
from seqrec_bench.data.reading.form import SEPARATORS
from seqrec_bench.data.reading.sequence_lines import read_spaced_columns
from seqrec_bench.errors import InputError

TREC_COLUMNS = ["user_id", "Q0", "item_id", "rank", "score", "tag"]
"""A line's values, called what they are here."""
LONGEST_JSON = 2**29
"""Bytes: a JSON object has to be in memory as a whole, also where a small file is unpacked to a large one."""


def read_trec(path: Path) -> Any:
    """Returns a ``pyarrow.Table`` of user_id, item_id, rank and score, all as text.

    Raises:
        InputError: A line has not six values, which any number of spaces and tabs separate, or the file is damaged.
    """
    file, layout = str(path), SEPARATORS["space"]
    wanted = [name for name in TREC_COLUMNS if name not in ("Q0", "tag")]
    with open_bytes(path) as source, damage_refused(file):
        return read_spaced_columns(source, layout, TREC_COLUMNS, False, wanted, file, "correct it")


def read_ranx(path: Path) -> Any:
    """Returns a ``pyarrow.Table`` of user_id, item_id and score.

    Raises:
        InputError: It is not such an object, has a user or an item of a user twice, or is too large.
    """
    import pyarrow as pa

    file = str(path)
    with open_bytes(path) as source, damage_refused(file):
        content = source.read(LONGEST_JSON + 1)
    if len(content) > LONGEST_JSON:
        raise InputError(f"{file} has more than {LONGEST_JSON:,} bytes of JSON: save the run as Parquet.")
    lists = _object(content, file)
    users = [user for user, scores in lists.items() for _ in scores]
    items = [item for scores in lists.values() for item in scores]
    try:
        ids = {"user_id": pa.array(users, pa.string()), "item_id": pa.array(items, pa.string())}
    except UnicodeEncodeError as error:
        raise InputError(f"{file} has an id with half a character ({error}): write it anew, as UTF-8.") from error
    return pa.table(ids | {"score": pa.array([s for scores in lists.values() for s in scores.values()], pa.float64())})


def _object(content: bytes, file: str) -> Mapping[str, Mapping[str, float]]:
    """What the file holds, with every score a float."""
    try:
        found = json.loads(content, object_pairs_hook=_without_repetition)
    except _RepeatedKey as error:
        raise InputError(
            f"{file} has {error} twice in one object: give each user, and each item of a user, once."
        ) from error
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise InputError(f"{file} can't be read as JSON ({error}): give an undamaged file.") from error
    form = 'the form {"user": {"item": score}}'
    if not isinstance(found, dict):
        raise InputError(f"{file} has not {form}: write it so, or give csv or Parquet.")
    return {
        user: _scores(user, scores, f"{file} has not {form} at the user {user!r}") for user, scores in found.items()
    }


class _RepeatedKey(Exception):
    """A key stands twice in a JSON object."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _RepeatedKey(repr(next(key for key, count in counts.items() if count > 1)))
    return found


def _scores(user: str, scores: Any, complaint: str) -> dict[str, float]:
    if not isinstance(scores, dict):
        raise InputError(f"{complaint}: write it so, or give csv or Parquet.")
    numbers = {item: _number(score) for item, score in scores.items()}
    for item, number in numbers.items():
        if isnan(number):
            raise InputError(
                f"{complaint}, the item {item!r}, whose score is {json.dumps(scores[item])[:40]}: give a number, or "
                "leave the item out if it has none."
            )
    return numbers


def _number(value: Any) -> float:
    """NaN for what is none, or beyond the range of floats."""
    try:
        return float(value) if type(value) in (int, float) else nan
    except OverflowError:
        return nan
