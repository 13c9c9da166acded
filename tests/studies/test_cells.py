from dataclasses import replace
from itertools import groupby

import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.protocols import LOO_FULL, PROTOCOLS
from seqrec_bench.evaluation.registry import build
from seqrec_bench.studies.cells import Cell, Group, cells
from seqrec_bench.studies.loading import load_study, studies

TRAINED = {"am-lstm", "caser", "fpmc", "gru4rec"}
REFERENCES = {"item-knn", "markov-chain", "popularity", "sequential-rules"}


@pytest.fixture(scope="module")
def paper_cells() -> list[Cell]:
    return cells(load_study("chen2020").groups)


def test_the_paper_is_four_models_at_six_dimensions_with_five_seeds_and_the_references(paper_cells: list[Cell]) -> None:
    expected = {
        *(
            (model, dimension, seed)
            for model in TRAINED
            for dimension in (25, 50, 75, 100, 125, 150)
            for seed in range(5)
        ),
        *((model, 0, 0) for model in REFERENCES),
        *(("sasrec", 100, seed) for seed in range(5)),
    }
    assert {(cell.model, cell.dimension, cell.seed) for cell in paper_cells} == expected
    assert len(paper_cells) == len(expected)
    assert {cell.variant for cell in paper_cells} == {"paper"}
    assert all(not cell.settings for cell in paper_cells)


def test_a_complete_table_comes_first_then_seeds_then_dimensions(paper_cells: list[Cell]) -> None:
    first, seeds, others = paper_cells[:9], paper_cells[9:29], paper_cells[29:]
    assert {cell.model for cell in first} == TRAINED | REFERENCES | {"sasrec"}
    assert {(cell.dimension, cell.seed) for cell in first if cell.model not in REFERENCES} == {(100, 0)}
    assert {cell.dimension for cell in seeds} == {100}
    assert [cell.seed for cell in seeds] == [1] * 5 + [2] * 5 + [3] * 5 + [4] * 5
    assert [cell.seed for cell in others] == [seed for seed in range(5) for _ in range(20)]
    assert [cell.dimension for cell in others[:20]] == [d for d in (25, 50, 75, 125, 150) for _ in range(4)]


def test_what_only_counts_is_done_at_once_and_then_the_model_that_takes_longest_starts(paper_cells: list[Cell]) -> None:
    models = [cell.model for cell in paper_cells]
    assert set(models[:4]) == REFERENCES
    assert models[4] == "am-lstm"


def test_the_papers_cells_make_all_that_its_table_and_figures_show(paper_cells: list[Cell]) -> None:
    view = load_study("chen2020").view()
    places = {(row.model, row.variant, row.dimension) for row in view.references} | {
        (row.model, row.variant, dimension) for row in view.rows for dimension in view.figure_dimensions
    }
    assert {(cell.model, cell.variant, cell.dimension) for cell in paper_cells} == places


def test_the_study_of_ablations_makes_every_ablation_of_the_paper() -> None:
    made = {(cell.model, cell.variant, cell.dimension, cell.seed) for cell in cells(load_study("ablations").groups)}
    expected = {
        (row.model, row.variant, row.dimension, seed)
        for row in load_study("chen2020").view().ablations
        for seed in range(5)
    }
    assert {cell for cell in made if cell[1] != "paper"} == expected
    assert len(expected) == 4 * 5


def test_each_ablation_takes_out_the_part_that_it_is_named_for() -> None:
    changes = {
        cell.variant: dict(cell.settings) for cell in cells(load_study("ablations").groups) if cell.variant != "paper"
    }
    assert changes == {
        "no-attention": {"attention": False},
        "no-memory": {"memory": False},
        "no-fixed-user-vector": {"fixed_user_vector": False},
        "random-start": {"starting_vectors": "random"},
    }
    whole = build("am-lstm", 100, {})
    for change in changes.values():
        ((key, value),) = change.items()
        assert getattr(build("am-lstm", 100, change), key) == value != getattr(whole, key)


def test_the_audit_makes_all_variants_and_trains_before_it_ranks_again() -> None:
    made = cells(load_study("audit").groups)
    expected = {(model, name) for model in REFERENCES for name in PROTOCOLS} | {
        (model, name)
        for model in TRAINED | {"sasrec"}
        for name, protocol in PROTOCOLS.items()
        if name == LOO_FULL or protocol.base
    }
    assert {(cell.model, cell.protocol) for cell in made} == expected
    assert {cell.seed for cell in made if cell.model == "caser"} == set(range(5))
    assert {(cell.dimension, cell.variant) for cell in made if cell.model == "caser"} == {(100, "paper")}
    assert len(set(made)) == len(made) == 4 * (5 * 5 + 4) + 9 * 4 + 2 * 2 * 5
    order = list(dict.fromkeys(cell.protocol for cell in made))
    assert order == list(PROTOCOLS)
    assert [protocol for protocol, _ in groupby(cell.protocol for cell in made)] == order
    assert [cell.seed for cell in made[:9]] == [0] * 9


def test_the_trained_models_are_trained_again_on_request() -> None:
    made = cells(load_study("audit-retrained").groups)
    assert {cell.model for cell in made} == TRAINED | {"sasrec"}
    assert {cell.protocol for cell in made} == {"loo-full-reversed-ties-v1", "time-full-v1"}
    assert len(made) == 5 * 2 * 3


def test_other_studies_keep_to_the_benchs_own_protocol() -> None:
    for name in ("ablations", "chen2020", "quick", "tuned"):
        assert {cell.protocol for cell in cells(load_study(name).groups)} == {LOO_FULL}


def test_a_cells_name_has_its_protocol_where_that_is_another() -> None:
    cell = Cell("fpmc", "paper", 20, 1)
    assert str(cell) == "fpmc paper-d20-s1"
    assert str(replace(cell, protocol="time-full-v1")) == "fpmc paper-d20-s1 under time-full-v1"


def test_every_study_has_a_name() -> None:
    of_the_paper = {"ablations", "audit", "audit-retrained", "chen2020", "quick", "tuned"}
    assert of_the_paper | {
        "bert4rec",
        "bert4rec-ml-100k",
        "esasrec-beauty",
        "esasrec-sports",
        "esasrec-toys",
        "losses",
        "parity-beauty",
        "parity-lastfm",
        "s3rec-beauty",
        "s3rec-lastfm",
    } == set(studies())
    assert studies() == sorted(studies())


def test_a_variant_of_a_model_is_the_same_in_all_studies() -> None:
    """`verify` holds a record to what its variant's name means, whichever data it is on."""
    made = {cell for name in studies() for cell in cells(load_study(name).groups) if cell.variant != "paper"}
    settings = {(cell.model, cell.variant): cell.settings for cell in made}
    assert [str(cell) for cell in made if cell.settings != settings[cell.model, cell.variant]] == []


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
