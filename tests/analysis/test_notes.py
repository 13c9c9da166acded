import pytest

from seqrec_bench.analysis.notes import Note, Topic, about, missing_note, without

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
