from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path

import pytest

import seqrec_bench
from seqrec_bench.experiments.software import difference, software


def test_it_names_the_harness_the_libraries_and_the_models() -> None:
    found = software(["fpmc", "no-such-model"])
    assert {"Python", "numpy", "torch", "seqrec-bench", "recommender fpmc"} <= set(found)
    assert found["numpy"] == version("numpy")
    assert found["seqrec-bench"].startswith(f"{seqrec_bench.__version__} with source ")
    assert "recommender no-such-model" not in found


def test_a_changed_line_of_a_model_is_other_software(unruly: Path) -> None:
    before = software(["unruly"])
    assert software(["unruly"]) == before
    [module] = unruly.glob("*.py")
    module.write_text(module.read_text() + "# changed\n")
    changed = {name for name, value in software(["unruly"]).items() if value != before[name]}
    assert changed == {"recommender unruly"}


def test_a_changed_line_of_what_the_benchs_models_share_is_other_software_for_all(
    unruly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "seqrec_baselines"
    (package / "training").mkdir(parents=True)
    (package / "__init__.py").touch()
    here = {"seqrec_baselines": spec_from_file_location("seqrec_baselines", package / "__init__.py")}
    monkeypatch.setattr("seqrec_bench.experiments.software.find_spec", lambda name: here.get(name) or find_spec(name))
    before = software(["unruly"])
    (package / "training" / "epochs.py").write_text("# changed\n")
    changed = {name for name, value in software(["unruly"]).items() if value != before[name]}
    assert changed == {"seqrec-bench"}


def test_a_moved_or_renamed_module_of_a_package_is_other_software(install_plugin: Callable[..., Path]) -> None:
    site = install_plugin("plug", "plug", "", "Plug")
    [module] = site.glob("*.py")
    package = module.with_suffix("")
    package.mkdir()
    module.rename(package / "__init__.py")
    (package / "one.py").write_text("x = 1\n")
    before = software(["plug"])
    (package / "one.py").rename(package / "two.py")
    assert software(["plug"]) != before


def test_the_first_difference_is_said_and_what_is_only_there_does_not_matter() -> None:
    here = {"Python": "3.11.9", "numpy": "2.1"}
    assert difference({**here, "optuna": "4.0"}, here) is None
    assert difference({"Python": "3.11.9"}, here) == (
        "differ in numpy (none there, 2.1 here): install what is here, and restart it."
    )
