from types import SimpleNamespace
from typing import cast

import pytest

from seqrec_baselines.training.ranges import require_at_least, require_equal_shares, require_share
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Recommender

MODEL = cast(Recommender, SimpleNamespace(name="toy", epochs=3, rate=-0.1, dropout=1.5, half=0.5, heads=2))


def test_what_is_in_range_passes() -> None:
    require_at_least(MODEL, 3, "epochs")
    require_share(MODEL, "half")
    require_equal_shares(MODEL, "heads", "heads")


def test_what_is_not_is_named_with_its_value() -> None:
    with pytest.raises(InputError, match=r"^toy\.rate is -0\.1: give 0 or more\.$"):
        require_at_least(MODEL, 0, "epochs", "rate")
    with pytest.raises(InputError, match=r"^toy\.dropout is 1\.5: give 0 to 1\.$"):
        require_share(MODEL, "half", "dropout")
    with pytest.raises(
        InputError, match=r"^toy\.epochs is 3, which 2 heads can't share: give a multiple of toy\.heads\.$"
    ):
        require_equal_shares(MODEL, "epochs", "heads")
