"""Which cells both sides of a check must have, and what is said where an option names none of them."""

from collections.abc import Callable

import pytest

from seqrec_bench.analysis.gate.expected import Asked, expected_cells
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.records import Record
from seqrec_bench.studies.view import View

Make = Callable[..., Record]


@pytest.fixture
def expect(view: View) -> Callable[..., list[str]]:
    """Names the cells that are expected of these two sides, in order."""

    def name_cells(new: list[Record], old: list[Record], dataset: str = "ml-100k", **asked: object) -> list[str]:
        cells = expected_cells(new, old, view, dataset, Asked(**asked))  # type: ignore[arg-type]
        return [f"{place} {seed}" for place, seed in sorted(cells)]

    return name_cells


def test_without_seeds_the_reference_says_what_there_must_be(
    make_record: Make, expect: Callable[..., list[str]]
) -> None:
    new = [make_record("a", 100, seed) for seed in range(3)]
    assert expect(new, new[:2]) == ["a paper-d100 0", "a paper-d100 1"]


def test_named_seeds_are_expected_whatever_either_side_has_lost(
    make_record: Make, expect: Callable[..., list[str]]
) -> None:
    new = [make_record("a", 100, seed) for seed in range(4)]
    wanted = ["a paper-d100 0", "a paper-d100 1", "a paper-d100 2"]
    assert expect(new, new[:2], seeds=[0, 1, 2]) == wanted
    assert expect(new[:1], new, seeds=[0, 1, 2]) == wanted
    others = [make_record("b", 100, 0)]
    assert expect(new, others, seeds=[0, 1, 2], models={"a"}) == wanted


def test_named_seeds_ask_no_more_than_one_of_a_deterministic_model(
    make_record: Make, expect: Callable[..., list[str]]
) -> None:
    records = [make_record("rules", 0, 0, deterministic=True), make_record("a", 100, 0)]
    assert expect(records, records, seeds=[1, 2]) == ["a paper-d100 1", "a paper-d100 2", "rules paper-d0 0"]


@pytest.mark.parametrize(
    ("dataset", "asked", "words"),
    [
        ("ml-100k", {"models": ["my-modle"]}, r"my-modle \(did you mean 'my-model'\?\), of which there is no record"),
        (
            "ratings",
            {},
            r"no records of ratings under loo-full-v1; it has ml-100k .*\(my-model\).*: give --dataset ml-100k",
        ),
    ],
)
def test_a_name_that_no_side_knows_is_a_slip_of_the_pen(
    make_record: Make, expect: Callable[..., list[str]], dataset: str, asked: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        expect([], [make_record("my-model", 100)], dataset, **asked)


def test_another_protocol_of_the_reference_is_named(make_record: Make, expect: Callable[..., list[str]]) -> None:
    old = [
        make_record("a", 100, protocol="time-full-v1"),
        make_record("a", 100, protocol="time-full-v1", dataset="own"),
    ]
    with pytest.raises(InputError, match=r"loo-full-v1; it has .*: give --protocol time-full-v1"):
        expect([], old)
    with pytest.raises(InputError, match=r"choose with --dataset and --protocol \(did you mean 'own'"):
        expect([], old, "owm")


def test_a_model_that_only_the_new_records_have_is_missing(make_record: Make, expect: Callable[..., list[str]]) -> None:
    with pytest.raises(MissingCellsError, match="--models names b, of which the reference has nothing"):
        expect([make_record("b", 100)], [make_record("a", 100)], models=["b"])
    with pytest.raises(MissingCellsError, match="--dims names 25, of which the reference has nothing"):
        expect([], [make_record("a", 100)], dimensions=[25])
