"""The measurement of kernels, on outcomes that are made up and on a model that only counts."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import kernels
from benchmarks.kernels import KERNELS, Outcome, compare, trainings
from seqrec_bench.evaluation.registry import build
from seqrec_bench.experiments.cell import Setting
from seqrec_bench.records import Ranks
from seqrec_bench.studies.cells import Cell

ROOT = Path(__file__).parents[2]


def outcome(better: list[int], weight: float | None = 1.0) -> Outcome:
    ranks = Ranks(np.array(better), np.ones(len(better), dtype=np.int64))
    return Outcome(ranks, None if weight is None else {"w": np.array([weight])})


@pytest.mark.parametrize(
    ("found", "entry"),
    [
        (outcome([3, 0, 60]), "0, weights too"),
        (outcome([3, 0, 60], 1.5), "0"),
        (outcome([3, 0, 60], None), "0"),
        (outcome([3, 0, 49]), "1 (0.3333)"),
        (outcome([4, 0, 70]), "2 (0.0167)"),
    ],
)
def test_an_entry_counts_users_and_names_the_greatest_difference(found: Outcome, entry: str) -> None:
    assert compare(found, outcome([3, 0, 60], found.weights and 1.0)) == entry


def test_what_is_tried_can_be_built_and_has_kernels_of_the_table() -> None:
    for training in trainings():
        build(training.cell.model, training.cell.dimension, training.cell.settings)
        assert {*training.kernels} <= KERNELS.keys()


def test_the_environment_of_a_run_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, str]] = []

    def note(function: object, cell: Cell, setting: Setting) -> None:
        seen.append({name: os.environ[name] for name in ("MKL_CBWR", "SEQREC_BENCH_CACHE")})

    monkeypatch.setattr(kernels, "in_fresh_process", note)
    before = dict(os.environ)
    kernels.outcome(Cell("popularity", "paper", 0, 0), None, {"MKL_CBWR": "AVX2"})  # type: ignore[arg-type]
    assert seen[0]["MKL_CBWR"] == "AVX2"
    assert not Path(seen[0]["SEQREC_BENCH_CACHE"]).exists()
    assert dict(os.environ) == before


def test_the_page_on_determinism_shows_the_measured_table() -> None:
    page = (ROOT / "docs" / "determinism.md").read_text(encoding="utf-8")
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    (shown,) = re.findall("<!-- kernels:begin -->\n(.*?)<!-- kernels:end -->\n", page, flags=re.DOTALL)
    (section,) = re.findall("<!-- kernels -->\n(.*?)<!-- /kernels -->\n", results, flags=re.DOTALL)
    assert shown == section.partition("\n\n")[2], "put the section of RESULTS.md there"
