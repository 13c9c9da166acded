"""Sound results pass every check; each fault that is planted in them is found by the checks that are there for it."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation import metrics
from seqrec_bench.evaluation.registry import load
from seqrec_bench.experiments.verification import check_contents, completeness
from seqrec_bench.records import DatasetIdentity, Ranks, Record, Store
from seqrec_bench.records import store as store_module
from seqrec_bench.records.check import Check, exit_code
from seqrec_bench.studies.cells import Cell

Faults = Callable[[Store], dict[str, list[str]]]
FILES = "every file is a record or belongs to one"
READ = "all files and folders can be read"
READABLE = "records can be read, each at the place that its key gives"
HASHES = "files beside records have their hashes"
METRICS = "HR, Recall, NDCG, MRR, MAP, MeanRank are what a literal count of the ranks gives"
RANKS = "ranks are possible for users, targets and candidates"
TARGETS = "what is said of test targets is so in the data"
CURVES = "validation ranks are those of the curve's best epoch"
HERE = "the data that records are on are here"
DATA = "protocols are known, and fingerprints those of the data"
AGAIN = "what was ranked again is what was trained"
COPIES = "another seed gives other ranks, weights and curves"
VERSIONS = "no record is of an earlier version of its model"
SETTINGS = "settings are those of the variant, deterministic is as the model says"
STUDIES = "studies are whole"
SEEDS = "models that are compared have the same seeds"


def edit(store: Store, record: Record, **fields: Any) -> None:
    """Changes fields of the record's file, whatever they are."""
    path = store.path(record.key)
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def resave(store: Store, record: Record, **changes: Any) -> Path:
    return store.save(replace(record, **changes))


