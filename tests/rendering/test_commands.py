"""``seqrec-bench table``, ``plot`` and ``ablations``, on records in a directory."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from seqrec_bench.analysis.ablations import ablation_table
from seqrec_bench.analysis.curves import dimension_curves
from seqrec_bench.analysis.table import table_one
from seqrec_bench.cli.ablations import ablations
from seqrec_bench.cli.main import app as bench
from seqrec_bench.cli.plot import plot
from seqrec_bench.cli.table import Format, table
from seqrec_bench.errors import ExitCode, InputError, InvalidRecordError, MissingCellsError
from seqrec_bench.records import Record, Store
from seqrec_bench.rendering.ablations import ablations_document
from seqrec_bench.rendering.charts import Chart
from seqrec_bench.rendering.curves import data_text
from seqrec_bench.rendering.table import table_document
from seqrec_bench.studies.cells import cells
from seqrec_bench.studies.loading import STUDIES, load_study
from seqrec_bench.studies.view import View

app = typer.Typer()
app.command()(table)
app.command()(plot)
app.command()(ablations)


def run(*arguments: str | Path) -> tuple[str, BaseException | None]:
    """What the command prints on standard output, and the error that it ends with."""
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.stdout, outcome.exception


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, all_records: list[Record], ablation_records: list[Record]) -> Path:
    """The records in two directories, of which tests get copies: to save a record waits for the disk."""
    folder = tmp_path_factory.mktemp("saved")
    for name, records in (("results", all_records), ("ablations", ablation_records)):
        for record in records:
            Store(folder / name).save(record)
    return folder


@pytest.fixture
def results(tmp_path: Path, saved: Path) -> Path:
    return Path(shutil.copytree(saved / "results", tmp_path / "results"))


def remove(results: Path, model: str, pattern: str) -> None:
    for path in (results / "ml-100k" / "loo-full-v1" / model).glob(pattern):
        path.unlink()


def test_the_choices_of_format_are_the_formats(all_records: list[Record], view: View) -> None:
    assert set(Format) == {"md", "json", *table_document(table_one(all_records, view)).others}


@pytest.mark.parametrize("name", Format)
def test_table_prints_the_table_and_nothing_else(
    results: Path, all_records: list[Record], view: View, name: str
) -> None:
    printed, error = run("table", "--results", results, "--format", name)
    assert error is None
    assert printed == table_document(table_one(all_records, view)).written(name)
    assert "\x1b" not in printed


def test_table_prints_markdown_unless_told_otherwise(results: Path) -> None:
    assert run("table", "--results", results) == run("table", "--results", results, "--format", "md")


@pytest.mark.parametrize("name", Format)
def test_table_prints_what_there_is_before_it_says_what_is_missing(results: Path, name: str) -> None:
    remove(results, "caser", "paper-d100-*")
    printed, error = run("table", "--results", results, "--format", name)
    assert "GRU4Rec" in printed and "missing" in printed
    assert isinstance(error, MissingCellsError)
    assert error.exit_code == ExitCode.CELLS_MISSING
    assert str(error) == (
        f"Cells are missing (caser paper-d100): make them with "
        f"`seqrec-bench run --models caser --dims 100 --seeds 0,1,2 --results {results}`."
    )


def test_the_command_that_makes_missing_cells_makes_few_others(results: Path) -> None:
    remove(results, "caser", "paper-d100-s1*")
    assert "run --models caser --dims 100 --seeds 1 --results" in str(run("table", "--results", results)[1])
    for model in ("caser", "fpmc", "gru4rec", "am-lstm"):
        remove(results, model, "paper-d100-*")
    assert "run --all --dims 100 --results" in str(run("table", "--results", results)[1])
    assert "run --models fpmc --dims 100 --results" in str(run("table", "--results", results, "--models", "fpmc")[1])


def test_references_without_records_are_a_line_below_and_no_error(results: Path) -> None:
    remove(results, "item-knn", "*")
    remove(results, "sasrec", "*")
    printed, error = run("table", "--results", results)
    assert error is None
    assert "| Item-kNN" not in printed and "- Without records: Item-kNN, SASRec.\n" in printed


def test_table_has_only_the_models_that_are_named(results: Path) -> None:
    remove(results, "item-knn", "*")
    remove(results, "caser", "*")
    printed, error = run("table", "--results", results, "--models", "fpmc, popularity", "--format", "json")
    assert error is None
    content = json.loads(printed)
    assert {row["model"] for row in content["rows"]} == {"fpmc", "popularity"}
    assert content["missing"] == []
    assert "run --models item-knn --results" in str(run("table", "--results", results, "--models", "item-knn")[1])


def test_a_model_that_is_named_and_has_neither_row_nor_record_is_missing(results: Path) -> None:
    _, error = run("table", "--results", results, "--models", "mine,fpmc")
    assert isinstance(error, MissingCellsError)
    assert str(error).startswith("--models names mine, of which there are no records on ml-100k under loo-full-v1: ")
    assert isinstance(run("table", "--results", results, "--models", ",")[1], InputError)


def test_the_command_that_makes_missing_cells_can_be_pasted(tmp_path: Path) -> None:
    (tmp_path / "my runs").mkdir()
    _, error = run("table", "--results", tmp_path / "my runs")
    assert f"--results '{tmp_path}/my runs'`" in str(error)


def test_csv_and_json_are_for_programs(results: Path) -> None:
    printed, _ = run("table", "--results", results, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(printed)))
    printed, _ = run("table", "--results", results, "--format", "json")
    assert len(rows) == len(json.loads(printed)["rows"]) == 3 * 9


@pytest.mark.parametrize("command", ["table", "plot"])
def test_a_paper_of_ones_own_is_read(results: Path, tmp_path: Path, command: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text((STUDIES / "chen2020.toml").read_text().replace('"Caser"', '"My Caser"'))
    assert run(command, "--results", results, "--paper", file)[1] is None
    if command == "table":
        assert "My Caser" in run(command, "--results", results, "--paper", file)[0]
    file.write_text("colour = 1\n")
    assert isinstance(run(command, "--results", results, "--paper", file)[1], InputError)


@pytest.mark.parametrize("command", ["table", "plot"])
def test_a_directory_that_is_not_there_or_not_sound_is_an_error(results: Path, tmp_path: Path, command: str) -> None:
    assert isinstance(run(command, "--results", tmp_path / "nowhere")[1], InputError)
    next(results.rglob("*.json")).write_text("{}")
    printed, error = run(command, "--results", results)
    assert isinstance(error, InvalidRecordError)
    assert printed == ""


def test_plot_draws_into_the_results_and_prints_where(results: Path, all_records: list[Record], view: View) -> None:
    printed, error = run("plot", "--results", results)
    assert error is None
    names = ["figure-1.png", "figure-1.svg", "figure-2.png", "figure-2.svg"]
    assert printed.splitlines() == [str(results / "figures" / name) for name in names]
    for number, metric in enumerate(view.figure_metrics, start=1):
        data = data_text(dimension_curves(all_records, view, metric))
        assert json.dumps(metric) in data
        assert data in (results / "figures" / f"figure-{number}.svg").read_text()
    assert run("table", "--results", results)[1] is None


def test_plot_draws_what_there_is_where_it_is_told_and_says_what_is_missing(results: Path, tmp_path: Path) -> None:
    remove(results, "fpmc", "paper-d75-*")
    out = tmp_path / "elsewhere"
    printed, error = run("plot", "--results", results, "--out", out)
    assert sorted(path.name for path in out.iterdir()) == [Path(line).name for line in printed.splitlines()]
    assert len(printed.splitlines()) == 4
    assert not (results / "figures").exists()
    assert isinstance(error, MissingCellsError)
    assert "(fpmc paper-d75): make them with" in str(error)


def test_plot_draws_nothing_from_nothing(tmp_path: Path) -> None:
    printed, error = run("plot", "--results", tmp_path)
    assert printed == ""
    assert isinstance(error, MissingCellsError)
    assert list(tmp_path.iterdir()) == []


def test_table_of_other_data_shows_what_was_run_on_it(results: Path, make_record: Callable[..., Record]) -> None:
    for seed in (0, 1):
        Store(results).save(make_record("fpmc", 100, seed, dataset="own"))
    printed, error = run("table", "--results", results, "--dataset", "own")
    assert error is None
    assert "| fpmc " in printed
    assert "Caser" not in printed
    assert "Reported:" not in printed
    assert run("table", "--results", results, "--dataset", "ml-100k") == run("table", "--results", results)


def test_table_of_data_without_records_is_missing(results: Path) -> None:
    printed, error = run("table", "--results", results, "--dataset", "nowhere")
    assert printed == ""
    assert isinstance(error, MissingCellsError)
    assert "no records on the data set nowhere" in str(error)


@pytest.fixture
def own(tmp_path: Path, make_record: Callable[..., Record]) -> Path:
    """A directory with records of two models on other data than the paper's."""
    for record in (make_record("fpmc", 100, seed, dataset="own") for seed in range(3)):
        Store(tmp_path / "own").save(record)
    Store(tmp_path / "own").save(make_record("popularity", 0, dataset="own", deterministic=True))
    return tmp_path / "own"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["table"], ExitCode.DONE),
        (["compare", "fpmc", "popularity"], ExitCode.DONE),
        (["report", "--format", "md"], ExitCode.DONE),
        (["ablations"], ExitCode.CELLS_MISSING),
        (["audit"], ExitCode.CELLS_MISSING),
    ],
)
def test_what_shows_records_takes_the_only_data_set_that_has_any(own: Path, command: list[str], code: int) -> None:
    shown = CliRunner().invoke(bench, [*command, "--results", str(own)])
    asked = CliRunner().invoke(bench, [*command, "--results", str(own), "--dataset", "own"])
    assert shown.stdout == asked.stdout != ""
    assert shown.stderr == f"Shows own under loo-full-v1, the only data set in {own}.\n{asked.stderr}"
    assert repr(shown.exception) == repr(asked.exception)
    assert getattr(shown.exception, "exit_code", ExitCode.DONE) == code


