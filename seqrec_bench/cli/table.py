"""``seqrec-bench table``: what was reported beside what was reproduced."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from seqrec_bench.analysis.selection import Place, only_elsewhere
from seqrec_bench.analysis.table import Table, table_one
from seqrec_bench.cli.bundles import Described, with_bundles
from seqrec_bench.cli.cell_options import parse_names
from seqrec_bench.cli.tables import SHOWN_RENDERED, FormatOptions
from seqrec_bench.cli.view_options import ViewOptions, more_options
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.rendering.table import FORMATS
from seqrec_bench.studies.view import View


class Format(StrEnum):
    """The names of `FORMATS`, as an option's choices."""

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
    shown = view.open()
    source = shown.view
    named = None if models is None else parse_names(models)
    content = table_one(shown.records, source, named)
    elsewhere = only_elsewhere(shown.records, shown.dataset, shown.protocol)
    _require_rows(content, named or [], f"on {shown.dataset} under {shown.protocol}{elsewhere}")
    shown.require_models(bool(content.rows))
    output.print(FORMATS[output.choose(Format.MD)](content))
    making = _making(content, source, whole=named is None and view.named_study is None)
    view.require_none_missing(content.missing, making)


def _require_rows(content: Table, named: Sequence[str], where: str) -> None:
    """Each of the models that are asked for is in the table."""
    there = {row.model for row in content.rows}
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
    there_is_none = {cell.place for cell in content.missing if not cell.seeds}
    if whole and there_is_none.issuperset(Place.of(row) for row in source.rows):
        return f"--all --dims {source.dimension}"
    places = [cell.place for cell in content.missing]
    chosen: dict[str, Sequence[str | int]] = {
        "--models": list(dict.fromkeys(place.model for place in places)),
        "--dims": sorted({place.dimension for place in places} - {0}),
        "--seeds": sorted({seed for cell in content.missing for seed in cell.seeds or content.seeds}),
        "--protocol": [source.protocol] if source.protocol != LOO_FULL else [],
    }
    given = (f"{option} {','.join(map(str, values))}" for option, values in chosen.items() if values)
    return " ".join(given) + more_options(source.dataset)
