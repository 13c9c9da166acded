"""All claims of a paper, the built-in one and another."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seqrec_bench.analysis.claims.ledger import Ledger, claims_ledger
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import Record
from seqrec_bench.studies.loading import load_study
from seqrec_bench.studies.view import View

SMALL = load_study(Path(__file__).with_name("small.toml")).view()

Plant = Callable[..., list[Record]]


def with_curve(record: Record, n_epochs: int) -> Record:
    figures = [0.2 * number / n_epochs for number in range(1, n_epochs + 1)]
    curve = [Epoch(number, 1.0, {"NDCG@50": figure}, 1.0) for number, figure in enumerate(figures, start=1)]
    return replace(record, curve=curve, seconds={"fit": float(n_epochs), "score": 1.0})


@pytest.fixture
def everything(all_records: list[Record], ablation_records: list[Record]) -> list[Record]:
    """All that the built-in paper's claims need, drawn at random, with learning curves."""
    variants = [record for record in ablation_records if record.key.variant != "paper"]
    return [with_curve(record, 3 + record.key.seed) for record in (*all_records, *variants)]


def small_records(plant: Plant) -> list[Record]:
    """Records on which every claim of the small paper holds."""

    def cell(model: str, rank: int, dimension: int, n_epochs: int, **options: object) -> list[Record]:
        found = plant(model, rank, dimension, dataset="shop", **options)
        return [with_curve(record, n_epochs + record.key.seed) for record in found]

    one = [record for rank, d in ((9, 8), (8, 16), (7, 32)) for record in cell("fpmc", rank, d, 9)]
    two = [record for rank, d in ((5, 8), (4, 16), (5, 32)) for record in cell("sasrec", rank, d, 4)]
    return [*one, *two, *cell("sasrec", 6, 16, 9, variant="stumbling")]


def verdicts(ledger: Ledger) -> dict[str, Verdict]:
    return {entry.claim.id: entry.verdict for entry in ledger.entries}


def test_the_built_in_paper_has_seven_claims_each_of_which_is_judged(everything: list[Record], view: View) -> None:
    ledger = claims_ledger(everything, view)
    assert list(verdicts(ledger)) == ["C1", "C2", "C3", "C4", "C5", "C6", "C7"]
    assert [sum(part.verdict is not None for part in entry.parts) for entry in ledger.entries] == [9, 6, 2, 6, 3, 2, 2]
    assert ledger.missing == ()


def test_another_paper_is_judged_alike(plant: Plant) -> None:
    ledger = claims_ledger(small_records(plant), SMALL)
    assert set(verdicts(ledger).values()) == {Verdict.SUPPORTED}
    assert len(ledger.entries) == 6
    assert "Inferred, not stated: The last purchase is the target." in ledger.notes
    assert any("(MRR@10 0.01, NDCG@10 0.015)" in note for note in ledger.notes)


def test_the_order_of_the_records_changes_nothing(everything: list[Record], view: View) -> None:
    shuffled = random.Random(1).sample(everything, len(everything))
    assert claims_ledger(shuffled, view) == claims_ledger(everything, view)


def test_equal_records_support_nothing_and_refute_only_what_says_that_they_differ(
    everything: list[Record], view: View
) -> None:
    """No division by zero, and no verdict from no variance but where the claimed size is ruled out."""
    like = everything[0].test
    equal = [replace(with_curve(record, 3), test=like, validation=like) for record in everything]
    ledger = claims_ledger(equal, view)
    found = verdicts(ledger)
    assert found.pop("C2") is Verdict.REFUTED
    assert set(found.values()) == {Verdict.UNDECIDABLE}
    sizes = [part.verdict for part in ledger.entries[1].parts]
    assert sizes == [Verdict.UNDECIDABLE, Verdict.REFUTED] * 3


def test_constant_scorers_are_no_reason_to_fail(plant: Plant, view: View) -> None:
    """All targets beyond the cut-off: every metric is 0 for every user."""
    cells = [
        *[(row.model, d, "paper") for row in view.rows for d in view.figure_dimensions],
        *[(row.model, 100, row.variant) for row in view.ablations],
    ]
    records = [record for model, d, variant in cells for record in plant(model, 1000, d, variant=variant)]
    assert set(verdicts(claims_ledger(records, view)).values()) == {Verdict.UNDECIDABLE}


def test_a_single_user_is_not_enough(plant: Plant) -> None:
    ledger = claims_ledger([_first_user(record) for record in small_records(plant)], SMALL)
    assert set(verdicts(ledger).values()) == {Verdict.UNDECIDABLE}
    assert ledger.entries[0].remarks == ("What it would take: more than one test user.",)


def _first_user(record: Record) -> Record:
    ranks = replace(record.test, better=record.test.better[:1], tied=record.test.tied[:1])
    return replace(record, test=ranks, validation=ranks)


def test_one_claims_missing_cells_leave_the_others_judged(plant: Plant) -> None:
    records = [record for record in small_records(plant) if record.key.dimension == 16]
    ledger = claims_ledger(records, SMALL)
    undecided = [name for name, verdict in verdicts(ledger).items() if verdict is Verdict.UNDECIDABLE]
    assert undecided == ["trend", "peak"]
    assert [(str(cell.configuration), cell.seeds) for cell in ledger.missing] == [
        ("fpmc paper-d8", (0, 1, 2)),
        ("fpmc paper-d32", (0, 1, 2)),
        ("sasrec paper-d8", (0, 1, 2)),
        ("sasrec paper-d32", (0, 1, 2)),
    ]
    assert ledger.notes[-1] == "Missing: fpmc, sasrec (paper), d = 8, 32, seeds 0, 1, 2."


def test_without_any_records_everything_is_missing(view: View) -> None:
    ledger = claims_ledger([], view)
    assert set(verdicts(ledger).values()) == {Verdict.UNDECIDABLE}
    assert len(ledger.missing) == 4 * 6 + 3


def test_records_of_other_data_or_protocols_are_left_out(plant: Plant) -> None:
    records = small_records(plant)
    strange = [replace(record, key=replace(record.key, protocol="loo-other-v1")) for record in records]
    assert claims_ledger([*records, *strange], SMALL) == claims_ledger(records, SMALL)
    other = claims_ledger(strange, replace(SMALL, protocol="loo-other-v1"))
    assert set(verdicts(other).values()) == {Verdict.SUPPORTED}
    assert "protocol loo-other-v1" in other.notes[0]


def test_records_that_cant_stand_side_by_side_are_refused(plant: Plant) -> None:
    records = small_records(plant)
    recipe = replace(records[0].recipe, version=2)
    with pytest.raises(InvalidRecordError):
        claims_ledger([replace(records[0], recipe=recipe), *records[1:]], SMALL)
