"""Records under composed protocols: sound ones pass, planted faults are found, and what can't be checked is said."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.data.negatives import read_negatives
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.protocols import LOO_FULL, find_protocol
from seqrec_bench.experiments.cell import run_cell, setting_under
from seqrec_bench.experiments.verification import check_contents, check_store
from seqrec_bench.experiments.verification.data import Arrangements, check_data_are_here, check_ranked_again, seen_items
from seqrec_bench.experiments.verification.retraining import draw, quick
from seqrec_bench.records import Ranks, Record, Store
from seqrec_bench.records.check import exit_code
from seqrec_bench.studies.cells import Cell

ZEROED, CORE, CORE_SEEN = "loo-full-zeroed-v1", "loo-full-unique-3core-v1", "loo-full-seen-unique-3core-v1"
CELLS = (Cell("fpmc", "brief", 4, 0, {"epochs": 2}), Cell("popularity", "paper", 0, 0))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """41 users, with negatives.

    Every fourth ends with an item that it has had before. The negatives of even ones are unseen, each once; those of
    odd ones have items of the history and some twice.
    """
    rng, rows = np.random.default_rng(1), [("rare", item) for item in (21, 22, 23, 24, 3)]
    for user in range(40):
        items = (4 + rng.permutation(17)[:7]).tolist()
        last = items[2] if user % 4 == 0 else 25
        rows += [(f"u{user}", item) for item in [*([1, 2] if user % 2 else []), *items, last]]
    users, numbers = zip(*rows, strict=True)
    found = Interactions.from_rows(list(users), [f"i{number}" for number in numbers], np.arange(len(rows)))
    file = tmp_path_factory.mktemp("shop") / "shop_sample.txt"
    lines = [f"u{user} " + ("i1 i1 i2 i3 i21 i21" if user % 2 else "i21 i22 i23 i24") for user in range(40)]
    file.write_text("\n".join([*lines, "rare i1 i2"]))
    return replace(prepare("shop", found, None), negatives=read_negatives(file))


@pytest.fixture(scope="module")
def given(shop: Dataset) -> str:
    """The protocol that ranks among the negatives of the file."""
    assert shop.negatives is not None
    return f"loo-negatives-{shop.negatives.digest}-v1"


@pytest.fixture(scope="module")
def store(shop: Dataset, given: str, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Not to be changed."""
    found = Store(tmp_path_factory.mktemp("composed"))
    for protocol in (LOO_FULL, ZEROED, given, CORE, CORE_SEEN):
        for cell in CELLS:
            setting = setting_under(protocol, shop, "cpu", found, keep_top=30)
            finished = run_cell(replace(cell, protocol=protocol), setting, lambda epoch: None)
            found.save(finished.record, finished.weights, finished.top)
    return found


@pytest.fixture(scope="module")
def records(store: Store) -> Sequence[Record]:
    return store.records()


def one(records: Sequence[Record], protocol: str, model: str = "fpmc") -> Record:
    (found,) = [each for each in records if (each.key.protocol, each.key.model) == (protocol, model)]
    return found


def test_sound_records_pass_every_check(store: Store, records: Sequence[Record], shop: Dataset) -> None:
    found, files = check_store(store)
    checks = [*files, *check_contents(found, store, {"shop": shop}, {})]
    assert [fault for check in checks for fault in check.faults] == []
    assert exit_code(checks) is ExitCode.DONE
    assert check_ranked_again(found, Arrangements({"shop": shop})).n_passed == 6
    assert one(records, CORE_SEEN).weights == one(records, CORE).weights != one(records, LOO_FULL).weights


def again_faults(records: Sequence[Record], shop: Dataset, spoilt: Record) -> Sequence[str]:
    changed = [spoilt if record.key == spoilt.key else record for record in records]
    return check_ranked_again(changed, Arrangements({"shop": shop})).faults


def with_test(record: Record, row: int, better: int = 0, tied: int = 0) -> Record:
    """The record with one test rank moved by so much."""
    moved = [np.array(values) for values in (record.test.better, record.test.tied)]
    moved[0][row] += better
    moved[1][row] += tied
    return replace(record, test=Ranks(*moved))


def n_seen(shop: Dataset, repeated: bool) -> tuple[int, int]:
    """The row of a user whose test target was seen before, or was not, and how many items that user has had."""
    numbers, target_seen = seen_items(find_protocol(LOO_FULL).hold_out(shop).test)
    row = int(np.flatnonzero(target_seen == repeated)[0])
    return row, int(numbers[row])


def test_unseen_targets_move_by_the_whole_history_or_not_at_all_where_that_is_scored_0(
    records: Sequence[Record], shop: Dataset
) -> None:
    row, seen = n_seen(shop, repeated=False)
    base, zeroed = one(records, LOO_FULL), one(records, ZEROED)
    level = with_test(
        zeroed, row, base.test.better[row] - zeroed.test.better[row], base.test.tied[row] - zeroed.test.tied[row]
    )
    for better, tied, is_fine in (
        (0, 0, True),
        (seen, 0, True),
        (0, seen, True),
        (1, 0, False),
        (seen, seen, False),
        (0, 1, False),
        (-1, 0, False),
    ):
        faults = again_faults(records, shop, with_test(level, row, better, tied))
        assert bool(faults) != is_fine, (better, tied)
        if not is_fine:
            assert "1 targets have others above or level with them than seen items scored 0 can make" in faults[0]


def test_repeated_targets_may_move_either_way_but_are_level_with_the_history(
    records: Sequence[Record], shop: Dataset
) -> None:
    row, seen = n_seen(shop, repeated=True)
    zeroed = one(records, ZEROED)
    assert zeroed.test.tied[row] >= seen
    for better in (-zeroed.test.better[row], 5):
        assert again_faults(records, shop, with_test(zeroed, row, better)) == []
    (fault,) = again_faults(records, shop, with_test(zeroed, row, tied=seen - 1 - zeroed.test.tied[row]))
    assert "scored 0 can make of those of shop/loo-full-v1/fpmc" in fault


def test_given_negatives_bind_only_where_they_are_unseen_and_each_once(
    records: Sequence[Record], shop: Dataset, given: str
) -> None:
    sampled, base = one(records, given), one(records, LOO_FULL)
    for user, is_found in (("u2", True), ("u3", False)):
        row = shop.user_ids.tolist().index(user)
        more = int(base.test.better[row] - sampled.test.better[row]) + 1
        assert bool(again_faults(records, shop, with_test(sampled, row, more))) == is_found


@pytest.mark.parametrize("has_others", [False, True])
def test_without_the_file_what_ranks_among_it_is_not_checked_and_said(
    records: Sequence[Record], shop: Dataset, given: str, tmp_path: Path, has_others: bool
) -> None:
    (tmp_path / "other.txt").write_text("u1 i1")
    here = {"shop": replace(shop, negatives=read_negatives(tmp_path / "other.txt") if has_others else None)}
    check = check_data_are_here(records, here)
    assert (check.n_passed, check.code) == (8, ExitCode.CELLS_MISSING)
    (fault,) = check.faults
    assert fault.startswith(
        f"Neither ranks nor fingerprints of the 2 records on shop were checked. The protocol {given}"
    )
    assert ("--negatives FILE" in fault) != has_others
    checks = check_contents(records, Store(tmp_path / "none"), here, {})
    assert [each.name for each in checks if each.faults] == [check.name]
    for chosen in (quick(records, here), draw(records, here, 99, 0)):
        assert given not in {record.key.protocol for record in chosen}
    assert given in {record.key.protocol for record in quick(records, {"shop": shop})}
