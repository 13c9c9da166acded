"""Values of hyperparameters, checked against the type that the model's field declares.

A field that can be set is an int, a float, a bool, a str, a Literal, or a union of these and None.
"""

import math
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from seqrec_bench.errors import InputError

Value = bool | int | float | str | None

_DESCRIPTIONS: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    NoneType: "none",
}


def check_value(value: object, field_type: object, place: str) -> Value:
    """Returns the value as its field's type has it: a whole number given for a float comes back as a float.

    Args:
        place: Whose value it is, for the error (``"item-knn.shrink"``).

    Raises:
        InputError: The value is of another type, or is a number that is not finite.
    """
    choices = _choices(field_type)
    finite = not isinstance(value, float) or math.isfinite(value)
    if isinstance(value, Value) and finite:
        if type(value) in choices or any(choice == value and type(choice) is type(value) for choice in choices):
            return value
        if type(value) is int and float in choices:
            return float(value)
    raise _refusal(value, choices, place)


def parse_value(text: str, field_type: object, place: str) -> Value:
    """Returns the value that a text from the command line stands for; ``none``, ``true`` and ``false`` are words.

    Raises:
        InputError: The text can't be read as a value of the type.
    """
    for reading in _readings(text):
        try:
            return check_value(reading, field_type, place)
        except InputError:
            continue
    raise _refusal(text, _choices(field_type), place)


def describe_type(field_type: object) -> str:
    """What a field of that type accepts, in words; empty for a type that settings don't have."""
    return _in_words(_choices(field_type))


def _choices(field_type: object) -> list[object]:
    """The types, and the single values of a Literal, that a field accepts."""
    if get_origin(field_type) is Literal:
        return list(get_args(field_type))
    if get_origin(field_type) in (Union, UnionType):
        return [choice for part in get_args(field_type) for choice in _choices(part)]
    return [field_type] if field_type in _DESCRIPTIONS else []


def _readings(text: str) -> Iterator[Value]:
    """Everything that the text may mean, the narrowest meaning first."""
    words: dict[str, Value] = {"none": None, "true": True, "false": False}
    if text in words:
        yield words[text]
    for number_type in (int, float):
        try:
            yield number_type(text)
        except ValueError:
            continue
    yield text


def _in_words(choices: list[object]) -> str:
    return " or ".join(_DESCRIPTIONS[choice] if choice in _DESCRIPTIONS else repr(choice) for choice in choices)


def _refusal(value: object, choices: list[object], place: str) -> InputError:
    if not choices:
        return InputError(f"{place} can't be set: its type is not one that settings have.")
    return InputError(f"{place} is {value!r}: give {_in_words(choices)}.")
