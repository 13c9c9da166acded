from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def empty_vector_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of each test's own, lest one finds what another has trained; returns the folder of its vectors."""
    monkeypatch.setattr("seqrec_baselines.am_lstm.vector_cache.cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache" / "skip-gram"
