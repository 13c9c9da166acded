"""Where the cache is."""

from pathlib import Path

import pytest

from seqrec_bench.cache import cache_folder


def test_the_cache_is_where_the_environment_says_or_at_the_usual_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("SEQREC_BENCH_CACHE")
    assert cache_folder().name == "seqrec-bench"
