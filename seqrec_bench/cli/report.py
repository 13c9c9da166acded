"""``seqrec-bench report``: all that records show, in one file."""

import shlex
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.bundles import Without, with_bundles
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ViewOptions, more_options
from seqrec_bench.data import NAMED_DATASETS, Dataset, find_cached, load_fetched
from seqrec_bench.errors import InputError
from seqrec_bench.rendering.explanations.kept import read_kept
from seqrec_bench.rendering.report.build import build_report
from seqrec_bench.rendering.report.html import to_html
from seqrec_bench.rendering.report.sources import Sources
from seqrec_bench.rendering.report.text import TEXT_FORMATS

DEFAULT_OUT = Path("report.html")


class ReportFormat(StrEnum):
    """HTML, and the names of `TEXT_FORMATS`."""

    HTML = "html"
    MD = "md"
    LATEX = "latex"


@with_bundles
def report(
    view: ViewOptions,
    out: Annotated[
        Path | None,
        typer.Option(
            parser=named_path,
            metavar="FILE",
            help="Where it goes.",
            show_default=f"{DEFAULT_OUT}; md, latex: standard output",
        ),
    ] = None,
    format: Annotated[
        ReportFormat, typer.Option(help="md and latex have Table 1, the claims and the breakdowns by users.")
    ] = ReportFormat.HTML,
    *,
    own: Annotated[DataOptions, Without("dataset", "tags")],
) -> None:
    """Writes a report: Table 1, figures, claims, audit, learning curves, breakdowns by users, cost, how all was made.

    One HTML file that needs no network. A section that lacks records says so, and what makes them. What needs the data
    takes them from the cache, or from --interactions FILE.

    Example: seqrec-bench report --results results --out report.html
    """
    study = view.study
    data = replace(own, dataset=view.dataset).load() if own != DataOptions() else None
    shown = (replace(view, dataset=data.name) if data else view).open()
    options = {
        "--study": view.named_study and Path(view.named_study).name,
        "--dataset": None if shown.dataset == study.dataset_names[0] else shown.dataset,
        "--protocol": view.protocol or (None if shown.protocol == study.protocol else shown.protocol),
    }
    given = {option: str(value) for option, value in options.items() if value is not None}
    shown_view = shown.view_as_own if shown.dataset in study.dataset_names else shown.view
    kept = read_kept(view.results / "explanations", shown.dataset, shown.protocol)
    sources = Sources(shown.records, shown_view, data or _cached_data(shown.dataset), given, *kept)
    shown.require_models(bool(sources.models))
    content = build_report(sources)
    _write(to_html(content) if format is ReportFormat.HTML else TEXT_FORMATS[format](content), out, format)
    if content.lacking:
        typer.echo(f"Incomplete, as the report says: {', '.join(content.lacking)}.", err=True)
    if content.completing:
        commands = "; ".join(f"`{_as_here(command, shown.dataset, view.results)}`" for command in content.completing)
        typer.echo(f"To complete it: {commands}", err=True)


def _as_here(command: str, dataset: str, results: Path) -> str:
    """A command that a report names, which knows no place, for these data and this directory."""
    data = more_options(dataset) if command.startswith("seqrec-bench run ") else ""
    has_results = results != DEFAULT_RESULTS and not command.startswith("seqrec-bench data ")
    return f"{command}{data}" + (f" --results {shlex.quote(str(results))}" if has_results else "")


def _cached_data(name: str) -> Dataset | str:
    """The named data set if it is in the cache; never fetched, since a report is to be made anywhere."""
    if name not in NAMED_DATASETS:
        return f"This needs the data of {name}: `seqrec-bench report --interactions FILE` gives them."
    try:
        fetched = find_cached(name)
    except InputError:  # whose sentence would put a path of this machine into the report
        return f"This needs the data of {name}, whose files are damaged: `seqrec-bench data fetch {name}` says more."
    if fetched is None:
        return f"This needs the data of {name}: `seqrec-bench data fetch {name}` gets them."
    return load_fetched(fetched)


def _write(text: str, out: Path | None, format: ReportFormat) -> None:
    if out is None and format is not ReportFormat.HTML:
        typer.echo(text, nl=False)
        return
    path = out or DEFAULT_OUT
    path.write_text(text, encoding="utf-8")
    typer.echo(path)