def test_sound_results_pass_every_check(store: Store, checks_of: Callable[[Store], list[Check]]) -> None:
    checks = checks_of(store)
    assert exit_code(checks) is ExitCode.DONE
    assert {check.name: check.n_passed for check in checks if check.n_passed} == {
        FILES: 8, READABLE: 6, HASHES: 2, READ: 8, METRICS: 6, RANKS: 6, TARGETS: 6, CURVES: 2, HERE: 6, DATA: 6,
        AGAIN: 3, COPIES: 4, VERSIONS: 6, SETTINGS: 6, SEEDS: 3,
    }  # fmt: skip
    assert len(checks) == 16


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "complaint"),
        [
            (
                ".brief-d4-s0.json.0123456789abcdef",
                "a temporary file of a run that was stopped: the next run",
            ),
            ("brief-d4-s7.0123456789abcdef.npz", "beside no record that names it: move it elsewhere"),
            ("brief-d4-s0.0123456789abcdef.safetensors", "beside no record that names it: move it elsewhere"),
            ("notes.txt", "no record and belongs to none: move it elsewhere"),
        ],
    )
    def test_what_belongs_to_no_record_is_named(
        self, store: Store, trained: Record, faults_of: Faults, name: str, complaint: str
    ) -> None:
        stray = store.path(trained.key).with_name(name)
        stray.write_text("")
        (fault,) = faults_of(store)[FILES]
        assert fault.startswith(f"{stray} is {complaint}")

    def test_what_a_run_is_writing_is_its_own(
        self, store: Store, trained: Record, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        lock = store.lock(trained.key)
        assert lock is not None
        path = store.path(trained.key)
        path.with_name(f".{path.name}.0123456789abcdef").write_text("")
        path.with_name(f"{path.stem}.0123456789abcdef.safetensors").write_text("")
        files = checks_of(store)[0]
        lock.release()
        assert list(files.faults) == []
        assert f"{path} is being written by process {os.getpid()} on {os.uname().nodename}." in files.notes

    def test_a_lock_that_nobody_holds_is_no_fault_and_the_next_runs_to_remove(
        self, store: Store, trained: Record, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        path = store.path(trained.key)
        path.with_name(f".{path.name}.claim").write_text("")
        checks = checks_of(store)
        assert exit_code(checks) is ExitCode.DONE
        assert "1 claims of runs that were killed are here: the next run removes them." in checks[0].notes

    @pytest.mark.parametrize("spoil", [lambda path: path.write_text("{"), lambda path: path.write_text("[" * 100_000)])
    def test_weights_beside_a_record_that_is_not_valid_are_not_called_strays(
        self, store: Store, trained: Record, checks_of: Callable[[Store], list[Check]], spoil: Callable[[Path], Any]
    ) -> None:
        spoil(store.path(trained.key))
        checks = checks_of(store)
        assert [check.name for check in checks if check.faults and check.code is ExitCode.INVALID_RECORDS] == [READABLE]
        assert any(note.startswith("Not judged: 1 files beside a record") for note in checks[0].notes)

    def test_what_cant_be_read_is_named_and_is_neither_invalid_nor_to_be_removed(
        self, store: Store, trained: Record, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        path = store.path(trained.key)
        path.unlink()
        path.symlink_to("nothing")
        weights = next(store.root.rglob(f"{replace(trained.key, seed=1).path().stem}.*.safetensors"))
        weights.unlink()
        weights.symlink_to("/proc/self/mem")  # which can be opened, and not be read from its beginning
        (store.root / "elsewhere").symlink_to("nowhere")
        checks = checks_of(store)
        assert exit_code(checks) is ExitCode.BAD_INPUT
        assert {check.name for check in checks if check.faults} == {READ}
        (found,) = [check.faults for check in checks if check.name == READ]
        assert sorted(found) == [
            f"{place} can't be read ({reason}): mend its permissions, its link or its disk; what it holds may be good."
            for place, reason in sorted(
                [
                    (path, "it links to nothing"),
                    (weights, "Input/output error"),
                    (store.root / "elsewhere", "it links to nothing"),
                ]
            )
        ]

    def test_what_is_made_of_records_is_not_looked_at(
        self, store: Store, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        (store.root / "figures").mkdir()
        (store.root / "figures" / "figure-1.png").write_bytes(b"")
        (store.root / "verdicts.json").write_text("{}")
        nested = store.root / "quick" / "small" / "loo-full-v1" / "fpmc" / "quick-d4-s0.json"
        nested.parent.mkdir(parents=True)
        nested.write_text("{}")
        files = checks_of(store)[0]
        assert (files.name, list(files.faults)) == (FILES, [])
        assert [note[:25] for note in files.notes] == ["Not looked at: 2 files un", f"{store.root / 'quick'}"[:25]]

    def test_records_that_have_changed_places_are_found(self, store: Store, trained: Record, faults_of: Faults) -> None:
        mine, other = store.path(trained.key), store.path(replace(trained.key, seed=1))
        swapped = mine.read_bytes(), other.read_bytes()
        other.write_bytes(swapped[0])
        mine.write_bytes(swapped[1])
        found = faults_of(store)[READABLE]
        assert len(found) == 2
        assert all("holds the record of" in fault for fault in found)

    def test_a_truncated_record_is_found(self, store: Store, trained: Record, faults_of: Faults) -> None:
        path = store.path(trained.key)
        path.write_text(path.read_text()[:-30])
        assert f"{path} is not a valid record" in faults_of(store)[READABLE][0]

    def test_truncated_weights_are_found_and_absent_ones_are_counted(
        self, store: Store, faults_of: Faults, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        first, second = sorted(store.root.rglob("*.safetensors"))
        first.write_bytes(first.read_bytes()[:-1])
        assert list(faults_of(store)) == [HASHES]
        first.unlink()
        second.unlink()
        hashes = checks_of(store)[2]
        assert (hashes.n_passed, list(hashes.faults)) == (0, [])
        assert hashes.notes == ["The weights of 2 records are not here; git does not keep them."]

    @pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(path.read_bytes()[:-9]), Path.unlink])
    def test_rank_arrays_that_are_truncated_or_gone_are_found(
        self,
        store: Store,
        trained: Record,
        faults_of: Faults,
        spoil: Callable[[Path], Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(store_module, "MAX_USERS_IN_JSON", 10)
        store.save(trained)
        assert faults_of(store) == {}
        (arrays,) = store.root.rglob("*.npz")
        spoil(arrays)
        assert {HASHES, READABLE} <= faults_of(store).keys()


class TestFigures:
    @pytest.mark.parametrize("kind", metrics.KINDS)
    def test_a_metric_that_is_kind_to_ties_is_found(
        self, store: Store, trained: Record, faults_of: Faults, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        honest = metrics.Metric.values

        def kindly(name: metrics.Metric, ranks: Ranks) -> Any:
            is_it = name.partition("@")[0] == kind
            return honest(name, Ranks(ranks.better, np.ones_like(ranks.tied)) if is_it else ranks)

        monkeypatch.setattr(metrics.Metric, "values", kindly)
        assert any(kind in fault for fault in faults_of(store)[METRICS])

    def test_an_edited_validation_rank_is_found_by_the_curve(
        self, store: Store, trained: Record, faults_of: Faults
    ) -> None:
        better = trained.validation.better.copy()
        better[3] = better[3] - 1 if better[3] else 1
        resave(store, trained, validation=Ranks(better, trained.validation.tied))
        assert "those of no epoch" in faults_of(store)[CURVES][0]

    def test_a_curve_with_a_better_epoch_than_the_ranks_is_found(
        self, store: Store, trained: Record, faults_of: Faults
    ) -> None:
        better = replace(trained.curve[-1], number=4, validation={name: 0.99 for name in trained.curve[0].validation})
        resave(store, trained, curve=[*trained.curve, better])
        (fault,) = faults_of(store)[CURVES]
        assert "where epoch 4 of its curve has 0.990000" in fault

    def test_recommenders_from_elsewhere_promise_no_best_epoch(
        self, store: Store, trained: Record, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        better = replace(trained.curve[-1], number=4, validation={name: 0.99 for name in trained.curve[0].validation})
        environment = {**trained.environment, "recommender": "my-package 1.0"}
        resave(store, trained, curve=[*trained.curve, better], environment=environment)
        curves = next(check for check in checks_of(store) if check.name == CURVES)
        assert (curves.n_passed, list(curves.faults)) == (1, [])
        assert any("1 records are of recommenders from elsewhere" in note for note in curves.notes)


class TestData:
    def test_more_rivals_than_there_are_candidates_are_found(
        self, store: Store, trained: Record, faults_of: Faults
    ) -> None:
        better = trained.test.better.copy()
        better[5] = 20
        resave(store, trained, test=Ranks(better, trained.test.tied))
        found = faults_of(store)
        assert "1 test ranks are impossible (user 5 has 14 candidates" in found[RANKS][0]

    def test_users_that_are_missing_are_found(self, store: Store, trained: Record, faults_of: Faults) -> None:
        fewer = {part: Ranks(ranks.better[1:], ranks.tied[1:]) for part, ranks in
                 (("validation", trained.validation), ("test", trained.test))}  # fmt: skip
        resave(store, trained, **fewer)
        assert "validation has the ranks of 39 users, and 40 are evaluated" in faults_of(store)[RANKS][0]

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"most": 15}, "the fewest and the most candidates of a target are (14, 15), and they are (14, 14)"),
            ({"tied": 1}, "the targets with a neighbour of their time are 1, and they are 0"),
            ({"tied": None}, "the targets with a neighbour of their time are None, and they are 0"),
            ({"untrained": 7}, "the targets that were never trained on are 7, and they are 0"),
            (
                {"repeated": np.array([4, 39])},
                "of 2 targets it says wrongly whether they stand in their user's history",
            ),
        ],
    )
    def test_facts_on_targets_that_the_data_do_not_bear_out_are_found(
        self, store: Store, trained: Record, faults_of: Faults, change: dict[str, Any], complaint: str
    ) -> None:
        assert trained.targets is not None
        resave(store, trained, targets=replace(trained.targets, **change))
        found = faults_of(store)
        assert list(found) == [TARGETS]
        assert complaint in found[TARGETS][0]

    def test_records_from_before_facts_on_targets_were_kept_are_counted(
        self, store: Store, trained: Record, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        resave(store, trained, targets=None)
        checks = {check.name: check for check in checks_of(store)}
        assert exit_code(list(checks.values())) is ExitCode.DONE
        assert checks[TARGETS].n_passed == 5
        assert checks[TARGETS].notes == ["1 records say nothing of their targets: they are older than that."]
        for record in store.records():
            resave(store, record, targets=None)
        assert TARGETS not in {check.name for check in checks_of(store)}

    @pytest.mark.parametrize(
        ("identity", "complaint"),
        [
            (DatasetIdentity("small", "0" * 64, None), "its data have the fingerprint 000000000000, and small"),
            (None, "its item tags are not those of small"),
        ],
    )
    def test_other_data_and_other_tags_are_found(
        self, store: Store, trained: Record, faults_of: Faults, identity: DatasetIdentity | None, complaint: str
    ) -> None:
        dataset = identity or replace(trained.recipe.dataset, tags_fingerprint="0" * 64)
        resave(store, trained, recipe=replace(trained.recipe, dataset=dataset))
        assert complaint in faults_of(store)[DATA][0]

    def test_an_unknown_protocol_is_found(self, store: Store, trained: Record, faults_of: Faults) -> None:
        resave(store, trained, key=replace(trained.key, protocol="loo-full-v9"))
        assert "no protocol is called loo-full-v9" in faults_of(store)[DATA][0]

    def test_data_that_are_not_here_are_no_success(self, store: Store) -> None:
        checks = check_contents(store.records(), store, {"small": "Name its file."}, {})
        by_name = {check.name: check for check in checks}
        assert by_name[HERE].faults == [
            "Neither ranks nor fingerprints of the 6 records on small were checked. Name its file."
        ]
        assert exit_code(checks) is ExitCode.CELLS_MISSING
        assert [by_name[name].n_passed for name in (HERE, RANKS, DATA, AGAIN)] == [0, 0, 0, 3]

    def test_other_weights_than_those_that_were_trained_are_found(
        self, store: Store, trained: Record, faults_of: Faults
    ) -> None:
        resave(
            store, replace(trained, key=replace(trained.key, protocol="loo-full-seen-v1")), weights="0" * 64, curve=[]
        )
        assert "its weights are not those of small/loo-full-v1/fpmc" in faults_of(store)[AGAIN][0]

    @pytest.mark.parametrize("protocol", ["loo-full-seen-v1", "loo-uniform100-v1"])
    def test_a_rank_that_gets_worse_among_fewer_candidates_is_found(
        self, store: Store, faults_of: Faults, protocol: str
    ) -> None:
        record = next(found for found in store.records() if (found.key.protocol, found.key.model) == (protocol, "fpmc"))
        better = record.test.better.copy()
        user = int(np.flatnonzero(better > 0)[0]) if protocol == "loo-full-seen-v1" else int(np.argmin(better))
        better[user] = 0 if protocol == "loo-full-seen-v1" else better[user] + 5
        resave(store, record, test=Ranks(better, record.test.tied))
        found = faults_of(store).get(AGAIN)
        assert found and "targets have more above or level with them among fewer candidates" in found[0]


class TestRecipes:
    def test_an_earlier_version_is_stale(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, faults_of: Faults
    ) -> None:
        monkeypatch.setattr(load("fpmc"), "version", 2)
        found = faults_of(store)
        assert list(found) == [VERSIONS]
        assert "stale, made by version 1 of the model, not 2" in found[VERSIONS][0]

    def test_a_later_version_than_the_installed_one_is_found(
        self, store: Store, trained: Record, faults_of: Faults
    ) -> None:
        edit(store, trained, version=9)
        assert "made by version 9 of the model, not 1" in faults_of(store)[SETTINGS][0]

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"variant": "paper"}, "made with epochs = 3, not 1000"),
            ({"deterministic": True}, "it says that the model is deterministic, and the model says otherwise"),
            ({"luck": 7}, "its settings are none of the installed model"),
        ],
    )
    def test_settings_that_are_not_the_variants_are_found(
        self, store: Store, trained: Record, faults_of: Faults, change: dict[str, Any], complaint: str
    ) -> None:
        if "variant" in change:
            resave(store, trained, key=replace(trained.key, variant="paper"))
        elif "luck" in change:
            edit(store, trained, hyperparameters={**trained.recipe.hyperparameters, **change})
        else:
            edit(store, trained, **change)
        assert complaint in faults_of(store)[SETTINGS][0]

    @pytest.mark.parametrize(
        ("means", "complaint"),
        [
            ({}, None),
            ({"learning_rate": 0.75}, "learning_rate = 0.75 (which it means by not saying it), not "),
        ],
    )
    def test_a_setting_that_a_record_lacks_is_what_that_means(
        self,
        store: Store,
        trained: Record,
        faults_of: Faults,
        imply: Callable[..., None],
        means: dict[str, Any],
        complaint: str | None,
    ) -> None:
        has = {name: value for name, value in trained.recipe.hyperparameters.items() if name != "learning_rate"}
        resave(
            store,
            trained,
            key=replace(trained.key, variant="paper"),
            recipe=replace(trained.recipe, hyperparameters=has),
        )
        imply("fpmc", **means)
        assert "made with epochs = 3, not 1000" in (fault := faults_of(store)[SETTINGS][0])
        assert ("learning_rate" in fault) == (complaint is not None)
        assert complaint is None or complaint in fault

    def test_models_that_are_not_installed_are_said_not_to_be_checked(
        self, store: Store, trained: Record, checks_of: Callable[[Store], list[Check]]
    ) -> None:
        resave(store, trained, key=replace(trained.key, model="gone"), weights=None)
        notes = next(check for check in checks_of(store) if check.name == VERSIONS).notes
        assert notes == ["Not checked: versions and settings of gone, which is not installed."]


