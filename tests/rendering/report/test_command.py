"""``seqrec-bench report``, on records in a directory."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from seqrec_bench.cli.report import ReportFormat, report
from seqrec_bench.data import Columns, load_file
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.records import Record, Store
from seqrec_bench.rendering.report.build import FORMATS

app = typer.Typer()
app.command()(report)


def run(*arguments: str | Path) -> tuple[str, str, BaseException | None]:
    """Standard output, standard error, and the error that the command ends with."""
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return outcome.stdout, outcome.stderr, outcome.exception


@pytest.fixture
def results(tmp_path: Path, all_records: list[Record], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEQREC_BENCH_CACHE", str(tmp_path / "cache"))
    for record in all_records:
        if record.key.dimension in (0, 100) and record.key.seed == 0:
            Store(tmp_path / "results").save(record)
    return tmp_path / "results"


def test_the_choices_of_format_are_the_formats() -> None:
    assert [choice.value for choice in ReportFormat] == list(FORMATS)


def test_a_page_is_written_where_it_is_told_and_what_it_lacks_is_said(results: Path, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    printed, said, error = run("--results", results, "--out", out)
    assert error is None
    assert printed == f"{out}\n"
    assert said.startswith("Incomplete, as the report says: Over the dimension, ")
    assert said.splitlines()[1] == (
        f"To complete it: `seqrec-bench run --all --results {results}`; `seqrec-bench run --suite ablations --results "
        f"{results}`; `seqrec-bench run --suite audit --results {results}`; `seqrec-bench run --models fpmc --seeds 0 "
        f"--results {results}`; `seqrec-bench data fetch ml-100k`; `seqrec-bench explain --user ID --format json "
        f"--results {results}`"
    )
    text = out.read_text(encoding="utf-8")
    assert "seqrec-bench data fetch ml-100k" in text
    assert str(tmp_path) not in text


def test_tables_are_printed_or_written(results: Path, tmp_path: Path) -> None:
    printed, _, error = run("--results", results, "--format", "md")
    assert error is None
    assert printed.startswith("# seqrec-bench report on ml-100k\n")
    run("--results", results, "--format", "md", "--out", tmp_path / "report.md")
    assert (tmp_path / "report.md").read_text(encoding="utf-8") == printed


def test_other_data_without_records_are_missing_and_a_directory_that_is_not_there_is_an_error(results: Path) -> None:
    for options in (["--dataset", "nowhere"], ["--protocol", "nothing"]):
        _, _, error = run("--results", results, *options)
        assert isinstance(error, MissingCellsError)
        assert options[1] in str(error)
    assert isinstance(run("--results", results / "nowhere")[2], InputError)


def test_own_data_bring_their_breakdowns(tmp_path: Path, make_record: Callable[..., Record]) -> None:
    file = tmp_path / "own.csv"
    rows = [f"{user},{(user * 7 + time * 5) % 19},{time}" for user in range(40) for time in range(3 + user % 5)]
    file.write_text("user_id,item_id,timestamp\n" + "\n".join(rows) + "\n")
    data = load_file(file, Columns(), None)
    for model in ("popularity", "mine"):
        record = make_record(model, 0, dataset="own", fingerprint=data.fingerprint, deterministic=True)
        Store(tmp_path / "runs").save(record)
    printed, said, error = run("--results", tmp_path / "runs", "--interactions", file, "--format", "md")
    assert error is None
    assert f"`seqrec-bench run --models fpmc --seeds 0 --interactions {file} --results {tmp_path / 'runs'}`" in said
    assert "By popularity of the target, HR@50" in printed
    said = run("--results", tmp_path / "runs", "--format", "md")[1]
    assert f"`seqrec-bench report --interactions FILE --results {tmp_path / 'runs'}`" in said
    assert f"`seqrec-bench run --models fpmc --seeds 0 --interactions FILE --results {tmp_path / 'runs'}`" in said
