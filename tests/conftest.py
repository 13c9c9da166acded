"""What tests of several floors need."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.data import Dataset, load_named


@pytest.fixture(scope="session")
def ml_100k() -> Dataset:
    """The real MovieLens 100K, from the cache or fetched."""
    return load_named("ml-100k")


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a distribution with one module and one recommender, as an installer would, to a folder on `sys.path`."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(distribution: str, name: str, source: str, class_name: str = "Plug") -> Path:
        module = f"module_of_{distribution.replace('-', '_')}_{tmp_path.name}"
        (site / f"{module}.py").write_text(source)
        metadata = site / f"{distribution}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[seqrec_bench.recommenders]\n{name} = {module}:{class_name}\n")
        return site

    return install
