"""``python -m benchmarks.patience [RESULTS]``: what a training keeps that patience ends, by curves that went further.

The curves are those of the committed records, and of ``patience.csv`` the variant ``long``: trainings that went on when
their validation figure no longer rose. RESULTS has records of that variant, which take the place of what is there.
"""

import csv
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.recommender import SELECTION_METRIC
from seqrec_bench.records import PAPER_VARIANT, Record, Store
from seqrec_bench.rendering.markdown import markdown_table

CURVES = Path(__file__).with_name("patience.csv")
COMMITTED = Path(__file__).parents[1] / "results"
LONG = "long"
PATIENCES = (5, 10, 20, 30, 50, 100)
_COLUMNS = ("dataset", "model", "dimension", "seed", "epoch", SELECTION_METRIC)

Curves = Mapping["Place", Sequence[Sequence[float]]]


class Place(NamedTuple):
    """Where trainings were made that count as one group."""

    dataset: str
    model: str
    variant: str


class Ended(NamedTuple):
    """What a training keeps that ends so many epochs after its best figure so far."""

    best: float
    n_epochs: int


def ended_by(patience: int, figures: Sequence[float]) -> Ended:
    """What is kept of a training with these validation figures, one an epoch, and after how many it ends."""
    best, kept = -1.0, 0
    for number, figure in enumerate(figures, start=1):
        if figure > best:
            best, kept = figure, number
        if number - kept >= patience:
            return Ended(best, number)
    return Ended(best, len(figures))


def table(curves: Curves) -> str:
    """A row for each group: the figure that is kept and, in brackets, the epochs that are run, both on average."""
    named = [f"patience {patience}" for patience in PATIENCES]
    rows = [["data", "model", "runs", "best epoch", "all epochs", *named]]
    for place, group in sorted(curves.items()):
        best = [figures.index(max(figures)) + 1 for figures in group]
        rows.append(
            [
                place.dataset,
                place.model if place.variant == PAPER_VARIANT else f"{place.model}, {place.variant}",
                str(len(group)),
                " to ".join(dict.fromkeys((str(min(best)), str(max(best))))),
                *(_kept(patience, group) for patience in (max(map(len, group)), *PATIENCES)),
            ]
        )
    return markdown_table(rows, n_left=2)


def _kept(patience: int, group: Sequence[Sequence[float]]) -> str:
    ends = [ended_by(patience, figures) for figures in group]
    figure, n_epochs = (statistics.fmean(values) for values in zip(*ends, strict=True))
    return f"{figure:.4f} ({n_epochs:.0f})"


def curves() -> Curves:
    """Validation figures by epoch: of the committed records that were trained, and of the long trainings."""
    found: dict[Place, list[list[float]]] = defaultdict(list)
    for record in Store(COMMITTED).records():
        if record.curve and record.key.protocol == LOO_FULL and record.key.variant == PAPER_VARIANT:
            found[_place(record)].append([epoch.validation[SELECTION_METRIC] for epoch in record.curve])
    runs: dict[tuple[str, ...], list[float]] = defaultdict(list)
    with CURVES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            run = tuple(row[column] for column in _COLUMNS[:4])
            runs[run].append(float(row[SELECTION_METRIC]))
    for (dataset, model, *_), figures in runs.items():
        found[Place(dataset, model, LONG)].append(figures)
    return found


def keep(records: Sequence[Record]) -> None:
    """Writes the curves of the long trainings among the records to `CURVES`."""
    with CURVES.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_rows(sorted(records, key=lambda record: record.key)))


def _rows(records: Sequence[Record]) -> Iterator[tuple[object, ...]]:
    for record in records:
        key = record.key
        for epoch in record.curve if key.variant == LONG else ():
            figure = f"{epoch.validation[SELECTION_METRIC]:.4f}"
            yield key.dataset, key.model, key.dimension, key.seed, epoch.number, figure


def _place(record: Record) -> Place:
    return Place(record.key.dataset, record.key.model, record.key.variant)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        keep(Store(Path(sys.argv[1])).records())
    typer.echo(table(curves()))
