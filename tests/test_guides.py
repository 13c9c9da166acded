"""The guides in docs/, every command of them run as it is written there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cli.main import app
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.conformance import ALL_CHECKS
from seqrec_bench.evaluation.plug_in import write_plug_in
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.experiments.starting import THREAD_VARIABLES
from seqrec_bench.records import Store

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def fresh_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment in which only pip and the bench can be called, and into which pip installs.

    It finds the libraries of this one. So nothing is downloaded or installed again, torch least of all.
    """
    folder = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(folder, with_pip=False)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (site_packages / "bench.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    for name, module in (("seqrec-bench", "seqrec_bench.cli.main"), ("pip", "pip._internal.cli.main")):
        script = folder / "bin" / name
        start = f'from {module} import main\nimport sys\nif __name__ == "__main__":\n    sys.exit(main())\n'
        script.write_text(f"#!{folder}/bin/python\n{start}")
        script.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def fresh_shell(fresh_venv: Path) -> Callable[[str, Path], str]:
    """Runs a block of a page in a directory, with that environment's commands; returns what it prints."""
    path = f"{fresh_venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # 0: none
    environment = {**os.environ, **offline, "PATH": path, "COLUMNS": "80"}

    def call(block: str, folder: Path) -> str:
        command = ["bash", "-euo", "pipefail", "-c", block]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    return call


def blocks(page: str, kind: str = "sh") -> list[str]:
    """What stands in the page's blocks of commands, or of another kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", (ROOT / "docs" / page).read_text(), re.DOTALL | re.MULTILINE)


def run_in_process(block: str) -> str:
    """As a shell in the working directory would, but with calls of the bench in this process, which is much faster."""
    lines = block.splitlines()
    if not all(line.startswith("seqrec-bench ") for line in lines):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path}
        command = ["bash", "-euo", "pipefail", "-c", block]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    printed = ""
    for line in lines:
        command, _, file = line.partition(" > ")
        done = CliRunner().invoke(app, shlex.split(command)[1:])
        assert done.exit_code == 0, f"{line}\n{done.output}{done.exception}"
        printed += done.stdout
        if file:
            Path(file).write_text(done.stdout)
    return printed


@pytest.fixture
def find_installed(fresh_venv: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Has this process find what pip has installed there, from its sources, for as long as the test runs."""

    def find(sources: Path) -> None:
        (site_packages,) = fresh_venv.glob("lib/python*/site-packages")
        for path in (site_packages, sources):
            monkeypatch.syspath_prepend(path)

    yield find
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_model"]:
        del sys.modules[name]


def test_the_way_to_ones_own_model(
    fresh_shell: Callable[[str, Path], str],
    find_installed: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "results").symlink_to(ROOT / "results")
    monkeypatch.chdir(tmp_path)
    install, copy, compare, search, export, script, verdict, forms = blocks("your-own-model.md")
    installed = fresh_shell(install, tmp_path)
    find_installed(tmp_path / "my-model" / "src")
    run_in_process(copy)
    compared = run_in_process(compare)
    searched = fresh_shell(search, tmp_path)
    assert installed.count("\nok ") == len(ALL_CHECKS)
    assert "| sequential-rules |" in compared
    assert "sequential-rules any, sasrec@100 5" in " ".join(compared.split())
    assert searched.splitlines()[1].startswith("my-model\t2\t0\t")
    for block in (export, script, forms):
        run_in_process(block)
    assert (tmp_path / "whole" / "sasrec-pairs" / "ml-100k-loo-full-v1.txt").read_text().startswith("1 168\n1 172\n")
    assert "| their-system:scored |" in run_in_process(verdict)
    (own_record, *_) = (record for record in Store(tmp_path / "runs").records() if record.key.model == "my-model")
    assert own_record.environment["recommender"] == "my-model 0.1.0"


def test_the_tutorial_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the committed cells in place of those that it trains; `make tutorial` trains them."""
    protocol = Path("ml-100k", LOO_FULL)
    for cell in (
        "popularity/paper-d0-s0",
        "sequential-rules/paper-d0-s0",
        *(f"fpmc/paper-d100-s{n}" for n in range(3)),
    ):
        (tmp_path / "runs" / protocol / cell).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "results" / protocol / f"{cell}.json", tmp_path / "runs" / protocol / f"{cell}.json")
    monkeypatch.chdir(tmp_path)
    printed = [run_in_process(block) for block in blocks("tutorial.md")]
    (shown,) = blocks("tutorial.md", "text")
    assert shown in printed
    raised = re.findall(r"\| sequential-rules:next-only \|[^|]*\|[^|]*\| +\+(\d+)", printed[3])
    assert len(raised) == 3 and all(int(percent) > 50 for percent in raised)
    assert "FPMC" in (tmp_path / "report.html").read_text()


@pytest.fixture
def my_model(tmp_path: Path, install_plugin: Callable[..., Path]) -> Path:
    """Installs what `seqrec-bench new my-model` writes; returns the module that it is in."""
    write_plug_in("my-model", tmp_path)
    source = (tmp_path / "my-model" / "src" / "my_model" / "model.py").read_text()
    (module,) = install_plugin("my-model", "my-model", source, "MyModel").glob("*.py")
    return module


def test_the_gate_passes_what_was_good_and_stops_what_was_broken_unsaid(
    my_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("seqrec_bench.cli.verify.cells_of_studies", dict)  # to load all their models takes seconds
    run_in_process(blocks("your-own-data.md")[0])
    _, reference, job, own_reference, own_job = blocks("ci.md")
    for block in (reference, job, own_reference, own_job):
        printed = run_in_process(block)
    assert "(exit code 0), ratings under loo-full-v1 against reference: all 3 figures." in printed
    my_model.write_text(my_model.read_text().replace("return scores", "return -scores"))
    run, _, check = (shlex.split(line)[1:] for line in own_job.splitlines())
    assert CliRunner().invoke(app, run[:-1]).exit_code == CliRunner().invoke(app, check).exit_code == 0  # the trap
    assert CliRunner().invoke(app, run).exit_code == 0
    assert CliRunner().invoke(app, check).exit_code == ExitCode.FALLS_SHORT


@pytest.mark.parametrize(("code", "passes"), [(0, True), (5, True), (3, False), (4, False), (6, False)])
def test_the_step_that_lets_an_open_question_pass_lets_nothing_else_pass(code: int, passes: bool) -> None:
    step = f"seqrec-bench() {{ return {code}; }}\n{blocks('ci.md')[0]}"
    assert (subprocess.run(["bash", "-e", "-c", step]).returncode == 0) is passes


def test_the_workflow_runs_cells_again_verifies_them_and_demands_the_seeds() -> None:
    (workflow,) = blocks("ci.md", "yaml")
    run, verify, check = re.findall("run: seqrec-bench (.*)", workflow)
    assert "--fresh" in run and verify == "verify runs" and "--seeds 0-2 --format github" in check


def test_the_way_from_ones_own_data_to_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in THREAD_VARIABLES:  # what explain sets is put back after the test
        monkeypatch.setenv(name, "1")
    printed = [run_in_process(block) for block in blocks("your-own-data.md")]
    assert any("The item after" in text for text in printed)
    assert "| sequential-rules |" in printed[-1]
    assert "| HR@50 " in (tmp_path / "table.md").read_text()
    assert "| NDCG@50, against" in (tmp_path / "verdicts.md").read_text()
    assert "sequential-rules" in (tmp_path / "report.html").read_text()
    records = Store(tmp_path / "runs").records()
    keys = [record.key for record in records]
    assert {key.protocol for key in keys} == {"loo-full-v1", "time-full-5core-v1", "given-full-v1"}
    of_rules = {record.key.protocol: record.test for record in records if record.key.model == "sequential-rules"}
    assert of_rules["given-full-v1"] == of_rules["loo-full-v1"]
    assert {key.seed for key in keys if key.model == "fpmc"} == {0, 1, 2}
