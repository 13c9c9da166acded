"""Models over several data sets, from planted ranks."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.analysis.comparison import Outcome, compare_configurations
from seqrec_bench.analysis.side_by_side import Column, SideBySide, side_by_side
from seqrec_bench.analysis.statistics.families import holm
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.view import Row, View

MakeRecord = Callable[..., Record]
HR, MEAN_RANK = Metric("HR@10"), Metric("MeanRank")
MODELS = ("simple", "middle", "ours")


@pytest.fixture
def views(view: View) -> list[View]:
    """Two data sets with three rows, the last of which is the study's own model, and nothing reported."""
    rows = tuple(Row(name.title(), name, {}, 8, "mine") for name in MODELS)
    bare = replace(view, rows=rows, references=(), ablations=(), claims=(), metrics=(HR, MEAN_RANK))
    return [replace(bare, dataset=name) for name in ("shop", "songs")]


@pytest.fixture
def records(make_record: MakeRecord) -> list[Record]:
    """On ``shop``, the models rank targets ever better, with a gap that shows; on ``songs``, all alike."""
    made = []
    for dataset, places in (("shop", (60, 30, 2)), ("songs", (20, 20, 20))):
        for model, place in zip(MODELS, places, strict=True):
            for seed in range(3):
                drawn = np.random.default_rng([place, seed]).integers(0, 2 * place, 40)
                made.append(make_record(model, 8, seed, better=drawn.tolist(), dataset=dataset, variant="mine"))
    return made


def outcomes(table: SideBySide, dataset: str, metric: Metric) -> dict[str, Outcome]:
    return {row.label: pair.outcome for at, row, pair in table.pairs if at == (dataset, metric)}


def test_the_last_row_is_tested_against_the_others_within_each_data_set(
    records: list[Record], views: list[View]
) -> None:
    table = side_by_side(records, views)
    assert (table.primary, table.datasets, table.metrics) == ("Ours", ("shop", "songs"), (HR, MEAN_RANK))
    for metric in (HR, MEAN_RANK):  # of the one, more is better, of the other less
        assert outcomes(table, "shop", metric) == {"Simple": Outcome.BETTER, "Middle": Outcome.BETTER}
        assert not set(outcomes(table, "songs", metric).values()) & {Outcome.BETTER, Outcome.WORSE}
    best = {at: [row.label for row in table.rows if row.figures[at].is_best] for at in table.columns}
    assert best[Column("shop", HR)] == best[Column("shop", MEAN_RANK)] == ["Ours"]
    assert best[Column("songs", HR)] == ["Simple", "Middle", "Ours"]  # the very same ranks


def test_p_values_are_by_holm_over_all_comparisons_of_the_table(records: list[Record], views: list[View]) -> None:
    table = side_by_side(records, views)
    alone = []
    for view in views:
        chosen = {
            Configuration(model, "mine", 8): [
                r for r in records if (r.key.dataset, r.key.model) == (view.dataset, model)
            ]
            for model in reversed(MODELS)
        }
        pairs = compare_configurations(chosen, view).pairs
        alone += [(view.dataset, name, pair) for name in (HR, MEAN_RANK) for pair in reversed(pairs[name])]
    expected = holm([pair.inference.p_other() for _, _, pair in alone if pair.inference])
    assert [pair.p_value for _, _, pair in table.pairs] == expected
    assert len(expected) == 2 * 2 * 2
    assert any(pair.p_value != p for (_, _, pair), p in zip(alone, expected, strict=True))


def test_ranks_describe_the_data_sets_that_all_models_have(records: list[Record], views: list[View]) -> None:
    table = side_by_side(records, views)
    assert table.complete == ("shop", "songs")
    by_label = {row.label: (row.mean_rank, row.wins) for row in table.rows}
    assert by_label == {"Simple": (2.5, 2), "Middle": (2.0, 2), "Ours": (1.5, 4)}
    fewer = [r for r in records if (r.key.dataset, r.key.model) != ("songs", "middle")]
    table = side_by_side(fewer, views)
    assert table.complete == ("shop",)
    assert {row.label: (row.mean_rank, row.wins) for row in table.rows} == {
        "Simple": (3.0, 0),
        "Middle": (2.0, 0),
        "Ours": (1.0, 2),
    }
    assert Column("songs", HR) not in table.rows[1].figures
    assert len(table.pairs) == 2 * 2 + 2


def test_without_the_primary_model_there_are_no_tests_there(records: list[Record], views: list[View]) -> None:
    table = side_by_side([r for r in records if (r.key.dataset, r.key.model) != ("shop", "ours")], views)
    assert {at.dataset for at, _, _ in table.pairs} == {"songs"}


def test_what_else_lies_there_changes_nothing_of_a_study(
    records: list[Record], views: list[View], make_record: MakeRecord
) -> None:
    others = [make_record("other", 8, seed, dataset="shop") for seed in range(3)]
    others += [make_record("ours", 16, seed, dataset="shop", variant="mine") for seed in range(3)]
    assert side_by_side([*records, *others], views) == side_by_side(records, views)


def test_without_rows_all_that_is_there_is_shown_and_nothing_is_tested(
    records: list[Record], views: list[View]
) -> None:
    table = side_by_side(records, [replace(view, rows=()) for view in views])
    assert table.primary is None and not table.pairs
    assert [row.label for row in table.rows] == ["middle, mine, d = 8", "ours, mine, d = 8", "simple, mine, d = 8"]
