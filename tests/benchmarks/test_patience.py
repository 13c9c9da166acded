"""What a training keeps that patience ends, told from a curve that went further."""

import pytest

from benchmarks.patience import Ended, Place, ended_by, table

FIGURES = [0.2, 0.1, 0.3, 0.3, 0.1, 0.2, 0.4]


@pytest.mark.parametrize(
    ("patience", "ended"), [(1, Ended(0.2, 2)), (2, Ended(0.3, 5)), (4, Ended(0.4, 7)), (9, Ended(0.4, 7))]
)
def test_it_ends_as_many_epochs_after_its_best_so_far(patience: int, ended: Ended) -> None:
    assert ended_by(patience, FIGURES) == ended


def test_the_table_has_means_over_runs() -> None:
    lines = table({Place("toy", "fpmc", "long"): [FIGURES, [0.1, 0.2, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1]]}).splitlines()
    cells = [cell.strip() for cell in lines[-1].strip("|").split("|")]
    assert cells == [
        "toy", "fpmc, long", "2", "3 to 7", "0.3500 (8)", "0.3500 (8)", *["0.3500 (8)"] * 5,
    ]  # fmt: skip
