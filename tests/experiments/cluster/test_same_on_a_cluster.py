"""On a Dask cluster every registered recommender gives what it gives on this machine; see test_same_in_same_out.py.

The workers' processes are others, with other hashes of strings, two threads asked for, and a cache without vectors.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.evaluation.registry import registered

MODELS = sorted(registered())
PLANTED = ["by-hash", "by-global-state"]


@pytest.fixture(scope="module")
def there(
    cluster: Any, same_command: Callable[[list[str], Path], list[str]], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The results of a run there, the other way round."""
    for _ in range(len(cluster.alive()), 2):
        cluster.start_worker()
    cluster.client(2).close()
    results = tmp_path_factory.mktemp("there")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(cluster.folder / "1.0")
        command = same_command([*MODELS[::-1], *PLANTED], results)
        done = CliRunner().invoke(app, [*command, "--executor", f"dask://{cluster.address}"])
    assert done.exit_code == 0, done.output
    return results


@pytest.mark.parametrize("model", MODELS)
def test_records_and_weights_are_those_of_this_machine(
    model: str, alone: Path, there: Path, files_of: Callable[[Path, str], dict[str, bytes]]
) -> None:
    assert files_of(alone, model)
    assert files_of(there, model) == files_of(alone, model)


@pytest.mark.parametrize("model", PLANTED)
def test_who_depends_on_the_process_is_found_out(
    model: str, alone: Path, there: Path, files_of: Callable[[Path, str], dict[str, bytes]]
) -> None:
    assert files_of(there, model) != files_of(alone, model)
