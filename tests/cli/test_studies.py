"""The commands on a study of several data sets, from the file that `new --study` writes to the report."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from seqrec_bench.cli.main import app
from seqrec_bench.errors import BenchError
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.loading import load_study

FAILING = """
from dataclasses import dataclass
from typing import ClassVar

@dataclass
class Plug:
    name: ClassVar[str] = "choosy"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        raise OSError("the dog ate it")

    def score(self, users, histories): ...
"""


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def code(done: Result) -> int:
    """What the process would end with."""
    return done.exception.exit_code if isinstance(done.exception, BenchError) else done.exit_code


def write_data(folder: Path, *names: str) -> None:
    """Files of 20 users with 8 of 30 items each."""
    for number, name in enumerate(names):
        rng = np.random.default_rng(number)
        rows = [f"{user},{item},{time}" for user in range(20) for time, item in enumerate(rng.permutation(30)[:8])]
        (folder / f"{name}.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the study that `new --study` writes, but for smaller data, and what running it leaves."""
    folder = tmp_path_factory.mktemp("studies")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        written = call("new", "--study", "mine")
        assert (code(written), written.stdout) == (0, "mine.toml\n")
        assert "seqrec-bench run --study mine.toml" in written.stderr
        text = Path("mine.toml").read_text(encoding="utf-8")
        assert load_study("mine.toml").dataset_names == ("ml-100k", "my-shop")
        changed = text.replace('"ml-100k"', '{ name = "songs", interactions = "songs.csv" }', 1)
        Path("mine.toml").write_text(changed.replace("dimension = 50", "dimension = 4"), encoding="utf-8")
        absent = call("run", "--study", "mine.toml")
        assert code(absent) == 2 and "songs.csv, my-shop.csv" in str(absent.exception)
        write_data(folder, "songs", "my-shop")
        done = call("run", "--study", "mine.toml")
        assert code(done) == 0, done.output
        assert "On songs, to run: 6 cells" in done.stderr and "Data set 2 of 2: my-shop" in done.stderr
        assert done.stderr.endswith("Finished: 12 cells, with records in runs.\n")
        assert "all 16 passed on each of 2 data sets." in done.stderr
    return folder


