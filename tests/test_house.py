"""Rules that hold for the whole source: the direction of imports, and nothing that runs what it reads."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("seqrec_bench", "baselines", "benchmarks")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
DANGEROUS_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "yaml"}
DANGEROUS_CALLS = {"eval", "exec", "compile", "__import__"}
DANGEROUS_ATTRIBUTES = {
    "torch.load", "torch.save", "pandas.read_pickle", "builtins.eval", "builtins.exec", "os.system", "os.popen",
    "tempfile.mktemp",
}  # fmt: skip

ALLOWED = {f"seqrec_bench/experiments/{name}.py": ["pickle"] for name in ("channel", "shared")}
"""Between a run and the processes that it has started."""


def dangers(source: str) -> list[str]:
    """What in the source could run text or bytes that were read as code."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in DANGEROUS_MODULES]
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            found += [module] if module.split(".")[0] in DANGEROUS_MODULES else []
            found += [name for alias in node.names if (name := f"{module}.{alias.name}") in DANGEROUS_ATTRIBUTES]
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            found += [called] if called in DANGEROUS_CALLS | DANGEROUS_ATTRIBUTES else []
            found += [
                f"{called} with allow_pickle"
                for keyword in node.keywords
                if keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False"
            ]
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            found += [called] if called in ("np.load", "numpy.load") and "allow_pickle" not in given else []
            found += [f"{called} with a shell"] if given.get("shell", "False") != "False" else []
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_is_read_is_run(path: Path) -> None:
    assert dangers(path.read_text()) == ALLOWED.get(path.relative_to(ROOT).as_posix(), [])


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "exec('1')",
        "compile('1', 'f', 'eval')",
        "from torch import load",
        "from builtins import eval",
        "torch.save(x, path)",
        "def f(x):\n    return torch.load(x)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "np.load(path)",
        "import yaml",
        "from os import system",
        "__import__(name)",
        "tempfile.mktemp()",
        "subprocess.run(line, shell=True)",
    ],
)
def test_what_would_run_it_is_found(source: str) -> None:
    assert len(dangers(source)) == 1


def test_the_linter_looks_for_it_too() -> None:
    lines = {
        "S102": "exec(text)",
        "S113": "requests.get(url)",
        "S202": "tarfile.open(path).extractall()",
        "S301": "pickle.loads(content)",
        "S302": "marshal.loads(content)",
        "S306": "tempfile.mktemp()",
        "S307": "eval(text)",
        "S310": "urllib.request.urlopen(url)",
        "S323": "ssl._create_unverified_context()",
        "S501": "requests.get(url, timeout=1, verify=False)",
        "S506": "yaml.load(text)",
        "S602": "subprocess.run(text, shell=True)",
        "S604": "call(text, shell=True)",
        "S605": "os.system(text)",
        "S606": "os.execl(path)",
        "S701": "jinja2.Environment()",
    }
    modules = "jinja2, marshal, os, pickle, requests, ssl, subprocess, tarfile, tempfile, torch, urllib.request, yaml"
    source = "".join(f"import {module}\n" for module in modules.split(", ")) + "\n".join(lines.values()) + "\n"
    command = [
        Path(sys.executable).with_name("ruff"),
        "check",
        "--output-format",
        "concise",
        "--stdin-filename",
        "x.py",
        "-",
    ]
    done = subprocess.run(command, input=source, cwd=ROOT, capture_output=True, text=True)
    assert {code for code in lines if f" {code} " not in done.stdout} == set()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the source that may be spoilt."""
    for name in ("seqrec_bench", "baselines"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    path = f"{folder}:{folder / 'baselines'}"
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": path}, capture_output=True, text=True)


def test_imports_point_one_way(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout


KNOWS_NO_SPLIT = "what reads files knows nothing of what becomes of their rows"
KNOW_NO_MODEL = "models do not know each other, and what they share knows none"
WRONG_WAY = [
    ("seqrec_bench/evaluation/metrics.py", "torch", "the harness knows neither the models nor torch"),
    ("seqrec_bench/cli/run.py", "seqrec_baselines.am_lstm", "the harness knows neither the models nor torch"),
    ("seqrec_bench/data/split.py", "seqrec_bench.records", "the harness's floors import downwards only"),
    ("seqrec_bench/data/reading/readers.py", "seqrec_bench.data.split", KNOWS_NO_SPLIT),
    ("seqrec_bench/analysis/table.py", "seqrec_bench.rendering.table", "the harness's floors import downwards only"),
    ("seqrec_bench/rendering/table.py", "seqrec_bench.experiments", "the harness's floors import downwards only"),
    ("seqrec_bench/experiments/cell.py", "seqrec_bench.analysis", "what runs cells does not judge them"),
    ("seqrec_bench/recommender.py", "seqrec_baselines.popularity", "the models' floors import downwards only"),
    ("baselines/seqrec_baselines/training/epochs.py", "seqrec_baselines.am_lstm", KNOW_NO_MODEL),
    ("baselines/seqrec_baselines/caser.py", "seqrec_baselines.gru4rec", KNOW_NO_MODEL),
    ("baselines/seqrec_baselines/fpmc.py", "seqrec_bench.evaluation", "the models do not know the harness"),
    ("seqrec_bench/records/store.py", "pickle", "nothing reads pickled objects"),
]


def test_an_import_the_wrong_way_breaks_its_contract(copy: Path) -> None:
    """All of them at once, since building the graph of imports takes a second or two."""
    for module, imported, _ in WRONG_WAY:
        path = copy / module
        path.write_text(path.read_text() + f"\nimport {imported}\n")
    done = lint_imports(copy)
    assert done.returncode == 1
    reports = {part.split("\n")[0]: part for part in re.split(r"\n(?=.+\n-+\n)", done.stdout)}
    for module, imported, contract in WRONG_WAY:
        assert f"{contract} BROKEN" in done.stdout
        name = module.removeprefix("baselines/").removesuffix(".py").replace("/", ".")
        assert f"{name} -> {imported} (l." in reports[contract]
