"""A file of interactions of each form, read, validated, ordered, hashed and split, against pyarrow's mere reading."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generated import write_files
from benchmarks.growth import draw_growth
from benchmarks.results import Measurement
from benchmarks.timing import MB, in_fresh_process, memory_in_use, peak_memory, seconds_of
from seqrec_bench.data import Columns, leave_one_out, load_file
from seqrec_bench.data.reading.form import Form

SIZES = (1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000)
TURNS = 3
FIGURE = Path(__file__).with_name("data-growth.png")


@dataclass(frozen=True)
class Load:
    """What it cost to load a file in a fresh process."""

    seconds: float
    peak_bytes: int
    """Beyond what the process had before."""
    array_bytes: int
    """Of the arrays that are there in the end."""


@dataclass(frozen=True)
class Point:
    """One file: the least seconds of all turns, the greatest memory."""

    n_interactions: int
    suffix: str
    merely_read: Load
    prepared: Load


def measure() -> Measurement:
    points = measure_points(SIZES, TURNS)
    draw_growth(points, FIGURE)
    return Measurement(
        title="Data: a file read, validated, ordered, hashed and split",
        head=(
            "file",
            "interactions",
            "arrays MB",
            "pyarrow s",
            "ours s",
            "ratio",
            "µs each",
            "peak MB",
            "times the arrays",
        ),
        rows=[_row(point) for point in points],
        notes=(
            "Generated interactions (`benchmarks/generated.py`): 50,000 items by a power law, one user for every 100 "
            "interactions, rows in random order, ids and times integers.",
            f"Each figure is of a fresh process with a warm file cache, the best of {TURNS}. “pyarrow” is "
            "`read_csv`, `read_table` or `read_json` with default options and one CPU thread, whose integers can't "
            "tell 7 from 007; ours is `load_file` and `leave_one_out`.",
            "txt has the same interactions as sequences, one user a line, without times. pyarrow can't read lines of "
            "several lengths: it is given the same bytes with a line end for each space, so that it reads every value.",
            "Peak memory is what the process has beyond its start; the arrays are those "
            "of the data set and of the split's training sequences and test histories.",
            f"![Cost per interaction over the number of interactions]({FIGURE.name})",
        ),
    )


def measure_points(sizes: tuple[int, ...], turns: int) -> list[Point]:
    """The files of each size, which are removed as soon as they are measured."""
    points = []
    for n_interactions in sizes:
        with tempfile.TemporaryDirectory() as folder:
            paths = in_fresh_process(write_files, n_interactions, Path(folder))
            points += [_measure_file(n_interactions, suffix, path, turns) for suffix, path in paths.items()]
    return points


def merely_read(path: Path) -> Load:
    """Reads the whole file with pyarrow; of sequences, each value as if it had a line."""
    import pyarrow as pa
    from pyarrow import csv, json, parquet

    pa.set_cpu_count(1)
    if path.suffix == ".txt":
        values = path.with_suffix(".values")
        values.write_bytes(path.read_bytes().replace(b" ", b"\n"))
        options = csv.ReadOptions(column_names=["value"])
        return _load(lambda: int(csv.read_csv(values, read_options=options).nbytes))
    read = {".csv": csv.read_csv, ".parquet": parquet.read_table, ".jsonl": json.read_json}[path.suffix]
    return _load(lambda: int(read(path).nbytes))


def prepare_and_split(path: Path) -> Load:
    """Does all that comes before training."""
    import pyarrow as pa
    from pyarrow import compute, csv, json, parquet  # noqa: F401  # imported before the clock starts, as in `merely_read`

    pa.set_cpu_count(1)
    form = Form("sequences") if path.suffix == ".txt" else Form()

    def prepare() -> int:
        sequences = load_file(path, Columns(), None, form=form).sequences
        split = leave_one_out(sequences)
        parts = (sequences, split.train, split.test.history)
        return sum(part.items.nbytes + part.times.nbytes + part.offsets.nbytes for part in parts)

    return _load(prepare)


def _load(work: Callable[[], int]) -> Load:
    """The cost of the work, which returns the bytes of its arrays."""
    array_bytes: list[int] = []
    before = memory_in_use()
    seconds = seconds_of(lambda: array_bytes.append(work()))
    return Load(seconds, peak_memory() - before, array_bytes[0])


def _measure_file(n_interactions: int, suffix: str, path: Path, turns: int) -> Point:
    loads = [(in_fresh_process(merely_read, path), in_fresh_process(prepare_and_split, path)) for _ in range(turns)]
    reads, prepared = zip(*loads, strict=True)
    return Point(n_interactions, suffix, _best(reads), _best(prepared))


def _best(loads: tuple[Load, ...]) -> Load:
    peak = max(load.peak_bytes for load in loads)
    return Load(min(load.seconds for load in loads), peak, loads[0].array_bytes)


def _row(point: Point) -> tuple[str, ...]:
    ours, read = point.prepared, point.merely_read
    return (
        point.suffix,
        f"{point.n_interactions:,}",
        f"{ours.array_bytes / MB:.0f}",
        f"{read.seconds:.2f}",
        f"{ours.seconds:.2f}",
        f"{ours.seconds / read.seconds:.2f}",
        f"{ours.seconds / point.n_interactions * 1e6:.3f}",
        f"{ours.peak_bytes / MB:.0f}",
        f"{ours.peak_bytes / ours.array_bytes:.2f}",
    )
