"""Every registered recommender passes every check."""

from collections.abc import Callable
from functools import cache, partial

import pytest

from seqrec_bench.evaluation.conformance import ALL_CHECKS, Factory, explaining, fitting, restoring, scoring
from seqrec_bench.evaluation.registry import build, registered

SETTINGS = {
    "bert4rec": {"epochs": 25, "learning_rate": 0.01, "batch_size": 32, "blocks": 1},
    "caser": {"batch_size": 32, "learning_rate": 0.01},
    "esasrec": {"epochs": 10, "learning_rate": 0.02, "batch_size": 32, "negatives": 16},
    "fpmc": {"epochs": 100},
    "gru4rec": {"epochs": 10},
    "hgn": {"batch_size": 64, "learning_rate": 0.01, "epochs": 20},
    "hstu": {"epochs": 40, "learning_rate": 0.01},
    "lrurec": {"epochs": 40, "learning_rate": 0.01, "batch_size": 32},
    "sasrec": {"epochs": 40, "learning_rate": 0.01},
}
"""Where the defaults would take too few or too small steps on so little data, or too many epochs."""

OF_LEARNING = {fitting.check_order_is_learned, fitting.check_nothing_is_learned_from_noise}
"""The other checks ask for what holds however long a model is trained, and train it for two epochs."""


@cache
def factory(name: str, learns: bool) -> Factory:
    """One and the same factory at every call, so that the checks share its fits."""
    settings = SETTINGS.get(name, {})
    if not learns:
        fields = vars(build(name, 16, {}))
        settings = {**settings, **{field: 2 for field in ("epochs", "skip_gram_epochs") if field in fields}}
    return partial(build, name, dimension=16, settings=settings)


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", registered())
def test_registered_recommender(name: str, check: Callable[[Factory], None]) -> None:
    check(factory(name, check in OF_LEARNING))


def test_every_check_is_among_all_checks() -> None:
    modules = (scoring, fitting, restoring, explaining)
    defined = {name for module in modules for name in vars(module) if name.startswith("check_")}
    assert defined == {check.__name__ for check in ALL_CHECKS}
