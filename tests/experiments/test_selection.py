"""The metric that chooses: it decides which epoch is kept, the record says so, and nothing that it chose is lost."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.errors import InputError, InvalidRecordError, ScoreError
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.experiments.answers import sound_epoch
from seqrec_bench.experiments.cell import FinishedCell, TrialSetting, run_cell, run_trial, setting_under
from seqrec_bench.experiments.run import make_plan
from seqrec_bench.experiments.verification.figures import check_curves
from seqrec_bench.experiments.verification.recipes import installed
from seqrec_bench.experiments.verification.retraining import cells_to_train, check_retrained
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.cells import Cell, cells
from seqrec_bench.studies.loading import load_study
from seqrec_bench.tracking import untracked

FICKLE = """
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seqrec_bench.recommender import Epoch


@dataclass
class Fickle:
    name: ClassVar[str] = "fickle"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 1

    def fit(self, train, context):
        kept = []
        for number in range(1, 13):
            self._scores = np.random.default_rng([0, number]).random(train.n_items + 1, dtype=np.float32)
            figures = context.validate()
            kept.append((context.merit(figures), -number, self._scores))
            context.report(Epoch(number, 1.0, figures, 0.1))
        self._scores = max(kept, key=lambda each: each[:2])[2]

    def score(self, users, histories):
        return np.tile(self._scores, (len(users), 1))
