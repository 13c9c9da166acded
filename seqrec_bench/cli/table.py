"""``seqrec-bench table``: what was reported beside what was reproduced."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Annotated

import typer

from seqrec_bench.analysis.selection import only_elsewhere
from seqrec_bench.analysis.side_by_side import SideBySide, side_by_side
from seqrec_bench.analysis.table import Table, only_models, table_one
from seqrec_bench.cli.bundles import Described, with_bundles
from seqrec_bench.cli.cell_options import parse_names
from seqrec_bench.cli.tables import SHOWN_RENDERED, FormatOptions
from seqrec_bench.cli.view_options import Shown, ViewOptions, more_options
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.rendering.side_by_side import side_by_side_document
from seqrec_bench.rendering.table import table_document
from seqrec_bench.studies.view import View


class Format(StrEnum):
    """Those of a table's document, as an option's choices."""

    MD = "md"
    LATEX = "latex"
    CSV = "csv"
    JSON = "json"


@with_bundles
def table(
    view: ViewOptions,
    models: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Only these models and their variants.", show_default="all there are"),
    ] = None,
    *,
    output: Annotated[FormatOptions[Format], Described("format", f"md is for a README, and {SHOWN_RENDERED}", "md")],
) -> None:
    """Prints Table 1: reported and reproduced figures, the interval over seeds, and their difference.

    On other data, and under other protocols, than the paper's: all that was run, without anything reported.

    Models without records are named in a line below; the paper's own have rows all the same.

    Example: seqrec-bench table --results results --models fpmc,am-lstm
    """
    named = None if models is None else parse_names(models)
    shown = view.open_all()
    if len(shown) > 1:
        output.show(side_by_side_document(_side_by_side(view, shown, named)), Format.MD)
        _require_run(view, shown, named)
        return
    (only,) = shown
    content = table_one(only.records, only.view, named)
    elsewhere = only_elsewhere(only.records, only.dataset, only.protocol)
    _require_rows(
        {row.model for row in content.rows}, named or [], f"on {only.dataset} under {only.protocol}{elsewhere}"
    )
    only.require_models(bool(content.rows))
    output.show(table_document(content), Format.MD)
    if not only.study.has_reported:
        _require_run(view, shown, named)
    is_named = view.named_study is not None
    making = (
        view.cells if is_named and only.is_own else _making(content, only.view, whole=named is None and not is_named)
    )
    view.require_none_missing(content.missing, making)


def _side_by_side(view: ViewOptions, shown: Sequence[Shown], named: Sequence[str] | None) -> SideBySide:
    records, views = shown[0].records, [each.view for each in shown]
    if named is not None:
        views, records = [only_models(named, view, [])[0] for view in views], only_models(named, views[0], records)[1]
    content = side_by_side(records, views)
    models = {found.configuration.model for row in content.rows for found in row.models.values()}
    where = f"on {', '.join(content.datasets)} under {content.protocol}"
    _require_rows(models, named or [], where)
    if not models:
        raise view.none_of_study(content.datasets, shown[0])
    return content


def _require_run(view: ViewOptions, shown: Sequence[Shown], named: Sequence[str] | None) -> None:
    """All of the study's cells that the table shows, where it is asked for under the study's own protocol."""
    if view.named_study is None:
        return
    several = len(shown) > 1
    absent = [
        f"{missing} on {each.dataset}" if several else str(missing)
        for each in shown
        for missing in each.not_run()
        if named is None or missing.configuration.model in named
    ]
    view.require_none_missing(absent)


def _require_rows(there: Collection[str], named: Sequence[str], where: str) -> None:
    """Each of the models that are asked for is in the table."""
    absent = ", ".join(name for name in named if name not in there)
    if absent:
        raise MissingCellsError(
            f"--models names {absent}, of which there are no records {where}: run it, or leave it out."
        )


def _making(content: Table, source: View, whole: bool) -> str:
    """What makes `seqrec-bench run` make what is missing, with the seeds of what is there, and little else.

    Args:
        whole: Whether it is all of the built-in paper: then, with nothing there, the references are worth having too.
    """
    there_is_none = {cell.configuration for cell in content.missing if not cell.seeds}
    if whole and there_is_none.issuperset(row.configuration for row in source.rows):
        return f"--all --dims {source.dimension}"
    configurations = [cell.configuration for cell in content.missing]
    chosen: dict[str, Sequence[str | int]] = {
        "--models": list(dict.fromkeys(each.model for each in configurations)),
        "--dims": sorted({each.dimension for each in configurations} - {0}),
        "--seeds": sorted({seed for cell in content.missing for seed in cell.seeds or content.seeds}),
        "--protocol": [source.protocol] if source.protocol != LOO_FULL else [],
    }
    given = (f"{option} {','.join(map(str, values))}" for option, values in chosen.items() if values)
    return " ".join(given) + more_options(source.dataset, source.protocol)
