"""A TOML table's fields, each of which must be known, there, and of its type."""

from collections.abc import Mapping
from typing import Any


def read_fields(
    value: Any, where: str, types: Mapping[str, type], optional: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """The table's fields, after every key was found to be known, there, and of its type.

    Args:
        where: The table's place in the file, for the complaint; empty for the file itself.

    Raises:
        ValueError: One of them is not.
    """
    require(isinstance(value, dict), f"{where} is not a table")
    prefix = f"{where}." if where else ""
    known = {**types, **(optional or {})}
    for key, field in value.items():
        require(key in known, f"it has the unknown key {prefix}{key} (known here: {', '.join(known)})")
        require(type(field) is known[key], f"{prefix}{key} is {field!r}, which is not of type {known[key].__name__}")
        require(known[key] is not str or bool(field), f"{prefix}{key} is empty")
        fine = known[key] is not str or " ".join(field.split()).isprintable()
        require(fine, f"{prefix}{key} is {field!r}, which has characters that can't be printed")
    for key in types:
        require(key in value, f"it lacks the key {prefix}{key}")
    return dict(value)


def require(holds: bool, complaint: str) -> None:
    """Raises a ValueError with the complaint unless the condition holds."""
    if not holds:
        raise ValueError(complaint)
