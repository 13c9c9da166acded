"""``seqrec-bench ablations``: what each part of a model is worth."""

from typing import Annotated

from seqrec_bench.analysis.ablations import ablation_table
from seqrec_bench.cli.bundles import Described, Without, with_bundles
from seqrec_bench.cli.tables import SHOWN_RENDERED, FormatOptions, PageFormat
from seqrec_bench.cli.view_options import ViewOptions, more_options
from seqrec_bench.errors import InputError
from seqrec_bench.rendering.ablations import ablations_document
from seqrec_bench.studies.loading import studies


@with_bundles
def ablations(
    view: Annotated[ViewOptions, Without("protocol")],
    output: Annotated[
        FormatOptions[PageFormat], Described("format", f"md is for a README, and {SHOWN_RENDERED}", "md")
    ],
) -> None:
    """Prints the model without each of its parts, and the paired difference from the model as published.

    Their cells are made by: seqrec-bench run --study ablations

    Example: seqrec-bench ablations --results results
    """
    if not view.study.ablations:
        raise InputError(f"The study {view.study.name} has no ablations: add [[ablations]] to its file.")
    shown = view.under(view.study.protocol).open()
    content = ablation_table(shown.records, shown.view_as_own)
    output.show(ablations_document(content), PageFormat.MD)
    is_own = view.named_study is not None and view.study.name not in studies()
    making = view.cells if is_own else f"--suite ablations{more_options(shown.dataset)}"
    view.require_none_missing(content.missing, making)
