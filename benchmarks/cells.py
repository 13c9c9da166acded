"""What a cell costs beside its training: its process, its imports, its data, and ranking twice."""

from benchmarks.generated import generated_dataset
from benchmarks.results import Measurement
from benchmarks.timing import in_fresh_process, seconds_of
from seqrec_bench.data import Dataset, load_named
from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.experiments.cell import Setting, run_cell
from seqrec_bench.experiments.processes import CellProcesses
from seqrec_bench.experiments.suite import Cell

DIMENSION = 100
MODELS = ("popularity", "fpmc", "caser", "am-lstm")
N_INTERACTIONS = 20_000_000
TURNS = 3


def measure() -> Measurement:
    return Measurement(
        title="A cell's start: process, imports and data, without training",
        head=("data", "model", "first cell s", "next cell s"),
        rows=[
            *(in_fresh_process(measure_row, "ml-100k", model) for model in MODELS),
            in_fresh_process(measure_row, None, "popularity"),
        ],
        notes=(
            "Cells of 0 epochs at dimension 100, one after the other in processes of their own; each also ranks all "
            "validation and test targets. The first one starts the process that the others are forked from, and makes "
            f"AM-LSTM's starting vectors if they are not in the cache; the next is the best of {TURNS}.",
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
    settings = {"epochs": 0} if "epochs" in hyperparameters(build(model, DIMENSION, {})) else {}
    cell = Cell(model, "paper", DIMENSION, 0, settings)
    processes = CellProcesses(1, run_cell, Setting(dataset, "cpu"), lambda cell, epoch: None)
    seconds = [seconds_of(lambda: processes.submit(cell).result()) for _ in range(1 + TURNS)]
    processes.shutdown()
    return seconds[0], min(seconds[1:])
