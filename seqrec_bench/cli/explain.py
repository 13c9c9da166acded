"""``seqrec-bench explain``: why a recorded model recommends to a user what it does."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import Described, with_bundles
from seqrec_bench.cli.cell_options import parse_numbers
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.paths import figure_stem, named_path
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.tables import FormatOptions, TextFormat, print_markdown
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ResultsOption, ViewOptions
from seqrec_bench.data import Dataset, is_public
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
from seqrec_bench.rendering.explanations.figure import draw_explanation
from seqrec_bench.rendering.explanations.kept import read_either, to_json
from seqrec_bench.rendering.explanations.summary_text import Summaries, summaries_document
from seqrec_bench.rendering.explanations.text import print_explanation, to_text
from seqrec_bench.studies.cells import MAX_DIMENSION, MAX_SEED

Output = FormatOptions[TextFormat]


@with_bundles
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
    *,
    output: Annotated[Output, Described("format", "text is made for the terminal, 80 columns wide in a pipe.", "text")],
    out: Annotated[
        Path | None,
        typer.Option(parser=figure_stem, metavar="STEM", help="Also draws the attention, as STEM.png and STEM.svg."),
    ] = None,
    results: ResultsOption = DEFAULT_RESULTS,
    data: DataOptions,
) -> None:
    """Shows what a recorded model recommends to a user, and what that rests on.

    Example: seqrec-bench explain --user 42 --results runs --out figures/user-42
    """
    if [user is not None, all_users, kept is not None].count(True) != 1:
        raise InputError("Say what to explain: --user ID, --all-users, or --from FILE.")
    if kept is not None:
        _show_kept(kept, output, out)
        return
    numbers = parse_numbers(seeds, "--seeds", least=0, most=MAX_SEED)
    if user is not None and len(numbers) > 1:
        raise InputError(f"--seeds {seeds} are {len(numbers)} runs: name one for --user, or take --all-users.")
    if all_users and out is not None:
        raise InputError("--out draws the attention for one user: give --user, or leave it away.")
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))  # as the cells had it, or rounding might differ
    with shown("loading the model"):
        require_explainable(model)
    if not data.files:
        data = replace(data, dataset=_choose_dataset(ViewOptions(results, data.dataset, LOO_FULL)))
    dataset, store, options = data.load(), Store(results), data.arguments()
    at = dimension if has_dimension(load(model)) else 0
    keys = [CellKey(dataset.name, data.usual_protocol, model, variant, at, seed) for seed in numbers]
    if user is None:
        _show_all(keys, dataset, store, options, output)
    else:
        _show(explain_from_record(bring_back(keys[0], dataset, store, options), user, top), output, out)


def _show_kept(path: Path, output: Output, out: Path | None) -> None:
    found = read_either(path)
    if isinstance(found, UserExplanation):
        _show(found, output, out)
        return
    if out is not None:
        raise InputError(f"--out draws the attention for one user, and {path} is about all: leave it away.")
    _show_summaries(found, output)


def _choose_dataset(view: ViewOptions) -> str:
    """The data set that is named, the default one, or the only one that there are records of.

    Raises:
        InputError: The latter is somebody's own, whose file has to be named.
    """
    name = view.find().dataset
    if view.dataset is None and not is_public(name):
        raise InputError(f"The only records in {view.results} are on {name}: give its file with --interactions.")
    return view.open().dataset


def _show(explanation: UserExplanation, output: Output, out: Path | None) -> None:
    if output.is_json:
        typer.echo(to_json(explanation), nl=False)
    elif sys.stdout.isatty():
        from rich.console import Console

        print_explanation(explanation, Console())
    else:
        typer.echo(to_text(explanation), nl=False)
    if out is not None:
        for path in draw_explanation(explanation, out):
            typer.echo(path, err=True)


def _show_all(keys: list[CellKey], data: Dataset, store: Store, options: str, output: Output) -> None:
    summaries = {}
    with shown("restoring the model") as steps:
        for key in keys:
            steps.begin(f"seed {key.seed}, ranking as recorded", None)
            summaries[key] = summarise_from_record(bring_back(key, data, store, options), steps.track)
    _show_summaries(summaries, output)


def _show_summaries(summaries: Summaries, output: Output) -> None:
    document = summaries_document(summaries)
    if output.is_json:
        typer.echo(document.written("json"), nl=False)
    else:
        print_markdown(document.written("text"))
