"""``seqrec-bench audit``: how far the conclusions depend on the protocol."""

from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.analysis.audit import audit as audit_records
from seqrec_bench.cli.bundles import Described, Without, with_bundles
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.tables import SHOWN_RENDERED, FormatOptions, PageFormat
from seqrec_bench.cli.view_options import ViewOptions, more_options
from seqrec_bench.errors import MissingCellsError
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.rendering.audit import audit_document
from seqrec_bench.rendering.audit_chart import audit_chart, audit_data_text
from seqrec_bench.rendering.drawing import draw_chart
from seqrec_bench.studies.loading import studies


@with_bundles
def audit(
    view: Annotated[ViewOptions, Without("protocol")],
    output: Annotated[FormatOptions[PageFormat], Described("format", f"md is for a page, and {SHOWN_RENDERED}", "md")],
    out: Annotated[
        Path | None,
        typer.Option(
            parser=named_path, metavar="DIR", help="Draw a figure too, audit.png and audit.svg, in this directory."
        ),
    ] = None,
) -> None:
    """Prints each model's figure and rank under variants of the protocol, and what flips.

    Their cells are made by: seqrec-bench run --study audit

    Example: seqrec-bench audit --results results --out figures
    """
    shown = view.under(LOO_FULL).open()
    content = audit_records(shown.records, shown.view_as_own)
    if not content.is_empty:
        output.show(audit_document(content), PageFormat.MD)
        if out is not None:
            for path in draw_chart(audit_chart(content), out / "audit", audit_data_text(content)):
                typer.echo(path, err=True)
    if content.missing and view.named_study is not None and view.study.name not in studies():
        names = "; ".join(map(str, content.missing))
        raise MissingCellsError(
            f"Cells are missing ({names}): name these protocols in [[cells]] of {view.study.name}, and run it."
        )
    view.require_none_missing(content.missing, f"--suite audit{more_options(shown.dataset)}")
