from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.settings import Value, check_value, parse_value

Loss = Literal["cross-entropy", "bpr", 1]


@pytest.mark.parametrize(
    ("value", "field_type"),
    [
        (3, int),
        (0.5, float),
        (True, bool),
        ("3", str),
        (None, int | None),
        (3, int | None),
        ("bpr", Loss),
        (1, Loss),
        (None, Loss | None),
        (2, int | float),
    ],
)
def test_a_value_of_the_type_stays_as_it_is(value: Value, field_type: object) -> None:
    checked = check_value(value, field_type, "model.key")
    assert checked == value and type(checked) is type(value)


def test_a_whole_number_becomes_a_float_where_one_is_due() -> None:
    checked = check_value(3, float | None, "model.key")
    assert checked == 3.0 and isinstance(checked, float)


@pytest.mark.parametrize(
    ("value", "field_type", "wanted"),
    [
        (3.0, int, "a whole number"),
        (True, int, "a whole number"),
        (1, bool, "true or false"),
        ("0.5", float, "a number"),
        (float("nan"), float, "a number"),
        (float("inf"), float | None, "a number or none"),
        (None, str, "a text"),
        ("adam", Loss, "'cross-entropy' or 'bpr' or 1"),
        (True, Loss, "'cross-entropy' or 'bpr' or 1"),
        ([1, 2], int | str, "a whole number or a text"),
    ],
)
def test_any_other_value_is_refused(value: object, field_type: object, wanted: str) -> None:
    with pytest.raises(InputError) as error:
        check_value(value, field_type, "model.key")
    assert str(error.value) == f"model.key is {value!r}: give {wanted}."


def test_fields_of_other_types_have_no_values() -> None:
    with pytest.raises(InputError, match=r"model.layers can't be set"):
        check_value([1], list[int], "model.layers")


@pytest.mark.parametrize(
    ("text", "field_type", "value"),
    [
        ("3", int, 3),
        ("-3", int, -3),
        ("3", float, 3.0),
        (".5", float, 0.5),
        ("2e-5", float, 2e-5),
        ("true", bool, True),
        ("false", bool, False),
        ("none", int | None, None),
        ("7", int | None, 7),
        ("none", str, "none"),
        ("3", str, "3"),
        ("3", int | float, 3),
        ("bpr", Loss, "bpr"),
        ("1", Loss, 1),
    ],
)
def test_texts_are_read_as_the_type_says(text: str, field_type: object, value: Value) -> None:
    read = parse_value(text, field_type, "model.key")
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize(
    ("text", "field_type"),
    [
        ("3.0", int),
        ("", int),
        ("three", float),
        ("nan", float),
        ("inf", float),
        ("1", bool),
        ("none", int),
        ("x", Loss),
    ],
)
def test_texts_that_are_no_value_of_the_type_are_refused(text: str, field_type: object) -> None:
    with pytest.raises(InputError, match=rf"^model.key is '{text}': give "):
        parse_value(text, field_type, "model.key")


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_printed_number_reads_back(number: float) -> None:
    assert parse_value(str(number), type(number), "model.key") == number


@given(st.text())
def test_any_text_is_a_text(text: str) -> None:
    assert parse_value(text, str, "model.key") == text
