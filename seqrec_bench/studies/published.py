"""The variant ``paper`` where it is not a model's defaults: on data whose records were made before these changed."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from seqrec_bench.evaluation.settings import Value
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.studies.cells import Cell

PUBLISHED = Path(__file__).with_name("published.toml")
"""Settings by data set and model."""


def published_settings(model: str, dataset: str) -> Mapping[str, Value]:
    """What the variant `PAPER_VARIANT` of the model sets on the data set of this name; nothing of most."""
    return _published().get(dataset, {}).get(model, {})


def as_published(cells: Sequence[Cell], dataset: str) -> list[Cell]:
    """The cells, those of the variant `PAPER_VARIANT` as that is on the data set of this name."""
    return [
        replace(cell, settings=published_settings(cell.model, dataset)) if cell.variant == PAPER_VARIANT else cell
        for cell in cells
    ]


@cache
def _published() -> Mapping[str, Mapping[str, Mapping[str, Value]]]:
    return tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))
