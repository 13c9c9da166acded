"""``seqrec-bench run`` of cells under several protocols, in processes of their own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.records import Record, Store

SEEN, REVERSED, TIME = "loo-full-seen-v1", "loo-full-reversed-ties-v1", "time-full-v1"
PROTOCOLS = [TIME, REVERSED, SEEN, LOO_FULL]
"""In none of the orders in which they can be run."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """What comes of the study's first run, and the folder that it was run in, of which tests get copies."""
    folder = tmp_path_factory.mktemp("first")
    return bench_in(folder)(), folder


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Result]:
    return bench_in(tmp_path)


@pytest.fixture
def done(first: tuple[Result, Path], tmp_path: Path) -> Result:
    """The first run is over, here."""
    shutil.copytree(first[1] / "runs", tmp_path / "runs")
    return first[0]


def bench_in(folder: Path) -> Callable[..., Result]:
    """Runs a study of two models under four protocols, on 20 users with 8 of 15 items each, two at a time."""
    rng = np.random.default_rng(0)
    rows = [
        f"{user},{item},{user + 3 * (place // 2)}"
        for user in range(20)
        for place, item in enumerate(rng.permutation(15)[:8])
    ]
    ratings = folder / "ratings.csv"
    ratings.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    study = folder / "four.toml"
    study.write_text(
        '[[cells]]\nmodels = ["fpmc", "popularity"]\ndimensions = [4]\nseeds = [0]\nvariant = "short"\n'
        f"settings.fpmc.epochs = 2\nprotocols = {json.dumps(PROTOCOLS)}\n"
    )

    def call(*arguments: str) -> Result:
        command = ["run", "--study", str(study), "--interactions", str(ratings), "--results", str(folder / "runs")]
        return CliRunner().invoke(app, [*command, *arguments])

    return call


def records(folder: Path) -> dict[tuple[str, str], Record]:
    return {(record.key.model, record.key.protocol): record for record in Store(folder / "runs").records()}


def test_each_protocol_has_its_records_and_done_ones_are_not_run_again(
    done: Result, bench: Callable[..., Result], tmp_path: Path
) -> None:
    assert done.exit_code == 0, done.output
    assert "fpmc short-d4-s0 under time-full-v1: done in" in done.stderr
    found = records(tmp_path)
    assert found.keys() == {(model, protocol) for model in ("fpmc", "popularity") for protocol in PROTOCOLS}
    base = found["fpmc", LOO_FULL]
    assert found["fpmc", SEEN].weights == base.weights is not None
    assert list(found["fpmc", SEEN].curve) == []
    assert found["fpmc", SEEN].recipe == base.recipe
    assert found["fpmc", REVERSED].recipe.dataset.fingerprint != base.recipe.dataset.fingerprint
    assert found["fpmc", TIME].weights not in (None, base.weights)
    assert len({record.test.better.tobytes() for record in found.values()}) == len(found)
    assert "To run: 0 cells; done already: 8 cells." in bench().stderr


@pytest.mark.usefixtures("done")
def test_missing_weights_fail_their_cells_alone(bench: Callable[..., Result], tmp_path: Path) -> None:
    kept = records(tmp_path)
    (tmp_path / "runs/ratings" / SEEN / "fpmc/short-d4-s0.json").unlink()
    for path in (tmp_path / "runs/ratings" / LOO_FULL / "fpmc").glob("*.safetensors"):
        path.unlink()
    (tmp_path / "runs/ratings" / TIME / "popularity/short-d0-s0.json").unlink()
    done = bench()
    assert done.exit_code == ExitCode.CELLS_FAILED
    assert (
        "Failed: fpmc short-d4-s0 under loo-full-seen-v1: The weights of fpmc short-d4-s0 are not here" in done.stderr
    )
    assert records(tmp_path).keys() == kept.keys() - {("fpmc", SEEN)}


def test_a_cluster_is_refused_where_weights_are_ranked_again(bench: Callable[..., Result], tmp_path: Path) -> None:
    done = bench("--executor", "dask://127.0.0.1:1")
    assert isinstance(done.exception, InputError)
    assert str(done.exception) == (
        "Cells of loo-full-seen-v1 are ranked with the weights in --results, which no Dask worker sees: run them on "
        "this machine, without --executor."
    )
