"""``seqrec-bench explain``: why a recorded model recommends to a user what it does."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.cell_options import parse_numbers
from seqrec_bench.cli.data_arguments import data_arguments
from seqrec_bench.cli.dataset_options import (
    DataNameOption,
    DatasetOption,
    InteractionsOption,
    ItemColumnOption,
    TagsOption,
    TimeColumnOption,
    UserColumnOption,
    load_dataset,
)
from seqrec_bench.cli.paths import figure_stem, named_path
from seqrec_bench.cli.results_options import DEFAULT_RESULTS, JsonFormatOption, ResultsOption, choose_format, read_paper
from seqrec_bench.cli.shown_records import choose_shown, find_shown
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.tables import print_markdown
from seqrec_bench.data import NAMED_DATASETS, Columns, Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.explaining.content import UserExplanation
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.evaluation.registry import has_dimension, load
from seqrec_bench.experiments.explaining import (
    bring_back,
    explain_from_record,
    require_explainable,
    summarise_from_record,
)
from seqrec_bench.experiments.starting import THREAD_VARIABLES
from seqrec_bench.records import PAPER_VARIANT, CellKey, Store
from seqrec_bench.reporting.explanations.figure import draw_explanation
from seqrec_bench.reporting.explanations.kept import read_either, to_json
from seqrec_bench.reporting.explanations.summary_text import Summaries, summary_json, summary_markdown
from seqrec_bench.reporting.explanations.text import print_explanation, to_text
from seqrec_bench.studies.cells import MAX_DIMENSION, MAX_SEED


class ExplanationFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


def explain(
    user: Annotated[str | None, typer.Option("--user", metavar="ID", help="A user's id, as the data have it.")] = None,
    all_users: Annotated[
        bool, typer.Option("--all-users", help="Instead: what the model's attention looks like over all test users.")
    ] = False,
    kept: Annotated[
        Path | None,
        typer.Option("--from", parser=named_path, metavar="FILE", help="Instead: show what --format json printed."),
    ] = None,
    model: Annotated[str, typer.Option(metavar="NAME", help="A model that says what its scores rest on.")] = "am-lstm",
    dimension: Annotated[
        int, typer.Option(min=1, max=MAX_DIMENSION, help="Its embedding dimension, if it has one.")
    ] = 100,
    seeds: Annotated[str, typer.Option(metavar="0-4", help="Which run; several with --all-users.")] = "0",
    variant: Annotated[str, typer.Option(metavar="NAME", help="The model's variant.")] = PAPER_VARIANT,
    top: Annotated[int, typer.Option(min=1, help="How many recommendations.")] = 10,
    format: Annotated[
        ExplanationFormat | None,
        typer.Option(help="text is made for the terminal, 80 columns wide in a pipe.", show_default="text"),
    ] = None,
    as_json: JsonFormatOption = False,
    out: Annotated[
        Path | None,
        typer.Option(parser=figure_stem, metavar="STEM", help="Also draws the attention, as STEM.png and STEM.svg."),
    ] = None,
    results: ResultsOption = DEFAULT_RESULTS,
    dataset: DatasetOption = None,
    interactions: InteractionsOption = None,
    tags: TagsOption = None,
    user_column: UserColumnOption = None,
    item_column: ItemColumnOption = None,
    time_column: TimeColumnOption = None,
    data_name: DataNameOption = None,
) -> None:
    """Shows what a recorded model recommends to a user, and what that rests on.

    Example: seqrec-bench explain --user 42 --results runs --out figures/user-42
    """
    chosen = choose_format(format, as_json, ExplanationFormat.TEXT)
    if [user is not None, all_users, kept is not None].count(True) != 1:
        raise InputError("Say what to explain: --user ID, --all-users, or --from FILE.")
    if kept is not None:
        _show_kept(kept, chosen, out)
        return
    numbers = parse_numbers(seeds, "--seeds", least=0, most=MAX_SEED)
    if user is not None and len(numbers) > 1:
        raise InputError(f"--seeds {seeds} are {len(numbers)} runs: name one for --user, or take --all-users.")
    if all_users and out is not None:
        raise InputError("--out draws the attention for one user: give --user, or leave it away.")
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))  # as the cells had it, or rounding might differ
    with shown("loading the model"):
        require_explainable(model)
    if interactions is None:
        dataset = _choose_dataset(Store(results), dataset)
    columns = Columns(user_column, item_column, time_column)
    data = load_dataset(dataset, interactions, tags, columns, data_name)
    options = data_arguments(dataset, interactions, tags, columns, data_name)
    at = dimension if has_dimension(load(model)) else 0
    keys = [CellKey(data.name, LOO_FULL, model, variant, at, seed) for seed in numbers]
    if user is None:
        _show_all(keys, data, Store(results), options, chosen)
    else:
        _show(explain_from_record(bring_back(keys[0], data, Store(results), options), user, top), chosen, out)


def _show_kept(path: Path, format: ExplanationFormat, out: Path | None) -> None:
    found = read_either(path)
    if isinstance(found, UserExplanation):
        _show(found, format, out)
        return
    if out is not None:
        raise InputError(f"--out draws the attention for one user, and {path} is about all: leave it away.")
    _show_summaries(found, format)


def _choose_dataset(store: Store, dataset: str | None) -> str:
    """The data set that is named, the default one, or the only one that there are records of.

    Raises:
        InputError: The latter is somebody's own, whose file has to be named.
    """
    name, _ = find_shown(store, read_paper(None), dataset, LOO_FULL)
    if dataset is None and name not in NAMED_DATASETS:
        raise InputError(f"The only records in {store.root} are on {name}: give its file with --interactions.")
    return choose_shown(store, read_paper(None), dataset, LOO_FULL)[0]


def _show(explanation: UserExplanation, format: ExplanationFormat, out: Path | None) -> None:
    if format == ExplanationFormat.JSON:
        typer.echo(to_json(explanation), nl=False)
    elif sys.stdout.isatty():
        from rich.console import Console

        print_explanation(explanation, Console())
    else:
        typer.echo(to_text(explanation), nl=False)
    if out is not None:
        for path in draw_explanation(explanation, out):
            typer.echo(path, err=True)


def _show_all(keys: list[CellKey], data: Dataset, store: Store, options: str, format: ExplanationFormat) -> None:
    summaries = {}
    with shown("restoring the model") as steps:
        for key in keys:
            steps.begin(f"seed {key.seed}, ranking as recorded", None)
            summaries[key] = summarise_from_record(bring_back(key, data, store, options), steps.track)
    _show_summaries(summaries, format)


def _show_summaries(summaries: Summaries, format: ExplanationFormat) -> None:
    if format == ExplanationFormat.JSON:
        typer.echo(summary_json(summaries), nl=False)
    else:
        print_markdown(summary_markdown(summaries))
