"""JSON that means one thing only: what other readers pass over in silence is an error."""

import json
import math
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 100
"""Of objects and lists in one another. What Python reads may be too deep for it to go through, or to write again."""
_NESTING = {dict, list}


def parse(text: str | bytes) -> Any:
    """What the text holds.

    Raises:
        ValueError: It is no JSON, holds NaN or infinity, gives a key twice, or is nested too deeply to be read.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if _is_deeper(value, MAX_DEPTH):
        raise ValueError("it is nested too deeply")
    return value


def is_finite_number(value: Any) -> bool:
    """Whether it is a number, not true or false, that a float can hold."""
    try:
        return type(value) in (int, float) and math.isfinite(value)
    except OverflowError:  # a whole number beyond the greatest float
        return False


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether so many objects and lists are in one another, and more."""
    level = [value] if type(value) in _NESTING else []
    for _ in range(depth):
        if not level:
            return False
        level = [part for each in level for part in _parts(each) if type(part) in _NESTING]
    return bool(level)


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is not a number")


def _finite(text: str) -> float:
    """The number; json alone would read 1e999 as an infinity, which it then could not write."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"it holds {text[:20]}, which is greater than any float")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; of one key's two values others take the last, so that an edit could hide behind the first."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in fields if keys.count(key) > 1)
        raise ValueError(f"it gives {twice!r} twice")
    return fields
