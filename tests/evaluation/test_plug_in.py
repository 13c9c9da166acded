import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.plug_in import COUNTING, TORCH, Kind, write_plug_in
from seqrec_bench.recommender import Sequences

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: str | Path) -> str:
    done = subprocess.run([sys.executable, "-m", *map(str, arguments)], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", [COUNTING, TORCH], ids=["counting", "torch"])
def test_what_is_written_is_a_distribution_that_style_and_type_checkers_accept(kind: Kind, tmp_path: Path) -> None:
    written = write_plug_in("my-own-model", tmp_path / "place", kind)
    folder = tmp_path / "place" / "my-own-model"
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    assert not any("$" in path.read_text() for path in written)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["entry-points"] == {"seqrec_bench.recommenders": {"my-own-model": "my_own_model.model:MyOwnModel"}}
    run(folder, "ruff", "check", ".")
    run(folder, "ruff", "format", "--check", ".")
    run(folder, "mypy", "--cache-dir", ROOT / ".mypy_cache" / "plug-ins")  # of other options than the house's own


def test_the_model_keeps_no_more_than_the_pairs_that_occur(tmp_path: Path) -> None:
    write_plug_in("my-own-model", tmp_path)
    model = runpy.run_path(str(tmp_path / "my-own-model/src/my_own_model/model.py"))["MyOwnModel"](window=2, decay=0.5)
    n_items, times = 10**6, np.arange(5)  # a matrix of all pairs would take 4 TB
    model.fit(Sequences(np.array([1, 2, 3, 1, 2], np.int32), times, np.array([0, 3, 5]), n_items), None)
    assert model._follows.todok().items() == {(1, 2): 1.0, (1, 3): 0.25, (2, 3): 0.5}.items()


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("My-Model", "can't name a model"),
        ("my_model", "can't name a model"),
        ("my--model", "can't name a model"),
        ("2nd-model", "can't name a model"),
        ("../model", "can't name a model"),
        ("sasrec", "is installed already"),
        ("lambda", "would hide"),
        ("numpy", "would hide"),
        ("sequences", "would make a class Sequences"),
        ("none", "would make a class None"),
    ],
)
def test_a_name_that_can_not_serve_is_refused_and_nothing_is_written(name: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=complaint):
        write_plug_in(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "my-model").mkdir()
    with pytest.raises(
        InputError, match=r"my-model is there already: choose another name, or another place with --out"
    ):
        write_plug_in("my-model", tmp_path)
    assert not list((tmp_path / "my-model").iterdir())


def test_a_class_that_the_torch_model_needs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'net' would make a class Net, a name its source needs"):
        write_plug_in("net", tmp_path, TORCH)