"""
"""A recommender whose every epoch is another order of the items; it ends with the one that is best as it is told."""

METRICS = [Metric("NDCG@50"), Metric("HR@1"), Metric("MeanRank")]
NDCG10 = Metric("NDCG@10")
TRAINED = Cell("fpmc", "by-ten", 4, 0, {"epochs": 2}, selection=NDCG10)
COUNTED = Cell("popularity", "by-ten", 0, 0, selection=NDCG10)
SEEN = "loo-full-seen-v1"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "results")


def finish(cell: Cell, dataset: Dataset, store: Store) -> FinishedCell:
    return run_cell(cell, setting_under(cell.protocol, dataset, "cpu", store), lambda epoch: None)


def best_epoch(record: Record, metric: Metric) -> int:
    return max(record.curve, key=lambda epoch: metric.sign * epoch.validation[metric]).number


@pytest.fixture
def wide() -> Dataset:
    """30 users with 8 of 60 items each, so that metrics can differ."""
    sequences = synthetic_sequences(n_users=30, n_items=60, length=8, order=0.8, seed=1)
    users, items = [f"u{user}" for user in sequences.users], [f"i{item}" for item in sequences.items]
    return prepare("wide", Interactions.from_rows(users, items, sequences.times), None)


@pytest.fixture
def fickle(install_plugin: Callable[..., Path], wide: Dataset, store: Store) -> dict[Metric, Record]:
    """The records of the planted recommender, as each metric chose its epoch."""
    install_plugin("fickle", "fickle", FICKLE, "Fickle")
    wanted = {metric: Cell("fickle", "mine", 0, 0, selection=metric) for metric in METRICS}
    return {metric: finish(cell, wide, store).record for metric, cell in wanted.items()}


def test_each_metric_keeps_its_own_epoch(fickle: dict[Metric, Record]) -> None:
    kept = {metric: best_epoch(record, metric) for metric, record in fickle.items()}
    assert len(set(kept.values())) == len(METRICS), "the planted recommender does not tell the metrics apart"
    for metric, record in fickle.items():
        assert record.recipe.selection == metric
        assert all(metric in epoch.validation for epoch in record.curve)
        found = record.curve[kept[metric] - 1].validation
        assert {name: Metric(name).values(record.validation).mean() for name in found} == pytest.approx(dict(found))


def test_verify_holds_a_curve_against_the_metric_that_chose(fickle: dict[Metric, Record]) -> None:
    own = {metric: replace(record, environment={"recommender": "seqrec-bench 1"}) for metric, record in fickle.items()}
    assert check_curves(list(own.values()), untracked).faults == []
    for metric in METRICS[1:]:
        taken_for_another = replace(own[metric], recipe=replace(own[metric].recipe, selection="NDCG@50"))
        (fault,) = check_curves([taken_for_another], untracked).faults
        assert "its validation ranks give NDCG@50" in fault


def test_verify_runs_again_with_the_metric_that_chose(
    fickle: dict[Metric, Record], wide: Dataset, store: Store
) -> None:
    for metric, record in fickle.items():
        (cell,) = cells_to_train([record])
        assert cell.selection == metric
        again = finish(cell, wide, store).record
        assert check_retrained([record], {record.key: again}, {}).faults == []
    assert installed({"fickle"}).settings_of(fickle[METRICS[1]]) == {}


def test_a_record_is_written_and_read_with_what_chose(fickle: dict[Metric, Record], store: Store) -> None:
    for record in fickle.values():
        store.save(record)
        assert store.load(record.key) == record


def test_a_trial_has_the_figure_that_chooses(wide: Dataset, fickle: dict[Metric, Record], store: Store) -> None:
    setting = TrialSetting(setting_under("loo-full-v1", wide, "cpu", store).split.validation, "cpu")
    for metric, record in fickle.items():
        fitted = run_trial(Cell("fickle", "mine", 0, 0, selection=metric), setting, lambda epoch: None)
        assert fitted.validation[metric] == record.curve[best_epoch(record, metric) - 1].validation[metric]


def test_an_epoch_without_the_figure_that_chooses_is_not_sound() -> None:
    epoch = Epoch(1, 0.5, {"HR@50": 0.1, "MRR@50": 0.1, "NDCG@50": 0.1}, 1.0)
    assert sound_epoch(epoch, 1, "mine", Metric("NDCG@50")) == epoch
    with pytest.raises(ScoreError, match=r"^mine reported .*NDCG@10"):
        sound_epoch(epoch, 1, "mine", NDCG10)


def test_a_record_that_another_metric_chose_is_not_replaced_unasked(toy: Dataset, store: Store) -> None:
    path = store.save(finish(TRAINED, toy, store).record)
    usual = replace(TRAINED, selection=Metric("NDCG@50"))
    plan = make_plan([usual], store, toy, fresh=False)
    with pytest.raises(InputError, match=rf"^{path} was made with epochs chosen by NDCG@10, not NDCG@50: .*--variant"):
        plan.require_no_loss()
    assert make_plan([TRAINED], store, toy, fresh=False).done == [TRAINED]
    make_plan([usual], store, toy, fresh=True).require_no_loss()


def test_one_that_another_run_has_stored_since_is_not_replaced_either(toy: Dataset, store: Store) -> None:
    usual = replace(TRAINED, selection=Metric("NDCG@50"))
    plans = [make_plan([usual], store, toy, fresh=fresh) for fresh in (False, True)]
    store.save(finish(TRAINED, toy, store).record)
    with pytest.raises(InputError, match="made with epochs chosen by NDCG@10, not NDCG@50"):
        plans[0].stored_since(usual)
    assert plans[1].stored_since(usual) is None


def test_what_never_asks_is_chosen_by_nothing_and_of_use_to_all(toy: Dataset, store: Store) -> None:
    record = finish(COUNTED, toy, store).record
    assert record.recipe.selection is None
    store.save(record)
    for metric in METRICS:
        cell = replace(COUNTED, selection=metric)
        assert make_plan([cell], store, toy, fresh=False).done == [cell]


def test_what_is_ranked_again_has_the_selection_of_what_was_trained(toy: Dataset, store: Store) -> None:
    finished = finish(TRAINED, toy, store)
    store.save(finished.record, finished.weights)
    again = replace(TRAINED, protocol=SEEN)
    assert finish(again, toy, store).record.recipe == finished.record.recipe
    with pytest.raises(InvalidRecordError, match="chosen by NDCG@10, not NDCG@50: give --select as that was given it"):
        finish(replace(again, selection=Metric("NDCG@50")), toy, store)


def test_a_studys_cells_are_chosen_by_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'select = "NDCG@10"\nvariant = "by-ten"\nseeds = [0]\n[[rows]]\nmodel = "fpmc"\n'
        '[[ablations]]\nlabel = "short"\nmodel = "fpmc"\nvariant = "short"\nsettings = {epochs = 2}\n'
    )
    study = load_study(path)
    assert {cell.selection for cell in cells(study.groups)} == {NDCG10}
    grouped = path.read_text().replace("[[ablations]]", '[[cells]]\nmodels = ["fpmc"]\n[[ablations]]')
    path.write_text(grouped)
    assert {cell.selection for cell in cells(load_study(path).groups)} == {NDCG10}
