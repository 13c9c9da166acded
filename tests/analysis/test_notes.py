from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.notes import Note, Topic, about, missing_note, order_notes, without
from seqrec_bench.records import BY_ROW, Record

NOTES = ["Missing: is how this one begins.", Note("All are there.", Topic.MISSING), Note("By whom.", Topic.REPORTED)]


def test_a_note_is_found_by_its_topic_and_not_by_its_words() -> None:
    assert about(NOTES, Topic.MISSING) == ["All are there."]
    assert without(NOTES, Topic.MISSING) == [NOTES[0], "By whom."]
    assert without(NOTES, Topic.MISSING, Topic.REPORTED) == NOTES[:1]


@pytest.mark.parametrize(
    ("missing", "says", "note"), [([], "Missing", []), (["a", 2], "Not run", ["Not run: a; 2."])], ids=["none", "some"]
)
def test_what_is_missing_is_one_note(missing: list[object], says: str, note: list[str]) -> None:
    assert missing_note(missing, says) == about(missing_note(missing, says), Topic.MISSING) == note


def test_data_without_times_are_named_once(make_record: Callable[..., Record]) -> None:
    timed, other = make_record("popularity", 0), make_record("popularity", 0, dataset="other")
    of_rows = [
        replace(record, recipe=replace(record.recipe, dataset=replace(record.recipe.dataset, order=BY_ROW)))
        for record in (timed, other)
    ]
    assert order_notes([timed, other]) == []
    assert order_notes([other, of_rows[0]]) == ["The order of ml-100k is that of the file's rows: it has no times."]
    (both,) = order_notes([*of_rows, of_rows[0]])
    assert both == "The order of ml-100k and other is that of the file's rows: they have no times."
