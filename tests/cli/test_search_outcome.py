from pathlib import Path
from types import SimpleNamespace
from typing import cast

from seqrec_bench.cli.cell_options import parse_settings
from seqrec_bench.cli.search import say_next
from seqrec_bench.experiments.search import ModelSearch
from seqrec_bench.studies.cells import Cell

CELL = Cell("item-knn", "trial-1", 16, 0, {"shrink": 1e-06, "history_length": None})


def search(best: object, cell: Cell) -> ModelSearch:
    return cast(ModelSearch, SimpleNamespace(best=best, cell=lambda settings: cell))


def test_settings_come_back_from_the_command_as_they_were_chosen() -> None:
    _, line = say_next([search(SimpleNamespace(settings={}), CELL)], Path("logs"), "", "time-full-v1")
    words = line.split("`")[1].split()
    given = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    assert parse_settings(given, ["item-knn"]) == {"item-knn": CELL.settings}
    assert words[:6] == ["seqrec-bench", "run", "--models", "item-knn", "--dims", "16"]
    assert words[-4:] == ["--variant", "chosen", "--protocol", "time-full-v1"]


def test_where_no_trial_was_sound_there_is_nothing_to_run() -> None:
    (line,) = say_next([search(None, CELL)], Path("a b"), "", "loo-full-v1")
    assert line == "Every trial is logged in a b: `seqrec-bench trials 'a b'` prints them."
