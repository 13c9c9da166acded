"""Records that lack a setting, beside others of their model that have it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.selection import require_side_by_side
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.evaluation import absence
from seqrec_bench.evaluation.absence import completed
from seqrec_bench.records import Record

HAS = {"dimension": 100, "epochs": 100, "learning_rate": 0.1}


@pytest.fixture
def runs(make_record: Callable[..., Record]) -> list[Record]:
    """Three of FPMC, the second of which lacks the learning rate, and one of another model."""
    first, early, last = (
        replace(record, recipe=replace(record.recipe, hyperparameters=HAS))
        for record in (make_record("fpmc", 100, seed) for seed in range(3))
    )
    without = {name: value for name, value in HAS.items() if name != "learning_rate"}
    early = replace(early, recipe=replace(early.recipe, hyperparameters=without))
    return [first, early, last, make_record("caser", 100)]


def test_what_a_record_lacks_is_added_as_the_model_says(runs: list[Record], imply: Callable[..., None]) -> None:
    with pytest.raises(InvalidRecordError, match=r"learning_rate = absent, not 0\.1"):
        require_side_by_side({runs[0].key.configuration: runs[:3]})
    imply("fpmc", learning_rate=0.1)
    found = completed(runs)
    assert found[1] == replace(runs[1], recipe=runs[0].recipe)
    assert [found[place] is runs[place] for place in (0, 2, 3)] == [True] * 3
    require_side_by_side({runs[0].key.configuration: found[:3]})
    imply("fpmc", learning_rate=0.5)
    with pytest.raises(InvalidRecordError, match=r"made with learning_rate = 0\.5, not 0\.1"):
        require_side_by_side({runs[0].key.configuration: completed(runs)[:3]})


def test_no_model_is_asked_where_its_records_have_the_same(runs: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "load", None)
    assert completed([runs[0], *runs[2:]]) == [runs[0], *runs[2:]]


def test_where_nobody_can_tell_records_stay_as_they_are(
    runs: list[Record], install_plugin: Callable[..., object]
) -> None:
    install_plugin("broken", "broken", "1 / 0")
    for model in ("gone", "broken"):
        theirs = [replace(record, key=replace(record.key, model=model)) for record in runs[:3]]
        assert completed(theirs) == theirs
        with pytest.raises(InvalidRecordError, match=r"learning_rate = absent, not 0\.1"):
            require_side_by_side({theirs[0].key.configuration: completed(theirs)})