class TestCopies:
    def test_a_run_that_is_copied_to_another_seed_with_a_rank_changed_is_found(
        self, store: Store, trained: Record, faults_of: Faults
    ) -> None:
        better = trained.test.better.copy()
        better[3] = better[3] - 1 if better[3] else 1
        for seed in (2, 3, 4):
            copy = replace(trained, key=replace(trained.key, seed=seed), test=Ranks(better, trained.test.tied))
            store.save(copy)
        found = faults_of(store)[COPIES]
        assert len(found) == 3
        assert all("has the weights and an epoch of the learning curve of" in fault for fault in found)


class TestCompleteness:
    def test_a_seed_that_only_one_model_lacks_is_found(self, store: Store, trained: Record, faults_of: Faults) -> None:
        resave(store, trained, key=replace(trained.key, model="gone"), weights=None)
        (fault,) = faults_of(store)[SEEDS]
        assert fault == "small/loo-full-v1/gone brief-d4 lacks the seeds 1 that other models there have: run them."

    def test_a_cell_that_a_study_lacks_is_named_with_the_command(self, store: Store, trained: Record) -> None:
        n_seeds = {"mine": 3, "whole": 1, "other": 5}
        wanted = {
            name: completeness.StudyCells([Cell("fpmc", "brief", 4, seed) for seed in range(number)])
            for name, number in n_seeds.items()
        }
        check = completeness.check_studies(store.records(), Path("my results"), wanted)
        (fault,) = check.faults
        assert "1 of 3 cells of the study mine on small are missing (fpmc brief-d4-s2 under loo-full-v1)" in fault
        assert "`seqrec-bench run --study mine --interactions FILE --results 'my results'`" in fault
        assert check.n_passed == 1
        assert check.notes == ["Not taken for the study other on small: 2 of its 5 cells are here."]
        assert check.code is ExitCode.CELLS_MISSING

    def test_a_study_of_other_data_sets_is_not_looked_for(self, store: Store) -> None:
        wanted = [Cell("fpmc", "brief", 4, seed) for seed in range(3)]
        for datasets, n_faults in ({"elsewhere"}, 0), ({"elsewhere", "small"}, 1), (None, 1):
            cells_of = {"mine": completeness.StudyCells(wanted, datasets)}
            check = completeness.check_studies(store.records(), Path("results"), cells_of)
            assert (len(check.faults), check.notes) == (n_faults, [])
