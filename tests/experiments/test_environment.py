import json
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

import seqrec_bench
from seqrec_bench.experiments.environment import _commit, environment


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that pretends to hold the package."""
    folder = tmp_path / "seqrec_bench"
    folder.mkdir()
    (folder / "__init__.py").write_text("x = 1\n")
    git(tmp_path, "init", "-q")
    monkeypatch.setattr(seqrec_bench, "__file__", str(folder / "__init__.py"))
    return tmp_path


def test_it_names_versions_device_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    found = environment("popularity", "cpu")
    assert found["packages"]["numpy"] == version("numpy")
    assert found["recommender"].startswith("seqrec-bench ")
    assert (found["device"], found["threads"]) == ("cpu", 5)
    json.dumps(found)


def test_a_checkout_gives_its_commit_and_says_when_it_was_changed(checkout: Path) -> None:
    (checkout / "baselines").mkdir()
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "first")
    commit = git(checkout, "rev-parse", "HEAD")
    assert environment("popularity", "cpu")["commit"] == commit
    (checkout / "seqrec_bench" / "__init__.py").write_text("x = 2\n")
    assert environment("popularity", "cpu")["commit"] == commit  # of what was imported, which is not what stands there
    _commit.cache_clear()  # as in another process
    assert environment("popularity", "cpu")["commit"] == f"{commit} with changes"


def test_a_copy_inside_somebody_elses_repository_has_no_commit(checkout: Path) -> None:
    git(checkout, "commit", "-q", "--allow-empty", "-m", "without the package")
    assert environment("popularity", "cpu")["commit"] is None


def test_without_git_there_is_no_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "first")
    monkeypatch.setenv("PATH", "")
    assert environment("popularity", "cpu")["commit"] is None
