import pytest

from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.evaluation.repeats_note import repeats_note


@pytest.mark.parametrize(
    ("name", "says", "seen", "unique"),
    [
        ("loo-full-v1", "only item of the history", "loo-full-seen-v1", "loo-full-unique-v1"),
        ("time90-full-5core-v1", "stands out", "time90-full-seen-5core-v1", "time90-full-unique-5core-v1"),
        ("loo-uniform9-v1", "stands out", "loo-full-seen-v1", "loo-uniform9-unique-v1"),
        ("loo-negatives-1a2b3c4d-v1", "where the file has no", "loo-full-seen-v1", "loo-negatives-1a2b3c4d-unique-v1"),
        (
            "loo-full-zeroed-v1",
            "scored 0 with the rest of the history",
            "loo-full-seen-v1",
            "loo-full-zeroed-unique-v1",
        ),
    ],
)
def test_it_says_what_becomes_of_repeated_targets_and_names_what_judges_them(
    name: str, says: str, seen: str, unique: str
) -> None:
    note = repeats_note(find_protocol(name), 1234)
    assert note is not None
    assert "\n" not in note
    assert note.startswith(f"1,234 interactions repeat an item of the same user, and under {name} a repeated target ")
    assert says in note
    for other in (seen, unique):
        assert f"--protocol {other}" in note
        assert find_protocol(other)


@pytest.mark.parametrize(
    ("name", "n_repeats"), [("loo-full-seen-v1", 9), ("time-full-seen-9core-v1", 9), ("loo-full-v1", 0)]
)
def test_there_is_none_where_the_history_is_ranked_or_nothing_repeats(name: str, n_repeats: int) -> None:
    assert repeats_note(find_protocol(name), n_repeats) is None
