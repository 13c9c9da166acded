"""Where the cache is, and what is removed from it."""

import os
import time
from pathlib import Path

import pytest

from seqrec_bench.cache import cache_folder, remove_abandoned


def test_the_cache_is_where_the_environment_says_or_at_the_usual_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SEQREC_BENCH_CACHE")
    assert cache_folder().name == "seqrec-bench"


def test_what_killed_processes_left_goes_after_a_day_and_nothing_else_does(tmp_path: Path) -> None:
    names = ("tmpabc123", "tmp_folder", "vectors.npy", "tmpyoung")
    for name in names:
        (tmp_path / name).mkdir() if "folder" in name else (tmp_path / name).touch()
    (tmp_path / "tmp_folder" / "half.npy").touch()
    for name in names[:3]:
        os.utime(tmp_path / name, (0, time.time() - 25 * 3600))
    remove_abandoned(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"vectors.npy", "tmpyoung"}
    remove_abandoned(tmp_path / "nowhere")