@pytest.fixture
def here(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(place)
    return place


def test_the_study_that_new_writes_runs_and_is_shown(here: Path) -> None:
    table = call("table", "--study", "mine.toml")
    assert code(table) == 0, table.output
    assert table.stdout.splitlines()[0].split(" | ")[1].strip() == "songs HR@10"
    assert len(table.stdout.split("\n\n")[0].splitlines()) == 2 + 4
    page = call("report", "--study", "mine.toml", "--format", "md")
    assert code(page) == 0, page.output
    titles = re.findall("^## (.*)", page.stdout, re.MULTILINE)
    assert titles == ["All data sets", "songs: The table", "songs: For whom", "my-shop: The table", "my-shop: For whom"]
    assert "Incomplete" not in page.stderr
    assert code(call("report", "--study", "mine.toml", "--out", "page.html")) == 0
    html = Path("page.html").read_text(encoding="utf-8")
    ids = re.findall(' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) > 20
    for text in (
        table.stdout,
        page.stdout,
        re.sub("<style>.*?</style>|<script>.*?</script>", "", html, flags=re.DOTALL),
    ):
        assert not re.search("reported|reproduc|Table 1|missing|the paper", text, re.IGNORECASE)
    assert str(here) not in html
    commands = re.findall("These numbers on the terminal: <code>(.*?)</code>", html)
    assert len(commands) == 5
    for each in commands:
        words = shlex.split(re.sub("<[^>]*>", "", each).replace("&#39;", "'"))
        assert code(call(*words[1:])) == 0, words


def test_status_counts_the_cells_of_each_data_set(here: Path) -> None:
    shown = call("status", "--study", "mine.toml")
    assert "my-shop: fpmc 10-epochs-d4\t3" in shown.stdout
    assert shown.stdout.splitlines()[-1].split("\t") == ["all", "12", "", "", "", "12"]
    cells = json.loads(call("status", "--study", "mine.toml", "--json").stdout)
    assert {(cell["dataset"], cell["state"]) for cell in cells} == {("songs", "done"), ("my-shop", "done")}
    one = json.loads(call("status", "--study", "mine.toml", "--json", "--dataset", "songs").stdout)
    assert [cell["dataset"] for cell in one] == ["songs"] * 6


@pytest.mark.parametrize("command", ["compare fpmc markov-chain", "plot"])
def test_a_command_on_one_data_set_says_which_there_are(here: Path, tmp_path: Path, command: str) -> None:
    study = ["--study", "mine.toml"]
    several = call(*command.split(), *study)
    assert code(several) == 2
    assert "has the data sets songs, my-shop, and this is about one: name it with --dataset." in str(several.exception)
    out = [] if command != "plot" else ["--out", str(tmp_path)]
    assert code(call(*command.split(), *study, "--dataset", "songs", *out)) == 0


@pytest.mark.parametrize("command", ["check", "claims", "ablations"])
def test_what_only_a_paper_has_is_asked_for_in_vain(here: Path, command: str) -> None:
    done = call(command, "--study", "mine.toml")
    assert code(done) == 2
    assert re.match("The study mine (reports no figures|has no claims|has no ablations)", str(done.exception))


def test_what_was_not_run_ends_with_three_and_the_command_that_runs_it(here: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "some runs")
    for record in Store(here / "runs").records():
        if (record.key.dataset, record.key.seed) != ("songs", 2) and record.key.model != "markov-chain":
            store.save(record)
    results = ["--results", str(store.root)]
    for command in ("table", "report"):
        out = [] if command == "table" else ["--format", "md"]
        done = call(command, "--study", "mine.toml", *results, *out)
        said = str(done.exception) if command == "table" else done.stderr
        assert code(done) == (3 if command == "table" else 0)
        assert "songs" in done.stdout
        advice = re.findall("`(seqrec-bench run [^`]*)`", said)
        assert [shlex.split(each)[1:] for each in advice] == [["run", "--study", "mine.toml", *results]]
    assert "fpmc 10-epochs-d4 of seed 2 on songs" in str(call("table", "--study", "mine.toml", *results).exception)
    assert "markov-chain by-ndcg10-d0 on my-shop" in str(call("table", "--study", "mine.toml", *results).exception)
    (tmp_path / "none").mkdir()
    for command in ("table", "report"):
        none = call(command, "--study", "mine.toml", "--results", str(tmp_path / "none"))
        assert code(none) == 3
        assert f"`seqrec-bench run --study mine.toml --results {tmp_path / 'none'}`" in str(none.exception)
        assert "has no records of the study mine on songs, my-shop under loo-full-v1" in str(none.exception)
    one = call("table", "--study", "mine.toml", "--dataset", "songs", *results)
    assert code(one) == 3 and "not run" in one.stdout
    (advice,) = re.findall("`seqrec-bench ([^`]*)`", str(one.exception))
    assert code(call(*shlex.split(advice))) == 0
    assert code(call("table", "--study", "mine.toml", "--dataset", "songs", *results)) == 0
    assert code(call("table", "--study", "mine.toml", "--models", "popularity", *results)) == 0


def test_without_a_study_all_that_there_is_stands_side_by_side(here: Path) -> None:
    done = call("table", "--metrics", "NDCG@10")
    assert code(done) == 0, done.output
    assert "my-shop NDCG@10" in done.stdout and "songs NDCG@10" in done.stdout
    assert "No tests: they take a study" in done.stdout


def test_a_cell_that_fails_on_one_data_set_keeps_no_other_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install_plugin: Callable[..., Path]
) -> None:
    install_plugin("choosy", "choosy", FAILING)
    monkeypatch.chdir(tmp_path)
    write_data(tmp_path, "a", "b")
    data = ", ".join(f'{{ name = "{name}", interactions = "{name}.csv" }}' for name in "ab")
    rows = "".join(f'[[rows]]\nmodel = "{model}"\n' for model in ("choosy", "popularity"))
    Path("mine.toml").write_text(f"datasets = [{data}]\n{rows}")
    done = call("run", "--study", "mine.toml")
    assert code(done) == 7
    said = " ".join(done.stderr.split())
    assert "Finished: 2 cells, with records in runs." in said
    assert all(f"Failed: choosy paper-d0-s0 on {name}: OSError: the dog ate it" in said for name in "ab")
    assert {record.key.dataset for record in Store(Path("runs")).records()} == {"a", "b"}


def test_all_cells_are_planned_before_the_first_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_data(tmp_path, "a")
    (tmp_path / "b.csv").write_text("user_id,item_id,timestamp\n1,1,1\n1,1,2\n")
    data = ", ".join(f'{{ name = "{name}", interactions = "{name}.csv" }}' for name in "ab")
    Path("mine.toml").write_text(f'datasets = [{data}]\n[[rows]]\nmodel = "popularity"\n')
    assert code(call("run", "--study", "mine.toml")) == 2
    assert not list(Store(tmp_path / "runs").paths())
    Path("mine.toml").write_text(
        f'datasets = [{data}]\n[[rows]]\nmodel = "fpmc"\nvariant = "x"\nsettings = {{ epoch = 3 }}\n'
    )
    done = call("run", "--study", "mine.toml", "--dataset", "a")
    assert code(done) == 2 and "epoch" in str(done.exception)
    assert not list(Store(tmp_path / "runs").paths())


@pytest.fixture
def judged(
    tmp_path: Path, make_record: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Checks a study whose one row has its own variant, settings and seeds; its records of seeds 0 to 2 hit always."""
    monkeypatch.chdir(tmp_path)
    for seed in range(4):
        ranks = [0] * 40 if seed < 3 else [99] * 40
        record = make_record("fpmc", 8, seed, better=ranks, variant="short", hyperparameters={"epochs": 5})
        Store(tmp_path / "runs").save(record)

    def check(reported: float, epochs: int = 5, seeds: str = "0, 1, 2") -> Result:
        Path("mine.toml").write_text(
            f'metrics = ["HR@10"]\nmargins = {{ "HR@10" = 0.02 }}\n[[rows]]\nmodel = "fpmc"\nvariant = "short"\n'
            f"dimension = 8\nsettings = {{ epochs = {epochs} }}\nseeds = [{seeds}]\n"
            f'reported.ml-100k = {{ "HR@10" = {reported} }}\n'
        )
        return call("check", "--study", "mine.toml")

    return check


def test_rows_are_judged_as_they_give_their_variant_settings_and_seeds(judged: Callable[..., Result]) -> None:
    assert code(judged(1.0)) == 0
    assert code(judged(0.5)) == 0  # it exceeds
    assert code(judged(1.0, seeds="0, 1, 2, 3")) == 5  # one run in four hits nothing
    other = judged(1.0, epochs=6)
    assert code(other) == 4
    assert "was made with epochs = 5, and the study mine has 6 there" in str(other.exception)
    few = judged(1.0, seeds="0, 1")
    assert code(few) == 3
    assert "`seqrec-bench run --study mine.toml --results runs`" in str(few.exception)


def test_rows_are_of_records_that_lack_a_setting_if_that_means_the_same(
    judged: Callable[..., Result], tmp_path: Path, imply: Callable[..., None]
) -> None:
    store = Store(tmp_path / "runs")
    for record in store.records()[1:]:
        store.save(replace(record, recipe=replace(record.recipe, hyperparameters={})))
    imply("fpmc", epochs=5)
    assert code(judged(1.0)) == 0
    imply("fpmc", epochs=6)
    assert "s1 was made with epochs = 6, and the study mine has 5 there" in str(judged(1.0).exception)
    for record in store.records():  # no record says it, so no other one's lines can tell
        store.save(replace(record, recipe=replace(record.recipe, hyperparameters={})))
    assert "s0 was made with epochs = 6, and the study mine has 5 there" in str(judged(1.0).exception)


def test_what_is_reported_is_judged_and_nothing_else(judged: Callable[..., Result]) -> None:
    judged(1.0)
    text = Path("mine.toml").read_text().replace('["HR@10"]', '["HR@10", "MRR"]', 1)
    Path("mine.toml").write_text(f'{text}[[rows]]\nmodel = "markov-chain"\n')
    done = call("check", "--study", "mine.toml")
    assert code(done) == 0, done.output  # neither the other row nor the other metric has a reported figure
    assert "MRR" not in done.stdout
    asked = call("check", "--study", "mine.toml", "--metrics", "HR@10,MRR")
    assert code(asked) == 2 and "mine reports no MRR on ml-100k" in str(asked.exception)
    none = call("check", "--study", "mine.toml", "--metrics", "MRR")
    assert code(none) == 2


def test_a_study_that_is_there_stays(tmp_path: Path) -> None:
    arguments = ("new", "--study", "mine", "--out", str(tmp_path))
    assert code(call(*arguments)) == 0
    assert code(call(*arguments)) == 2
