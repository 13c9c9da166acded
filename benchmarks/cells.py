"""What a cell costs before its training begins: its process, its imports and its data."""

from collections.abc import Callable

from benchmarks.generated import generated_dataset
from benchmarks.results import Measurement
from benchmarks.timing import in_fresh_process, seconds_of
from seqrec_bench.data import Dataset, load_named
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments.cell import Lesson, Setting
from seqrec_bench.experiments.processes import CellProcesses
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

MODELS = ("popularity", "fpmc", "caser", "am-lstm")
N_INTERACTIONS = 20_000_000
TURNS = 3


def measure() -> Measurement:
    return Measurement(
        title="A cell's start: process, imports and data",
        head=("data", "model", "first cell s", "next cell s"),
        rows=[
            *(in_fresh_process(measure_row, "ml-100k", model) for model in MODELS),
            in_fresh_process(measure_row, None, "fpmc"),
        ],
        notes=(
            "Cells that end once they have their model and split, one after the other in processes of their own. The "
            "first starts the process that the others are forked from, which imports torch if the model does; the next "
            f"is the best of {TURNS}.",
            f"“generated” has {N_INTERACTIONS:,} interactions; every cell maps their arrays and those of their split.",
        ),
    )


def measure_row(data: str | None, model: str) -> tuple[str, ...]:
    """The table's row for a named data set, or for generated interactions."""
    dataset = generated_dataset(N_INTERACTIONS) if data is None else load_named(data)
    first, following = seconds_of_cells(dataset, model)
    return dataset.name, model, f"{first:.2f}", f"{following:.2f}"


def seconds_of_cells(dataset: Dataset, model: str) -> tuple[float, float]:
    """Of the first cell and of the fastest after it."""
    build(model, dimension=100, settings={})  # as whoever plans cells does; what it imports is there for all of them
    processes = CellProcesses(1, begin, Setting(dataset, "cpu").lesson, lambda cell, epoch: None)
    cell = Cell(model, "paper", 100, 0)
    seconds = [seconds_of(lambda: processes.submit(cell).result()) for _ in range(1 + TURNS)]
    processes.shutdown()
    return seconds[0], min(seconds[1:])


def begin(cell: Cell, lesson: Lesson, report: Callable[[Epoch], None]) -> int:
    """What `learn` does first, and no more."""
    build(cell.model, cell.dimension, cell.settings)
    return lesson.validation.history.n_interactions
