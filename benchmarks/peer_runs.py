"""``python -m benchmarks.peer_runs NAME...``: other libraries' models on our split, judged by our evaluator.

A peer trains in an environment of its own and gives its scores of all items; they become records beside those of this
bench's models, as `seqrec-bench score` makes them.
"""

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.peer_environment import RECBOLE, RECTOOLS, Requirements, answer, environment
from seqrec_bench.cli.cell_options import parse_numbers
from seqrec_bench.data import Dataset, load_named
from seqrec_bench.errors import BenchError, in_words
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.experiments.cell import Setting
from seqrec_bench.experiments.scoring import SCORED_VARIANT, ScoredSystem, score_system
from seqrec_bench.recommender import SELECTION_METRIC, Sequences
from seqrec_bench.records import CellKey, Record, Store
from seqrec_bench.studies.cells import MAX_SEED

PARTS = ("validation", "test")


@dataclass(frozen=True)
class PeerRun:
    """A model of another library with its settings."""

    name: str
    """In records."""
    script: str
    """Of this folder: it trains the model inside the peers' environment, and writes its scores."""
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    requirements: Requirements = RECBOLE
    """What is installed in its environment."""
    epochs: int = 300
    """At most."""
    patience: int = 20
    """Training ends after so many epochs without a better validation NDCG@50."""


HGN = {"embedding_size": 64, "MAX_ITEM_LIST_LENGTH": 5}
NEGATIVES = {"loss_type": "BPR"}
NO_NEGATIVES = {"loss_type": "CE", "train_neg_sample_args": None}
ESASREC = {
    "n_factors": 50,
    "n_blocks": 1,
    "n_heads": 1,
    "dropout_rate": 0.2,
    "session_max_len": 20,
    "n_negatives": 32,
    "batch_size": 64,
    "lr": 0.003,
    "use_key_padding_mask": True,
}
RUNS = (
    PeerRun("recbole-hgn-bpr", "recbole_scores.py", "HGN", {**HGN, **NEGATIVES}),
    PeerRun("recbole-hgn-bpr-mended", "recbole_scores.py", "HGNByOutputVectors", {**HGN, **NEGATIVES}),
    PeerRun("recbole-hgn-ce", "recbole_scores.py", "HGN", {**HGN, **NO_NEGATIVES}),
    PeerRun("rectools-esasrec", "rectools_scores.py", "eSASRec", ESASREC, RECTOOLS, epochs=20),
)
BY_NAME = {run.name: run for run in RUNS}


def main(
    names: Annotated[list[str], typer.Argument(help=f"{', '.join(BY_NAME)}.", show_default=False)],
    dataset: Annotated[str, typer.Option(help="A public data set.")] = "s3rec-lastfm",
    seeds: Annotated[str, typer.Option(metavar="0-2", help="Seeds.")] = "0-2",
    results: Annotated[Path, typer.Option(metavar="DIR", help="Of the records.")] = Path("results/field"),
    folder: Annotated[
        Path | None,
        typer.Option(
            "--environment", metavar="DIR", help="Of the peers' environments; made where they are not, and kept."
        ),
    ] = None,
) -> None:
    """Trains these models of other libraries with one thread, and stores a record of each seed that has none yet."""
    if unknown := sorted({*names} - {*BY_NAME}):
        raise typer.BadParameter(f"{', '.join(unknown)}: choose from {', '.join(BY_NAME)}.")
    try:
        data, store = load_named(dataset), Store(results)
        store.open()  # before hours of training
    except BenchError as error:
        typer.echo(f"Error: {in_words(error)}", err=True)
        raise typer.Exit(error.exit_code) from None
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            wanted = {seed: peer_key(name, seed, dataset) for seed in parse_numbers(seeds, "--seeds", 0, MAX_SEED)}
            missing = [seed for seed, key in wanted.items() if store.load(key) is None]
            typer.echo(f"{name}: {len(missing)} of {len(wanted)} seeds to run.", err=True)
            python = peers_python(folder or Path(temporary), BY_NAME[name].requirements) if missing else Path()
            for seed in missing:
                record = peer_record(BY_NAME[name], seed, data, python)
                typer.echo(f"{store.save(record)}: {len(record.environment['peer']['figures'])} epochs", err=True)


def peer_key(name: str, seed: int, dataset: str) -> CellKey:
    """Where the record of a peer's seed stands."""
    return CellKey(dataset, LOO_FULL, name, SCORED_VARIANT, 0, seed)


def peers_python(folder: Path, requirements: Requirements) -> Path:
    """The Python of the environment with these, which is made in a folder of that folder if it is not there."""
    own = folder.absolute() / requirements[0].partition("==")[0].partition("[")[0]
    python = own / "bin" / "python"
    return python if python.exists() else environment(own, requirements)


def peer_record(run: PeerRun, seed: int, dataset: Dataset, python: Path) -> Record:
    """The record of a peer that is trained now; its environment says with what."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_sequences(dataset.sequences, folder / "sequences.txt")
        request = {
            "model": run.model,
            "settings": dict(run.settings),
            "seed": seed,
            "epochs": run.epochs,
            "patience": run.patience,
            "sequences": str(folder / "sequences.txt"),
            "scores": str(folder / "scores.npz"),
        }
        trained = answer(python, run.script, json.dumps(request))
        files = write_scores(folder, dataset)
        system = ScoredSystem(run.name, seed, False, files["validation"], files["test"])
        finished, _ = score_system(system, Setting(dataset, "cpu"))
    _require_as_told(finished.record, max(trained["figures"]))
    told = ("model", "settings", "epochs", "patience")
    peer = {
        "requirements": list(run.requirements),
        **{name: request[name] for name in told},
        "figures": trained["figures"],
    }
    record = finished.record
    seconds = {name: round(value, 3) for name, value in trained["seconds"].items()}
    return replace(record, seconds={**record.seconds, **seconds}, environment={**record.environment, "peer": peer})


def _require_as_told(record: Record, figure: float) -> None:
    """Raises `ArithmeticError` where the scores validate otherwise than the peer has told of its best epoch."""
    found = float(metric(record.validation, SELECTION_METRIC).mean())
    if not math.isclose(found, figure, abs_tol=1e-9):
        raise ArithmeticError(f"{record.key} has {SELECTION_METRIC} {found} at the validation, and its peer {figure}")


def write_sequences(sequences: Sequences, path: Path) -> None:
    """One user a line, in their order: the numbers of their items, the earliest first."""
    ends: Sequence[int] = sequences.offsets.tolist()
    with path.open("w", encoding="utf-8") as file:
        for start, end in pairwise(ends):
            file.write(" ".join(map(str, sequences.items[start:end].tolist())) + "\n")


def write_scores(folder: Path, dataset: Dataset) -> dict[str, Path]:
    """The peer's scores of a user and an item by number, as a table with their ids for each part."""
    import pyarrow as pa
    from pyarrow import parquet

    files = {}
    with np.load(folder / "scores.npz", allow_pickle=False) as arrays:
        for part in PARTS:
            scores = arrays[part][:, 1:]
            users, items = np.isfinite(scores).nonzero()
            columns = {
                "user_id": pa.DictionaryArray.from_arrays(users, pa.array(dataset.user_ids, pa.string())).cast(
                    "string"
                ),
                "item_id": pa.DictionaryArray.from_arrays(items, pa.array(dataset.item_ids[1:], pa.string())).cast(
                    "string"
                ),
                "score": scores[users, items],
            }
            files[part] = folder / f"{part}.parquet"
            parquet.write_table(pa.table(columns), files[part])
    return files


if __name__ == "__main__":
    typer.run(main)
