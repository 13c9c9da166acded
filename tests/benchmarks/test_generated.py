from pathlib import Path

import numpy as np

from benchmarks.generated import N_ITEMS, generate, generated_dataset, write_files
from seqrec_bench.data import Columns, load_file
from seqrec_bench.data.reading.form import Form


def test_no_user_has_an_item_twice_and_all_interactions_are_there() -> None:
    generated = generate(20_000)
    pairs = generated.users * (N_ITEMS + 1) + generated.items
    assert len(np.unique(pairs)) == len(generated.times) == 20_000


def test_items_follow_a_power_law_and_users_differ() -> None:
    generated = generate(200_000)
    counts = np.sort(np.bincount(generated.items))[::-1]
    assert counts[:500].sum() > 10 * counts[5_000:5_500].sum()
    lengths = np.bincount(generated.users)[1:]
    assert np.quantile(lengths, 0.9) > 5 * np.quantile(lengths, 0.1)


def test_all_files_and_the_direct_way_give_one_data_set(tmp_path: Path) -> None:
    paths = write_files(5_000, tmp_path)
    sequences = load_file(paths.pop("txt"), Columns(), None, form=Form("sequences"))
    fingerprints = {load_file(path, Columns(), None).fingerprint for path in paths.values()}
    direct = generated_dataset(5_000)
    assert fingerprints == {direct.fingerprint}
    assert np.array_equal(sequences.sequences.offsets, direct.sequences.offsets)
    different = sequences.sequences.items != direct.sequences.items
    assert different.mean() < 0.001, "but for the few that are tied in time"
