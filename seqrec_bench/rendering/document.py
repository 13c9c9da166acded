"""What a command shows, in whichever format it is asked for."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqrec_bench.rendering.blocks import Block
from seqrec_bench.rendering.markdown import to_markdown


@dataclass(frozen=True)
class Document:
    """The same content for people and for programs."""

    blocks: Sequence[Block]
    fields: Any
    """For JSON: numbers unrounded."""
    others: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """What writes it in each format that other documents do not have."""

    def written(self, format: str) -> str:
        """It in ``json``, in Markdown (``md`` and ``text``) or in one of its other formats."""
        if format == "json":
            return json_text(self.fields)
        return self.others[format]() if format in self.others else to_markdown(self.blocks)


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
