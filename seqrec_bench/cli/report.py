"""``seqrec-bench report``: all that records show, in one file."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.analysis.side_by_side import side_by_side
from seqrec_bench.cli.bundles import Without, with_bundles
from seqrec_bench.cli.data_options import DataOptions
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.study_data import options_of
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, Shown, ViewOptions, more_options
from seqrec_bench.data import Dataset, find_cached, is_public, load_fetched
from seqrec_bench.errors import InputError
from seqrec_bench.rendering.blocks import Report, Section
from seqrec_bench.rendering.explanations.kept import read_kept
from seqrec_bench.rendering.report.build import FORMATS, build_report, build_report_on_several
from seqrec_bench.rendering.report.sources import Sources, in_shell, lacks
from seqrec_bench.rendering.side_by_side import side_by_side_section
from seqrec_bench.studies.study import DataFile

DEFAULT_OUT = Path("report.html")


class ReportFormat(StrEnum):
    """The names of `FORMATS`, as an option's choices."""

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
    data = replace(own, dataset=view.dataset).load() if own != DataOptions() else None
    given = own.usual_protocol if own.train_file and view.protocol is None else view.protocol
    opened = (replace(view, dataset=data.name, protocol=given) if data else view).open_all()
    found = {shown.dataset: _sources(shown, view, data) for shown in opened}
    content = _build(found, opened, view)
    _write(FORMATS[format](content), out, format)
    if content.lacking:
        typer.echo(f"Incomplete, as the report says: {', '.join(content.lacking)}.", err=True)
    if content.completing:
        commands = "; ".join(f"`{_as_here(command, opened[0].dataset, view)}`" for command in content.completing)
        if own.interactions and own == DataOptions(interactions=own.interactions):
            commands = commands.replace("--interactions FILE", f"--interactions {shlex.quote(str(own.interactions))}")
        typer.echo(f"To complete it: {commands}", err=True)


def _sources(shown: Shown, view: ViewOptions, data: Dataset | None) -> Sources:
    """What the sections on one data set are made from.

    Args:
        data: Those that are given beside the records, if any are.
    """
    study = shown.study
    options = {
        "--study": view.named_study and Path(view.named_study).name,
        "--dataset": None if (shown.dataset,) == study.dataset_names else shown.dataset,
        "--protocol": view.protocol or (None if shown.protocol == study.protocol else shown.protocol),
    }
    given = {option: str(value) for option, value in options.items() if value is not None}
    shown_view = shown.view_as_own if shown.dataset in study.dataset_names else shown.view
    kept = read_kept(view.results / "explanations", shown.dataset, shown.protocol)
    return Sources(shown.records, shown_view, data or _data_of(shown), given, *kept)


def _build(found: Mapping[str, Sources], opened: Sequence[Shown], view: ViewOptions) -> Report:
    """The report on one data set, or on several."""
    study = opened[0].study
    if len(found) == 1:
        (sources,) = found.values()
        opened[0].require_models(bool(sources.models))
        return build_report(sources)
    table = side_by_side(opened[0].records, [shown.view for shown in opened])
    if not any(row.figures for row in table.rows):
        raise view.none_of_study(found, opened[0])
    name = ["--study", Path(view.named_study).name] if view.named_study else []
    absent = [f"{each} on {shown.dataset}" for shown in opened for each in shown.not_run()]
    side = side_by_side_section(table, in_shell("table", *name), lacks(absent, *name, says="Not run"))
    parts = {
        dataset: sources if sources.models else Section("none", "No records", []) for dataset, sources in found.items()
    }
    about = (study.title or study.name) if view.named_study else "Models"
    return build_report_on_several(side, parts, about, table.protocol)


def _as_here(command: str, dataset: str, view: ViewOptions) -> str:
    """A command that a report names, which knows no place, for these data and this directory."""
    if view.named_study is not None:
        bare = in_shell("--study", Path(view.named_study).name).removeprefix("seqrec-bench ")
        command = command.replace(bare, shlex.join(["--study", view.named_study]))
    needs_data = command.startswith(("seqrec-bench run ", "seqrec-bench explain ")) and "--study" not in command
    data = more_options(dataset) if needs_data else ""
    has_results = view.results != DEFAULT_RESULTS and not command.startswith("seqrec-bench data ")
    return f"{command}{data}" + (f" --results {shlex.quote(str(view.results))}" if has_results else "")


def _data_of(shown: Shown) -> Dataset | str:
    """The data if they are where the study's file says or in the cache; never fetched: a report is made anywhere."""
    for data in shown.study.datasets:
        if isinstance(data, DataFile) and data.name == shown.dataset:
            try:
                return options_of(shown.study, data).load()
            except InputError:  # whose sentence would put a path of this machine into the report
                return f"This needs the data of {data.name}, where the study {shown.study.name} says that they are."
    return _cached_data(shown.dataset)


def _cached_data(name: str) -> Dataset | str:
    """The named data set if it is in the cache."""
    if not is_public(name):
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
