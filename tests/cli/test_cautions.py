"""What makes figures mean little is said by every command that shows some, from the data or from their records."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.data import Columns, load_file
from seqrec_bench.data.targets import target_facts
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.records import Store

N_USERS = 40
TIES = (
    "40 of 40 test targets (100 %) have a neighbour of the same time: the order of the file's rows decides that they "
)
REPEATS = (
    "10 of 40 test targets (25 %) stand in their user's history, and under loo-full-v1 a target that the user has "
)
UNTRAINED = "5 of 40 test targets (12 %) are items that nobody has in the training data: a model that learns from "
FEW = "Few candidates: a target is ranked among "


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of each user eight interactions, all on one day; ten users end with the first item of their history."""
    rng = np.random.default_rng(3)
    path = tmp_path_factory.mktemp("days") / "days.csv"
    rows = []
    for user in range(N_USERS):
        items = rng.permutation(60)[:8].tolist()
        items[-1] = items[0] if user < 10 else 100 + user if user < 15 else items[-1]
        rows += [f"{user},{item},2020-01-{1 + user % 28:02d}" for item in items]
    path.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def results(days: Path) -> tuple[Result, Path]:
    """What a run has said, and its records."""
    folder = days.parent / "runs"
    done = call("run", "--interactions", days, "--models", "item-knn,popularity", "--results", folder)
    assert done.exit_code == 0, done.output
    return done, folder


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def unwrapped(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


def test_a_run_warns_before_it_begins(results: tuple[Result, Path]) -> None:
    lines = results[0].stderr.splitlines()
    warnings = [line.removeprefix("Warning: ") for line in lines if line.startswith("Warning: ")]
    starts = (
        FEW,
        TIES,
        UNTRAINED,
        "10 interactions repeat an item of the same user, 10 of 40 test targets (25 %) among",
    )
    assert [warning.startswith(start) for warning, start in zip(warnings, starts, strict=True)] == [True] * 4
    assert "so a random order has NDCG@50 0." in warnings[0]
    assert lines.index(f"Warning: {warnings[-1]}") < lines.index("popularity paper-d0-s0: started")


def test_records_have_the_facts_of_the_data(results: tuple[Result, Path], days: Path) -> None:
    dataset = load_file(days, Columns(), None)
    facts = target_facts(dataset, find_protocol("loo-full-v1").hold_out(dataset))
    assert (facts.tied, facts.untrained, len(facts.repeated)) == (40, 5, 10)
    assert [record.targets for record in Store(results[1]).records()] == [facts, facts]


@pytest.mark.parametrize(
    ("command", "n_times"),
    [
        (("table", "--metrics", "HR@10,NDCG@10"), 1),
        (("table", "--metrics", "HR@10,NDCG@10", "--format", "latex"), 1),
        (("compare", "item-knn", "popularity", "--metrics", "HR@10"), 1),
        (("report", "--metrics", "HR@10", "--format", "md"), 1),
    ],
)
def test_what_shows_figures_says_it_once_from_records_alone(
    results: tuple[Result, Path], command: tuple[str, ...], n_times: int
) -> None:
    said = unwrapped(call(*command, "--results", results[1]).stdout)
    assert [said.count(sentence) for sentence in (TIES, UNTRAINED, REPEATS)] == [n_times] * 3
    assert said.count(FEW) == n_times
    assert "a random order has HR@10 0.1" in said
    assert "@50" not in said
    assert "repeated targets" in said


def test_under_several_protocols_each_kind_is_said_once(days: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqrec_bench.cli.run.execute_by_protocol", lambda plan, *how: None)
    study = days.with_name("several.toml")
    names = ["loo-full-seen-v1", "loo-uniform9-v1", "loo-full-v1", "loo-full-item-up-ties-v1", "loo-full-unique-v1"]
    study.write_text(f'[[cells]]\nmodels = ["popularity"]\nseeds = [0]\nvariant = "paper"\nprotocols = {names}\n')
    done = call("run", "--study", study, "--interactions", days, "--results", days.parent / "several")
    warnings = [line for line in done.stderr.splitlines() if line.startswith("Warning: ")]
    assert len(warnings) == 4
    assert [
        f"under loo-full-v1: {start}" in said for start, said in zip((FEW, TIES, UNTRAINED), warnings, strict=False)
    ]
    assert warnings[3].startswith("Warning: 10 interactions repeat an item of the same user, 10 of 40 test targets")


@pytest.mark.parametrize(
    ("protocol", "says"),
    [("loo-uniform9-v1", "among 10 items, so a random order has"), ("loo-full-seen-v1", "among 65 items, so a random")],
)
def test_candidates_are_those_of_the_protocol(
    days: Path, monkeypatch: pytest.MonkeyPatch, protocol: str, says: str
) -> None:
    monkeypatch.setattr("seqrec_bench.cli.run.execute_by_protocol", lambda plan, *how: None)
    options = ("--models", "popularity", "--protocol", protocol, "--results", days.parent / protocol)
    done = call("run", "--interactions", days, *options)
    assert f"Warning: Few candidates: a target is ranked {says}" in done.stderr
    assert ("stands out" in done.stderr) == (protocol != "loo-full-seen-v1")


def test_scores_are_told_of_too(days: Path, tmp_path: Path) -> None:
    for item, part in enumerate(("test", "validation"), start=1):
        rows = [f"{user},{item},{user % 7}" for user in range(N_USERS)]
        (tmp_path / f"{part}.csv").write_text(f"user_id,item_id,score\n{chr(10).join(rows)}\n")
    files = [tmp_path / "test.csv", "--validation", tmp_path / "validation.csv", "--name", "theirs"]
    stderr = call("score", *files, "--results", tmp_path / "runs", "--interactions", days).stderr
    assert all(f"Note: {start}" in stderr for start in (FEW, TIES, UNTRAINED, REPEATS))