def catch_drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Chart, str]]:
    """What `plot` has drawn from then on, each chart with its numbers; nothing is."""
    drawn: list[tuple[Chart, str]] = []
    monkeypatch.setattr(
        "seqrec_bench.cli.plot.draw_chart", lambda chart, stem, text: drawn.append((chart, text)) or [stem]
    )
    return drawn


def test_plot_of_other_data_draws_all_that_have_a_dimension_and_misses_none(
    own: Path, make_record: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(own).save(make_record("fpmc", 50, dataset="own", variant="tuned"))
    drawn = catch_drawn(monkeypatch)
    done = CliRunner().invoke(bench, ["plot", "--results", str(own)])
    assert (done.exit_code, done.stderr) == (0, f"Shows own under loo-full-v1, the only data set in {own}.\n")
    assert done.stdout.splitlines() == [str(own / "figures" / f"figure-{number}") for number in (1, 2)]
    chart, text = drawn[0]
    assert [each.label for each in chart.panels[0].series] == ["fpmc", "fpmc, tuned"]
    assert (chart.panels[0].x.ticks, json.loads(text)["missing"]) == ((50, 100), [])
    assert not any("issing" in note or "Not run" in note for note in chart.notes)


def test_plot_of_a_study_without_figures_draws_its_own_rows_whatever_lies_beside_them(
    tmp_path: Path, make_record: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = catch_drawn(monkeypatch)
    study = tmp_path / "mine.toml"
    study.write_text('datasets = ["ml-100k"]\nmetrics = ["HR@10"]\n[[rows]]\nmodel = "fpmc"\n')
    other = make_record("fpmc", 100, variant="by-rank")
    for record in (make_record("fpmc", 100), replace(other, recipe=replace(other.recipe, selection="MeanRank"))):
        Store(tmp_path / "runs").save(record)
    _, error = run("plot", "--results", tmp_path / "runs", "--study", study)
    assert error is None
    assert [[each.label for each in chart.panels[0].series] for chart, _ in drawn] == [["fpmc"]]


def test_plot_of_data_without_a_dimension_says_so(tmp_path: Path, make_record: Callable[..., Record]) -> None:
    Store(tmp_path).save(make_record("popularity", 0, dataset="own"))
    printed, error = run("plot", "--results", tmp_path)
    assert printed == ""
    assert isinstance(error, MissingCellsError)
    assert "no records of models with a dimension on the data set own under loo-full-v1" in str(error)


@pytest.mark.parametrize(
    ("command", "error", "says"),
    [
        ("claims", MissingCellsError, "(there are records on own under loo-full-v1)"),
        ("check", MissingCellsError, "(there are records on own under loo-full-v1)"),
        ("check --against AGAINST", InputError, "it has own under loo-full-v1 (fpmc, popularity): give --dataset own."),
    ],
)
def test_what_judges_never_does_and_names_the_data_that_are_there(
    own: Path, tmp_path: Path, command: str, error: type[Exception], says: str
) -> None:
    against = shutil.copytree(own, tmp_path / "against")
    done = CliRunner().invoke(bench, [*command.replace("AGAINST", str(against)).split(), "--results", str(own)])
    assert isinstance(done.exception, error)
    assert says in str(done.exception)
    assert "Shows" not in done.stderr


@pytest.fixture
def ablation_results(tmp_path: Path, saved: Path) -> Path:
    return Path(shutil.copytree(saved / "ablations", tmp_path / "ablations"))


@pytest.mark.parametrize(("options", "form"), [((), "md"), (("--format", "md"), "md"), (("--format", "json"), "json")])
def test_ablations_prints_their_table_and_nothing_else(
    ablation_results: Path,
    ablation_records: list[Record],
    view: View,
    options: tuple[str, ...],
    form: str,
) -> None:
    printed, error = run("ablations", "--results", ablation_results, *options)
    assert error is None
    assert printed == ablations_document(ablation_table(ablation_records, view)).written(form)


@pytest.mark.parametrize("name", ["md", "json"])
def test_ablations_prints_what_there_is_before_it_says_what_is_missing(ablation_results: Path, name: str) -> None:
    remove(ablation_results, "am-lstm", "no-memory-d100-*")
    remove(ablation_results, "am-lstm", "random-start-d100-s1.json")
    printed, error = run("ablations", "--results", ablation_results, "--format", name)
    assert "without attention" in printed and "missing" in printed
    assert isinstance(error, MissingCellsError)
    assert error.exit_code == ExitCode.CELLS_MISSING == 3
    assert str(error) == (
        "Cells are missing (am-lstm no-memory-d100; am-lstm random-start-d100 of seed 1): "
        f"make them with `seqrec-bench run --suite ablations --results {ablation_results}`."
    )


def test_the_suite_makes_the_model_as_published_too(ablation_results: Path) -> None:
    remove(ablation_results, "am-lstm", "paper-d100-s2.json")
    _, error = run("ablations", "--results", ablation_results)
    assert isinstance(error, MissingCellsError)
    assert str(error) == (
        "Cells are missing (am-lstm paper-d100 of seed 2): "
        f"make them with `seqrec-bench run --suite ablations --results {ablation_results}`."
    )
    assert ("am-lstm", "paper", 100, 2) in {
        (cell.model, cell.variant, cell.dimension, cell.seed) for cell in cells(load_study("ablations").groups)
    }


def test_ablations_of_a_paper_of_ones_own_are_its_own(ablation_results: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = (STUDIES / "chen2020.toml").read_text()
    file.write_text(text.replace('"without memory"', '"sans memory"'))
    printed, error = run("ablations", "--results", ablation_results, "--paper", file)
    assert error is None
    assert "| sans memory" in printed
    file.write_text(text[: text.index("[[ablations]]")] + text[text.index("[figures]") : text.index("[[claims]]")])
    printed, error = run("ablations", "--results", ablation_results, "--paper", file)
    assert isinstance(error, InputError)
    assert str(error) == "The study mine has no ablations: add [[ablations]] to its file."
    assert printed == ""


def test_ablations_of_records_that_disagree_are_refused(
    ablation_results: Path, make_record: Callable[..., Record]
) -> None:
    for seed in range(3):
        made = make_record("am-lstm", 100, seed, variant="no-memory", version=2, hyperparameters={"memory": False})
        Store(ablation_results).save(made)
    printed, error = run("ablations", "--results", ablation_results)
    assert isinstance(error, InvalidRecordError)
    assert "different versions of the model" in str(error)
    assert printed == ""
