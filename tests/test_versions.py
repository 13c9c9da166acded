"""What README says of tested versions is what pyproject.toml, constraints.txt, the Makefile and the workflow have."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
FILES = ("README.md", "pyproject.toml", "constraints.txt", "Makefile", ".github/workflows/check.yml", "tests/quick.txt")
IN_QUICK_PART = ("dev", "dask", "search")
"""The extras that its environment has."""
ONLY_CHECK_THE_CODE = {"import-linter", "mypy", "ruff", "scipy-stubs", "types-requests"}


def texts() -> dict[str, str]:
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES}


def faults(files: Mapping[str, str]) -> list[str]:
    """Where the files contradict each other."""
    project = tomllib.loads(files["pyproject.toml"])["project"]
    bounds = [Requirement(text) for text in project["dependencies"]]
    extras = {name: [Requirement(text) for text in texts] for name, texts in project["optional-dependencies"].items()}
    said = re.search(r"^## Versions\n(.*?)^## ", files["README.md"], re.DOTALL | re.MULTILINE)
    section = said[1] if said else ""
    return [
        *_faults_of_pythons(section, files, project),
        *_faults_of_bounds(section, files, bounds, extras),
        *_faults_of_quick_part(files["tests/quick.txt"]),
    ]


def _faults_of_pythons(section: str, files: Mapping[str, str], project: Mapping[str, str | list[str]]) -> list[str]:
    told = set(re.findall(r"\b3\.\d+\b", section.partition("gensim")[0]))
    classified = set(re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"])))
    run = set(re.findall(r'python: "(3\.\d+)", run: make pinned}', files[".github/workflows/check.yml"]))
    lowest = str(project["requires-python"]).removeprefix(">=")
    return [] if told == classified == run and lowest in told else ["other Pythons are told of than are run"]


def _faults_of_bounds(
    section: str, files: Mapping[str, str], bounds: list[Requirement], extras: Mapping[str, list[Requirement]]
) -> list[str]:
    pins = dict(re.findall(r"^([\w-]+)==(.+)$", files["constraints.txt"].lower().replace("_", "-"), re.MULTILINE))
    every = [*bounds, *(each for listed in extras.values() for each in listed)]
    found = [f"{each} is not met by {pins.get(each.name)}" for each in every if not _meets(each, pins)]
    lowest = {each.name: str(each.specifier).removeprefix(">=") for each in every}
    if f"TORCH={lowest['torch']}.0`" not in section:
        found.append("another lowest torch is told of")
    if f"make lowest TORCH={lowest['torch']}.0}}" not in files[".github/workflows/check.yml"]:
        found.append("another lowest torch is run")
    untested = {each.name for name, listed in extras.items() if name not in IN_QUICK_PART for each in listed}
    told = set(re.findall(r"`([a-z-]+)`", section.partition("Not tested by it")[2])) - {"dev"}
    if told != {"torch"} | untested | ONLY_CHECK_THE_CODE:
        found.append("other bounds are told to be untested than are")
    if ".[" + ",".join(IN_QUICK_PART) + "]" not in files["Makefile"] or any(
        f"--extra {name}" not in files["Makefile"] for name in IN_QUICK_PART
    ):
        found.append("the quick part's environment has other extras")
    return found


def _meets(bound: Requirement, pins: Mapping[str, str]) -> bool:
    return bound.name in pins and bound.specifier.contains(pins[bound.name])


def _faults_of_quick_part(listed: str) -> list[str]:
    entries = listed.split()
    missing = []
    for entry in entries:
        path, _, function = entry.partition("::")
        if not (ROOT / path).exists() or (function and f"def {function}(" not in (ROOT / path).read_text("utf-8")):
            missing.append(f"{entry} is not there")
    packages = {path.name for path in (ROOT / "tests").iterdir() if any(path.glob("test_*.py"))} - {"benchmarks"}
    covered = {Path(entry).parts[1] for entry in entries}
    return missing + [f"the quick part has nothing of {name}" for name in sorted(packages - covered)]


def test_the_files_agree() -> None:
    assert faults(texts()) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("README.md", "3.12", "3.14", "other Pythons"),
        ("pyproject.toml", ">=3.11", ">=3.10", "other Pythons"),
        (".github/workflows/check.yml", 'python: "3.13"', 'python: "3.14"', "other Pythons"),
        ("pyproject.toml", "torch>=2.6", "torch>=2.7", "another lowest torch"),
        ("pyproject.toml", "typer>=", "typer>=99", "typer>=99"),
        ("constraints.txt", "pyarrow==", "pyarrow==1.", "pyarrow>="),
        ("README.md", "`atheris` and", "", "other bounds"),
        ("Makefile", "--extra search", "", "other extras"),
        ("tests/quick.txt", "tests/cli/test_data.py", "tests/cli/test_gone.py", "test_gone.py is not there"),
        ("tests/quick.txt", "::test_the_command", "::test_gone", "test_gone"),
        (
            "tests/quick.txt",
            "tests/evaluation/test_metrics.py\ntests/evaluation/test_ranking.py\ntests/evaluation/test_several_targets.py\n",
            "",
            "nothing of evaluation",
        ),
    ],
)
def test_a_planted_contradiction_is_found(name: str, old: str, new: str, fault: str) -> None:
    files = texts()
    assert old in files[name]
    assert any(fault in found for found in faults(files | {name: files[name].replace(old, new)}))
