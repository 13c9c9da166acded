from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.records import CellKey, DatasetIdentity, Recipe

KEY = CellKey("ml-100k", "loo-full-v1", "am-lstm", "paper", dimension=100, seed=3)
RECIPE = Recipe(DatasetIdentity("ml-100k", "data", "tags"), 2, {"rate": 0.5, "heights": (2, 3), "loss": "bpr"})


def test_a_key_names_its_file() -> None:
    assert KEY.path() == PurePosixPath("ml-100k/loo-full-v1/am-lstm/paper-d100-s3.json")
    assert str(KEY) == "am-lstm paper-d100-s3"


NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]*", fullmatch=True)
VARIANTS = st.one_of(NAMES, st.sampled_from(["x-s0", "x-d8", "x-d8-s0", "a.b-d1-s2.json", "0-d0-s0", "paper-d100-s3"]))


@given(st.builds(CellKey, NAMES, NAMES, NAMES, VARIANTS, st.integers(0, 10**6), st.integers(0, 2**32)))
def test_a_path_gives_back_the_key_that_names_it(key: CellKey) -> None:
    assert CellKey.of_path(key.path()) == key


@pytest.mark.parametrize("name", ["paper-d04-s0", "paper-d4-s00", "paper-d\u0663-s0", "paper-d4", "-d4-s0", "a-s0-d4"])
def test_a_file_of_another_name_is_no_records(name: str) -> None:
    with pytest.raises(ValueError, match="is not the path of a record"):
        CellKey.of_path(PurePosixPath("ml-100k/loo-full-v1/fpmc") / f"{name}.json")


def test_keys_are_ordered_by_number_not_by_text() -> None:
    keys = [replace(KEY, dimension=dimension, seed=seed) for dimension in (25, 100) for seed in (0, 2, 10)]
    assert sorted(reversed(keys)) == keys


def changed(**hyperparameters: Any) -> Recipe:
    return replace(RECIPE, hyperparameters={**RECIPE.hyperparameters, **hyperparameters})


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        pytest.param(replace(RECIPE), None, id="nothing"),
        pytest.param(changed(heights=[2, 3]), None, id="a tuple read back as a list"),
        pytest.param(
            replace(RECIPE, dataset=DatasetIdentity("ml-100k", "other", "tags")), "made on other data", id="data"
        ),
        pytest.param(
            replace(RECIPE, dataset=DatasetIdentity("ml-100k", "data", None)), "made with other item tags", id="tags"
        ),
        pytest.param(replace(RECIPE, version=1), "made by version 1 of the model, not 2", id="version"),
        pytest.param(changed(rate=0.25), "made with rate = 0.25, not 0.5", id="a value"),
        pytest.param(
            changed(rate=1, loss="ce"), 'made with loss = "ce", not "bpr", rate = 1, not 0.5', id="two values"
        ),
        pytest.param(changed(heights=(2, 4)), "made with heights = [2, 4], not [2, 3]", id="in a tuple"),
        pytest.param(changed(extra=None), "made with extra = null, not absent", id="one more"),
        pytest.param(
            replace(RECIPE, hyperparameters={"rate": 0.5, "loss": "bpr"}),
            "made with heights = absent, not [2, 3]",
            id="one fewer",
        ),
    ],
)
def test_a_recipe_says_how_another_differs(other: Recipe, difference: str | None) -> None:
    assert RECIPE.difference(other) == difference


@pytest.mark.parametrize(
    ("means", "difference"),
    [
        ((2, 3), None),
        ([2, 4], "made with heights = [2, 4] (which it means by not saying it), not [2, 3]"),
    ],
)
def test_what_another_lacks_is_what_that_means_to_the_model(means: object, difference: str | None) -> None:
    early = replace(RECIPE, hyperparameters={"rate": 0.5, "loss": "bpr"})
    now = replace(RECIPE, absent={"rate": 0.25, "loss": "ce", "heights": means})
    assert now.difference(early) == difference
    assert now.difference(RECIPE) is None and now == RECIPE
    more = replace(RECIPE, hyperparameters={**RECIPE.hyperparameters, "gone": 1})
    assert now.difference(more) == "made with gone = 1, not absent"


def test_other_data_is_named_before_all_that_follows_from_it() -> None:
    other = Recipe(DatasetIdentity("ml-100k", "other", None), 1, {})
    assert RECIPE.difference(other) == "made on other data"
