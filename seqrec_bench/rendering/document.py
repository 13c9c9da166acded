"""What a command shows, in whichever format it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqrec_bench.rendering.blocks import Block
from seqrec_bench.rendering.json_text import json_text
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
