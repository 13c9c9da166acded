"""``seqrec-bench claims``, on records in a directory."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from seqrec_bench.analysis.claims.ledger import claims_ledger
from seqrec_bench.cli.claims import LedgerFormat, claims
from seqrec_bench.errors import ExitCode, InputError, MissingCellsError
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import CellKey, DatasetIdentity, Ranks, Recipe, Record, Store
from seqrec_bench.rendering.claims import claims_document
from seqrec_bench.studies.loading import load_study

SMALL = Path(__file__).parents[1] / "analysis" / "claims" / "small.toml"
app = typer.Typer()
app.command()(claims)


def run(*arguments: str | Path) -> tuple[str, BaseException | None]:
    """What the command prints on standard output, and the error that it ends with."""
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.stdout, outcome.exception


def record(key: CellKey) -> Record:
    """Ranks drawn by the seed alone."""
    better = np.random.default_rng(key.seed).integers(0, 20, 40)
    ranks = Ranks(better=better, tied=np.ones_like(better))
    return Record(
        key=key,
        recipe=Recipe(DatasetIdentity("shop", "0" * 64, None), 1, {}),
        deterministic=False,
        validation=ranks,
        test=ranks,
        curve=[Epoch(1, 1.0, {"NDCG@50": 0.1}, 1.0)],
        seconds={"fit": 1.0, "score": 1.0},
        peak_memory_bytes=1,
        parameters=1,
        environment={},
    )


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str], Path]:
    """Stores all records that the small paper needs, under a protocol; returns the directory."""

    def save(protocol: str) -> Path:
        places = [(model, d, "paper") for model in ("fpmc", "sasrec") for d in (8, 16, 32)]
        for model, dimension, variant in (*places, ("sasrec", 16, "stumbling")):
            for seed in range(3):
                Store(tmp_path / "results").save(record(CellKey("shop", protocol, model, variant, dimension, seed)))
        return tmp_path / "results"

    return save


def test_the_choices_of_format_are_the_formats() -> None:
    ledger = claims_ledger([], load_study(SMALL).view())
    assert set(LedgerFormat) == {"md", "json", *claims_document(ledger).others}


@pytest.mark.parametrize("name", LedgerFormat)
def test_a_whole_ledger_is_printed_and_is_no_error_whatever_the_verdicts(
    save: Callable[[str], Path], name: str
) -> None:
    printed, error = run("--results", save("loo-full-v1"), "--paper", SMALL, "--format", name)
    assert error is None
    assert "undecidable" in printed


def test_what_there_is_is_printed_before_what_is_missing(save: Callable[[str], Path]) -> None:
    results = save("loo-full-v1")
    for path in results.rglob("paper-d8-*"):
        path.unlink()
    printed, error = run("--results", results, "--paper", SMALL, "--format", "json")
    assert json.loads(printed)["missing"] == ["fpmc paper-d8 of seed 0, 1, 2", "sasrec paper-d8 of seed 0, 1, 2"]
    assert isinstance(error, MissingCellsError)
    assert error.exit_code == ExitCode.CELLS_MISSING
    assert "fpmc, sasrec (paper), d = 8, seeds 0, 1, 2" in str(error)
    assert f"run them with `seqrec-bench run --study {SMALL}`; until then" in str(error)


def test_another_protocols_records_are_judged_where_they_are_asked_for(save: Callable[[str], Path]) -> None:
    results = save("loo-other-v1")
    printed, error = run("--results", results, "--paper", SMALL, "--protocol", "loo-other-v1")
    assert error is None
    assert "loo-other-v1" in printed
    assert isinstance(run("--results", results, "--paper", SMALL)[1], MissingCellsError)


def test_a_paper_without_claims_is_told_how_to_have_some(save: Callable[[str], Path], tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(SMALL.read_text().partition("[[claims]]")[0])
    printed, error = run("--results", save("loo-full-v1"), "--paper", file)
    assert (printed, str(error)) == ("", r"The study mine has no claims: add [[claims]] to its file.")
    assert isinstance(error, InputError)
