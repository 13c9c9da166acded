"""JSON as every table, ledger and report of the bench writes it."""

import json
import re
from typing import Any


def json_text(fields: Any) -> str:
    r"""Indented, one line feed at its end, letters as they are; what can't be printed is escaped, as ``\u001b``.

    Raises:
        ValueError: A number is NaN or infinite, which JSON has no word for.
    """
    text = json.dumps(fields, indent=2, allow_nan=False, ensure_ascii=False)
    return re.sub(r"[^\n -~]", _escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    """The character, which stands in a string, as JSON may also have it."""
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]
