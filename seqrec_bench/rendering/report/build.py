"""Puts a report together."""

import seqrec_bench
from seqrec_bench.rendering.report.blocks import Report
from seqrec_bench.rendering.report.sections import SECTIONS
from seqrec_bench.rendering.report.sources import Sources


def build_report(sources: Sources) -> Report:
    """All sections; a function of its sources and of this software, so that equal records give equal reports.

    Args:
        sources: With at least one record of the paper's data and protocol.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    view = sources.view
    subtitle = f"{view.citation}, on {view.dataset}" if view.rows else f"Models on {view.dataset}"
    return Report(
        title=f"seqrec-bench report on {view.dataset}",
        subtitle=f"{subtitle}, under {view.protocol}",
        version=seqrec_bench.__version__,
        sections=[section(sources) for section in SECTIONS],
    )
