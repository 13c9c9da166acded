"""The benchmark of cells, on little data."""

from benchmarks.cells import seconds_of_cells
from seqrec_bench.data import Interactions, prepare
from seqrec_bench.evaluation.synthetic import synthetic_sequences


def test_a_first_cell_and_another_are_timed() -> None:
    sequences = synthetic_sequences(n_users=20, n_items=15, length=8, order=0.5, seed=0)
    users, items = [str(user) for user in sequences.users], [str(item) for item in sequences.items]
    toy = prepare("toy", Interactions.from_rows(users, items, sequences.times), None)
    first, following = seconds_of_cells(toy, "fpmc")
    assert first > 0 and following > 0
