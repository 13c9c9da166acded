from collections.abc import Sequence

import pytest

from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.reading.doubtful_ids import MISSING_MARKS, refuse_doubtful
from seqrec_bench.errors import InputError


def refuse(users: Sequence[str], items: Sequence[str] | None = None, place: str = "Row") -> None:
    refuse_doubtful(Interactions.from_rows(users, items or ["i"] * len(users), [0] * len(users)), place, "the file")


@pytest.mark.parametrize("mark", sorted(MISSING_MARKS))
def test_a_mark_for_a_missing_value_is_no_id(mark: str) -> None:
    with pytest.raises(InputError, match=r"Row 3 of the file has the user .*\(2 of 4 interactions: ") as refusal:
        refuse(["a", "b", mark, mark])
    assert f": {mark})" in str(refusal.value)
    assert "--ids-as-written if it is one." in str(refusal.value)


def test_the_first_of_several_marks_is_named_and_all_are_counted() -> None:
    with pytest.raises(InputError, match=r"Row 2 of the file has the item 'null', .*\(3 of 4 interactions: NA, null\)"):
        refuse(["u"] * 4, ["a", "null", "NA", "null"])


@pytest.mark.parametrize(
    "ids",
    [
        ["NA ", "nano", "Nona", "NULL1", "Na", "0", "-1", "-", "."],
        ["1.0", "2.0"],
        ["1.0", "01", "1.00", "x.0", "10"],
        ["1e5", "12e+5", "1e+5", "e+12", "1e+12x", "+1"],
    ],
)
def test_other_ids_are_ids(ids: list[str]) -> None:
    refuse(ids)


@pytest.mark.parametrize("cut", ["1.23457E+17", "1e+05", "1.2345678901234568e+18", "-1E+100"])
def test_a_number_in_short_is_no_id(cut: str) -> None:
    with pytest.raises(InputError, match=r"Row 2 of the file has the user .*, a number in short"):
        refuse(["a", cut])


@pytest.mark.parametrize("ids", [["a", "7", "7.0"], ["7.0", "a", "7"], ["-7", "-7.0"], ["x", "x.0"]])
def test_an_id_and_its_fraction_are_one(ids: list[str]) -> None:
    other = next(name for name in ids if f"{name}.0" in ids)
    twin, whole = ids.index(f"{other}.0") + 1, ids.index(other) + 1
    with pytest.raises(InputError, match=f"Row {twin} of the file has the user '.*' and row {whole} '{other}', which"):
        refuse(ids)


def test_where_a_line_has_several_interactions_rows_are_not_spoken_of() -> None:
    with pytest.raises(InputError, match="Interaction 2 of the file has the user 'nan'"):
        refuse(["a", "nan"], place="Interaction")
