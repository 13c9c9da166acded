import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.experiments.suite import Cell, Group, cells, load_suite

TRAINED = {"am-lstm", "caser", "fpmc", "gru4rec"}
REFERENCES = {"item-knn", "markov-chain", "popularity", "sequential-rules"}


@pytest.fixture(scope="module")
def paper_cells() -> list[Cell]:
    return cells(load_suite("paper"))


def test_the_paper_is_four_models_at_six_dimensions_with_five_seeds_and_the_references(paper_cells: list[Cell]) -> None:
    expected = {
        (model, dimension, seed) for model in TRAINED for dimension in (25, 50, 75, 100, 125, 150) for seed in range(5)
    } | {(model, 0, 0) for model in REFERENCES}
    assert {(cell.model, cell.dimension, cell.seed) for cell in paper_cells} == expected
    assert len(paper_cells) == len(expected)
    assert {cell.variant for cell in paper_cells} == {"paper"}
    assert all(not cell.settings for cell in paper_cells)


def test_a_complete_table_comes_first_then_seeds_then_dimensions(paper_cells: list[Cell]) -> None:
    first, seeds, others = paper_cells[:8], paper_cells[8:24], paper_cells[24:]
    assert {cell.model for cell in first} == TRAINED | REFERENCES
    assert {(cell.dimension, cell.seed) for cell in first if cell.model in TRAINED} == {(100, 0)}
    assert {cell.dimension for cell in seeds} == {100}
    assert [cell.seed for cell in seeds] == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
    assert [cell.seed for cell in others] == [seed for seed in range(5) for _ in range(20)]
    assert [cell.dimension for cell in others[:20]] == [d for d in (25, 50, 75, 125, 150) for _ in range(4)]


def test_the_model_that_takes_longest_starts_first(paper_cells: list[Cell]) -> None:
    assert paper_cells[0].model == "am-lstm"


def test_settings_go_to_their_own_model() -> None:
    group = Group(["fpmc", "caser"], [10], [0], "tuned", {"fpmc": {"epochs": 2}})
    fpmc, caser = cells([group])
    assert (fpmc.variant, dict(fpmc.settings)) == ("tuned", {"epochs": 2})
    assert (caser.variant, dict(caser.settings)) == ("tuned", {})


def test_deterministic_models_have_the_first_seed_only() -> None:
    assert cells([Group(["popularity"], [10, 20], [3, 4])]) == [Cell("popularity", "paper", 0, 3)]


def test_an_unknown_model_is_an_error() -> None:
    with pytest.raises(InputError, match="did you mean 'fpmc'"):
        cells([Group(["fpcm"], [10], [0])])
