"""The scripts in findings/ have the form that its README states; `make findings` asks whether they are still right."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

FINDINGS = Path(__file__).parents[1] / "findings"
RUNNER = FINDINGS / "run_all.sh"
SCRIPTS = sorted(path for path in FINDINGS.glob("*.sh") if path != RUNNER)
HEAD = ("Good guess", "What happens", "Why it matters")


def faults(text: str) -> list[str]:
    """What keeps a script from the form."""
    head = re.match(r"#!/usr/bin/env bash\n((?:# .+\n)+)set -euo pipefail\n", text)
    parts = re.findall(r"^# ([A-Z][a-z ]+): \S", head[1] if head else "", re.MULTILINE)
    installs = re.findall(r"-m pip install (.*?) \|\| exit 3\n", text.replace("\\\n", ""))
    words = " ".join(installs).split()
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--target", '"$folder"')
    pinned = [word for word in words if re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", word)]
    return [
        fault
        for fault, is_there in {
            "its head has not the three parts": tuple(parts) != HEAD,
            "it installs into no temporary folder": "folder=$(mktemp -d)\ntrap 'rm -rf \"$folder\"' EXIT\n" not in text,
            "it does not install once, without what packages depend on": len(installs) != 1 or "--no-deps" not in words,
            "a package is not pinned": not pinned or {*words} - {*pinned} != {*options},
            "it names an index": bool(re.search("https?:|index|pypi", text, re.IGNORECASE)),
            "it uses this bench": "seqrec" in text,
            "it does not say whether it is as told": '"as told: ' not in text or "CHANGED" not in text,
            "it always ends with 0": "sys.exit(not as_told)\n" not in text,
        }.items()
        if is_there
    ]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_finding_has_the_form(script: Path) -> None:
    assert faults(script.read_text(encoding="utf-8")) == []
    subprocess.run(["bash", "-n", script], check=True)


def test_the_readme_lists_all_findings() -> None:
    listed = re.findall(
        r"^\| \[`(.+?)`\]\((.+?)\) \|", (FINDINGS / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(SCRIPTS) >= 4
    assert listed == [(path.name, path.name) for path in SCRIPTS]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace("# Why it matters", "# Why"), "its head has not the three parts"),
        (lambda text: text.replace("# Good guess: ", "# Good guess:\n#\n# "), "its head has not the three parts"),
        (lambda text: text.replace("$(mktemp -d)", "/tmp/here"), "it installs into no temporary folder"),
        (lambda text: text.replace(" --no-deps", ""), "it does not install once"),
        (lambda text: text.replace("==", ">="), "a package is not pinned"),
        (lambda text: text.replace(" || exit 3", " numpy || exit 3"), "a package is not pinned"),
        (lambda text: text.replace("--quiet", "--quiet --index-url=example.org"), "it names an index"),
        (lambda text: text + "seqrec-bench table\n", "it uses this bench"),
        (lambda text: text.replace("as told: ", ""), "it does not say whether it is as told"),
        (lambda text: text.replace("not as_told)", "0)"), "it always ends with 0"),
    ],
)
@pytest.mark.parametrize("script", SCRIPTS[:1], ids=lambda path: path.stem)
def test_a_planted_fault_of_form_is_found(script: Path, change: Callable[[str], str], fault: str) -> None:
    assert any(fault in found for found in faults(change(script.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(
    ("codes", "lines", "code"),
    [
        ({"a": 0, "b": 0}, ["a: as told", "b: as told"], 0),
        ({"a": 1, "b": 0}, ["a: CHANGED, or it failed", "what it says", "b: as told"], 1),
        ({"a": 0, "b": 3}, ["a: as told", "b: not run, since its packages can't be installed"], 1),
    ],
)
def test_the_runner_tells_of_each_and_fails_if_one_does(
    tmp_path: Path, codes: dict[str, int], lines: list[str], code: int
) -> None:
    shutil.copy(RUNNER, tmp_path)
    for name, ending in codes.items():
        (tmp_path / f"{name}.sh").write_text(f"echo what it says\nexit {ending}\n")
    done = subprocess.run(["bash", tmp_path / RUNNER.name], capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines(), done.returncode) == (lines, code)
