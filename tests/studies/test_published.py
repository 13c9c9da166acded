"""The variant ``paper`` on data whose records were made before a model's defaults changed."""

import tomllib

import pytest

from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.studies.cells import Cell
from seqrec_bench.studies.published import PUBLISHED, as_published, published_settings

ENTRIES = [
    (dataset, model, settings)
    for dataset, models in tomllib.loads(PUBLISHED.read_text()).items()
    for model, settings in models.items()
]


@pytest.mark.parametrize(("dataset", "model", "settings"), ENTRIES)
def test_every_setting_is_one_and_none_is_the_default(
    dataset: str, model: str, settings: dict[str, int | float | str | bool]
) -> None:
    usual, set_ = (hyperparameters(build(model, 8, given)) for given in ({}, settings))
    assert {key for key in usual if usual[key] != set_[key]} == settings.keys()
    assert published_settings(model, dataset) == settings


def test_only_the_published_variant_on_those_data_has_them() -> None:
    published = Cell("fpmc", "paper", 8, 0)
    others = [Cell("fpmc", "short", 8, 0, {"epochs": 2}), Cell("popularity", "paper", 0, 0)]
    changed, *same = as_published([published, *others], "ml-100k")
    assert changed.settings == {"epochs": 100, "patience": 0}
    assert same == others
    assert as_published([published, *others], "my-shop") == [published, *others]
