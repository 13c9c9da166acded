"""Which records are shown where no option says it; the commands themselves are in tests/rendering/test_commands.py."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.cli.view_options import ViewOptions, more_options
from seqrec_bench.records import Record, Store

LOO, TIME = "loo-full-v1", "time-full-v1"
GIVEN, GIVEN_SEEN = "given-full-v1", "given-full-seen-v1"


def fill(folder: Path, *kinds: tuple[str, str]) -> Path:
    """Has a record, as far as paths tell, on each of these data under that protocol; and a search's logs."""
    for kind in (*kinds, ("search", "paper")):
        place = folder.joinpath(*kind, "fpmc")
        place.mkdir(parents=True)
        (place / ("fpmc.jsonl" if kind[0] == "search" else "paper-d100-s0.json")).touch()
    return folder


@pytest.mark.parametrize(
    ("there", "asked", "shown", "says"),
    [
        ([("ratings", LOO)], (None, None), ("ratings", LOO), True),
        ([("ratings", TIME)], (None, None), ("ratings", TIME), True),
        ([("ratings", TIME), ("ratings", LOO)], (None, None), ("ratings", LOO), True),
        ([("ratings", TIME), ("ratings", LOO)], (None, TIME), ("ratings", TIME), True),
        ([("ratings", TIME)], ("ratings", None), ("ratings", LOO), False),
        ([("ratings", GIVEN)], ("ratings", None), ("ratings", GIVEN), True),
        ([("ratings", GIVEN), ("other", LOO)], ("ratings", None), ("ratings", GIVEN), True),
        ([("ratings", GIVEN), ("ratings", GIVEN_SEEN)], ("ratings", None), ("ratings", GIVEN), True),
        ([("ratings", GIVEN), ("ratings", GIVEN_SEEN)], (None, None), ("ratings", GIVEN), True),
        ([("ratings", GIVEN), ("ratings", LOO)], ("ratings", None), ("ratings", LOO), False),
        ([("ratings", GIVEN), ("ratings", "given-test-full-v1")], ("ratings", None), ("ratings", LOO), False),
        ([("ratings", GIVEN_SEEN)], ("ratings", None), ("ratings", LOO), False),
        ([("ratings", TIME), ("ratings", "x")], (None, None), ("ml-100k", LOO), False),
        ([("ratings", TIME)], (None, LOO), ("ml-100k", LOO), False),
        ([("ratings", LOO), ("other", LOO)], (None, None), ("ml-100k", LOO), False),
        ([("ratings", LOO), ("ml-100k", LOO)], (None, None), ("ml-100k", LOO), False),
        ([("ratings", LOO), ("ml-100k", TIME)], (None, None), ("ml-100k", LOO), False),
        ([("ml-100k", TIME)], (None, None), ("ml-100k", LOO), False),
        ([("ratings", LOO)], ("ml-100k", None), ("ml-100k", LOO), False),
        ([("ratings", LOO)], ("ratings", None), ("ratings", LOO), False),
        ([], (None, None), ("ml-100k", LOO), False),
    ],
)  # fmt: skip
def test_the_only_records_are_shown_where_the_paper_s_data_have_none(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    there: list[tuple[str, str]],
    asked: tuple[str | None, str | None],
    shown: tuple[str, str],
    says: bool,
) -> None:
    found = ViewOptions(fill(tmp_path, *there), *asked).open()
    assert (found.dataset, found.protocol) == (found.view.dataset, found.view.protocol) == shown
    assert found.is_own == (shown == ("ml-100k", LOO))
    printed = capsys.readouterr()
    why = f"the only data set in {tmp_path}" if asked[0] is None else "the split that its files give"
    expected = f"Shows {shown[0]} under {shown[1]}, {why}.\n" if says else ""
    assert (printed.out, printed.err) == ("", expected)


@pytest.mark.parametrize(
    ("there", "asked", "shown"),
    [
        ([("a", LOO), ("b", LOO)], None, [("a", LOO), ("b", LOO)]),
        ([("a", GIVEN), ("b", GIVEN)], None, [("a", GIVEN), ("b", GIVEN)]),
        ([("a", GIVEN), ("b", GIVEN), ("b", GIVEN_SEEN)], None, [("a", GIVEN), ("b", GIVEN)]),
        ([("a", TIME), ("b", TIME)], None, [("ml-100k", LOO)]),
        ([("a", TIME), ("b", TIME), ("c", LOO)], TIME, [("a", TIME), ("b", TIME)]),
        ([("a", GIVEN), ("b", GIVEN), ("ml-100k", LOO)], None, [("ml-100k", LOO)]),
        ([("a", GIVEN), ("b", TIME)], None, [("ml-100k", LOO)]),
    ],
)  # fmt: skip
def test_data_sets_of_one_protocol_stand_side_by_side(
    tmp_path: Path,
    make_record: Callable[..., Record],
    there: list[tuple[str, str]],
    asked: str | None,
    shown: list[tuple[str, str]],
) -> None:
    for dataset, protocol in there:
        Store(tmp_path).save(make_record("fpmc", 100, dataset=dataset, protocol=protocol))
    found = ViewOptions(tmp_path, None, asked).open_all()
    assert [(each.dataset, each.protocol) for each in found] == shown


def test_a_name_from_the_disk_has_no_say_over_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ViewOptions(fill(tmp_path, ("\x1b[2J", LOO))).open()
    assert "\x1b" not in capsys.readouterr().err


def test_run_is_told_where_the_data_come_from() -> None:
    assert more_options("ml-100k") == ""
    assert more_options("ml-1m") == " --dataset ml-1m"
    assert more_options("ratings") == " --interactions FILE"
    assert more_options("ratings", "loo-full-seen-v1") == " --interactions FILE"
    assert more_options("ratings", "given-full-v1") == " --train FILE --validation FILE --test FILE"
    assert more_options("ratings", "given-test-full-v1") == " --train FILE --test FILE"
    assert more_options("ml-1m", "given-full-v1") == " --dataset ml-1m"
