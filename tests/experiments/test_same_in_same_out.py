"""One seed gives one outcome, however a cell is run: for every registered recommender, and not for the planted ones.

The planted recommenders depend on what must not matter; that each is found out shows that the comparison can fail.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from seqrec_bench.cache import CACHE_VARIABLE
from seqrec_bench.cli.main import app
from seqrec_bench.data import Columns, Dataset, load_file
from seqrec_bench.evaluation.ranking import block_size, rank_targets
from seqrec_bench.evaluation.registry import build, registered
from seqrec_bench.experiments.cell import FinishedCell, Setting, run_cell
from seqrec_bench.recommender import FitContext, Recommender, Restorable
from seqrec_bench.records import Ranks, Store
from seqrec_bench.studies.cells import Cell

MODELS = sorted(registered())


@pytest.fixture(scope="module", autouse=True)
def vectors_of_this_processor(own_cache: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(own_cache))
        yield


@pytest.fixture(scope="module")
def dataset(same_files: list[str]) -> Dataset:
    _, ratings, _, tags = same_files
    return load_file(Path(ratings), Columns(), Path(tags))


@pytest.fixture(scope="module")
def setting(dataset: Dataset) -> Setting:
    return Setting(dataset, "cpu")


@pytest.fixture(scope="module")
def side_by_side(
    same_command: Callable[[list[str], Path], list[str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The results of a run of the registered ones the other way round, two at a time."""
    results = tmp_path_factory.mktemp("side-by-side")
    done = CliRunner().invoke(app, [*same_command(MODELS[::-1], results), "--jobs", "2"])
    assert done.exit_code == 0, done.output
    return results


@pytest.fixture(scope="module")
def one_process(setting: Setting, planted_site: Path, brief_cell: Callable[[str], Cell]) -> dict[str, FinishedCell]:
    """All of them in this process, the other way round, before each of which somebody has drawn random numbers."""
    threads, generator = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    finished = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(planted_site)
        for number, model in enumerate([*sorted(registered(), reverse=True), "by-earlier-cells"]):
            random.seed(number)
            np.random.seed(number)  # noqa: NPY002 - the global generator is the very thing to be disturbed
            torch.manual_seed(number)
            finished[model] = run_cell(brief_cell(model), setting, lambda epoch: None)
    torch.set_num_threads(threads)
    torch.set_rng_state(generator)
    return finished


@pytest.mark.parametrize("model", MODELS)
def test_neither_jobs_nor_the_order_of_models_changes_a_record_or_weights(
    model: str, alone: Path, side_by_side: Path, files_of: Callable[[Path, str], dict[str, bytes]]
) -> None:
    assert files_of(alone, model)
    assert files_of(side_by_side, model) == files_of(alone, model)


def recorded(results: Path, model: str) -> tuple[Ranks, Ranks, str | None]:
    (record,) = [record for record in Store(results).records() if record.key.model == model]
    return record.validation, record.test, record.weights


def outcome(finished: FinishedCell, results: Path) -> tuple[Ranks, Ranks, str | None]:
    """What a store has of the cell once it is kept there."""
    store = Store(results)
    store.save(finished.record, finished.weights)
    return recorded(results, finished.record.key.model)


@pytest.mark.parametrize("model", MODELS)
def test_neither_earlier_cells_of_a_process_nor_its_random_state_change_ranks_or_weights(
    model: str, alone: Path, one_process: dict[str, FinishedCell], tmp_path: Path
) -> None:
    assert outcome(one_process[model], tmp_path) == recorded(alone, model)


@pytest.mark.parametrize("model", ["by-earlier-cells", "by-global-state"])
def test_who_depends_on_what_was_before_is_found_out(
    model: str, alone: Path, one_process: dict[str, FinishedCell], tmp_path: Path
) -> None:
    assert outcome(one_process[model], tmp_path) != recorded(alone, model)


def trained(finished: FinishedCell, setting: Setting, cell: Cell) -> Recommender:
    """The recommender of the finished cell: restored, or fitted again where it has no state."""
    recommender = build(cell.model, cell.dimension, cell.settings)
    if finished.weights is not None:
        assert isinstance(recommender, Restorable)
        recommender.restore(setting.split.train, finished.weights)
    else:
        recommender.fit(setting.split.train, FitContext(cell.seed, "cpu", dict, lambda epoch: None))
    return recommender


def ranks_by_who_is_asked_for(recommender: Recommender, setting: Setting) -> list[tuple[np.ndarray, Ranks]]:
    """Places among the evaluated users, and their ranks when they alone are asked for."""
    holdout = setting.split.test
    order = np.random.default_rng(0).permutation(len(holdout.users))
    asked = [*order[:4, None], order[4:21], np.sort(order[:256]), order]
    return [(places, rank_targets(recommender, holdout, holdout.users[places])) for places in asked]


def agree(found: list[tuple[np.ndarray, Ranks]], expected: Ranks) -> bool:
    return all(ranks == Ranks(expected.better[places], expected.tied[places]) for places, ranks in found)


def test_there_are_more_users_than_are_scored_at_once(dataset: Dataset) -> None:
    assert dataset.sequences.n_users > block_size(dataset.sequences.n_items)


@pytest.mark.parametrize("model", MODELS)
def test_a_users_rank_does_not_depend_on_who_else_is_asked_for(
    model: str, one_process: dict[str, FinishedCell], setting: Setting, brief_cell: Callable[[str], Cell]
) -> None:
    recommender = trained(one_process[model], setting, brief_cell(model))
    assert agree(ranks_by_who_is_asked_for(recommender, setting), one_process[model].record.test)


def test_who_depends_on_earlier_calls_is_found_out(
    one_process: dict[str, FinishedCell],
    setting: Setting,
    planted_site: Path,
    brief_cell: Callable[[str], Cell],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(planted_site)
    recommender = trained(one_process["by-calls"], setting, brief_cell("by-calls"))
    assert not agree(ranks_by_who_is_asked_for(recommender, setting), one_process["by-calls"].record.test)
