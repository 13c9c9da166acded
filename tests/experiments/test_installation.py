"""Each thing that can be missing or broken is planted, and has to be found with what mends it."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from seqrec_bench import entry_points
from seqrec_bench.cache import CACHE_VARIABLE
from seqrec_bench.data.sets import registry as data_registry
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation import registry
from seqrec_bench.experiments import installation
from seqrec_bench.experiments.installation import Diagnosis, State, examine


def look(results: Path = Path("no-results")) -> dict[str, Diagnosis]:
    return {finding.topic: finding for finding in examine(results, n_cores=3)}


def test_here_nothing_is_broken(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert not [finding for finding in found.values() if finding.state is State.BROKEN]
    assert found["cores"].fact.startswith("3:")
    assert "am-lstm" in found[next(topic for topic in found if topic.startswith("models of seqrec-bench"))].fact
    assert found["records"].fact == f"0 in {tmp_path}"
    assert "torch" in found["libraries"].fact


def test_a_library_that_is_absent_or_too_old_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["numpy>=999", "no-such-library>=2", "rich"]
    monkeypatch.setattr(installation, "requires", lambda name: wanted)
    found = look()
    assert found["numpy"].state is found["no-such-library"].state is State.BROKEN
    assert found["numpy"].mend == "pip install 'numpy>=999'"
    assert found["no-such-library"].fact == "not installed"
    assert "rich" in found["libraries"].fact
    assert "numpy" not in found["libraries"].fact


def test_an_extra_that_is_absent_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "requires", lambda name: ["no-such-library; extra == 'search'"])
    found = look()["no-such-library"]
    assert found.state is State.OPTIONAL
    assert "pip install 'seqrec-bench[search]'" in found.mend


def test_a_model_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "no_such_module:Model", registry.KIND.group)
    monkeypatch.setattr(entry_points, "installed_points", lambda group, places: [broken] * (group == broken.group))
    found = look()["model broken"]
    assert found.state is State.BROKEN
    assert "no_such_module" in found.fact


def test_a_data_set_that_cannot_be_imported_is_named_and_one_of_a_family_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    (tmp_path / "amazon2023-Books").mkdir()
    broken = EntryPoint("broken", "no_such_module:SET", data_registry.KIND.group)
    usual = entry_points.installed_points
    monkeypatch.setattr(
        entry_points,
        "installed_points",
        lambda group, places: [*usual(group, places), *[broken] * (group == broken.group)],
    )
    found = look()
    assert found["data set broken"].state is State.BROKEN
    assert "no_such_module" in found["data set broken"].fact
    absent = found["data sets to be had"].fact.split(", ")
    assert {"amazon2023-CATEGORY", "amazon2023-Books", "ml-1m"} <= set(absent)


def test_a_cache_that_cannot_be_used_and_a_damaged_data_set_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(installation.os, "access", lambda *_: False)

    def find(name: str) -> None:
        if name == "ml-1m":
            raise InputError("the file is damaged")

    monkeypatch.setattr(installation, "find_cached", find)
    found = look()
    assert found["cache"].state is found["data set ml-1m"].state is State.BROKEN
    assert CACHE_VARIABLE in found["cache"].mend
    assert found["data set ml-1m"].mend == "seqrec-bench data fetch ml-1m"
    assert "ml-1m" not in found["data sets to be had"].fact
    assert found["data sets to be had"].state is State.OPTIONAL


def test_invalid_records_are_named(tmp_path: Path) -> None:
    path = tmp_path / "data" / "protocol" / "model" / "paper-d0-s0.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    found = look(tmp_path)["records"]
    assert found.state is State.BROKEN
    assert str(path) in found.fact
