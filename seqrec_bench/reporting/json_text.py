"""JSON as every table, ledger and report of the bench writes it."""

import json
from typing import Any


def json_text(fields: Any) -> str:
    """Indented, one line feed at its end, letters as they are.

    Raises:
        ValueError: A number is NaN or infinite, which JSON has no word for.
    """
    return json.dumps(fields, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
