"""Puts a report together: its sections in their order, from the same sources."""

from collections.abc import Callable, Mapping, Sequence

import seqrec_bench
from seqrec_bench.rendering.blocks import Report, Section
from seqrec_bench.rendering.latex import report_latex
from seqrec_bench.rendering.markdown import report_markdown
from seqrec_bench.rendering.report.html import to_html
from seqrec_bench.rendering.report.sections.ablations import ablations_section
from seqrec_bench.rendering.report.sections.answer import answer_section
from seqrec_bench.rendering.report.sections.audit import audit_section
from seqrec_bench.rendering.report.sections.breakdowns import breakdowns_section
from seqrec_bench.rendering.report.sections.claims import claims_section
from seqrec_bench.rendering.report.sections.cost import cost_section
from seqrec_bench.rendering.report.sections.differences import differences_section
from seqrec_bench.rendering.report.sections.dimensions import dimensions_section
from seqrec_bench.rendering.report.sections.explanations import explanations_section
from seqrec_bench.rendering.report.sections.learning import learning_section
from seqrec_bench.rendering.report.sections.main_table import main_table_section
from seqrec_bench.rendering.report.sections.provenance import provenance_section
from seqrec_bench.rendering.report.sources import Sources

SECTIONS: Sequence[Callable[[Sources], Section]] = (
    answer_section,
    main_table_section,
    dimensions_section,
    differences_section,
    claims_section,
    audit_section,
    learning_section,
    breakdowns_section,
    ablations_section,
    explanations_section,
    cost_section,
    provenance_section,
)
"""A section is a function from the sources; another one is added to this list."""
FORMATS: Mapping[str, Callable[[Report], str]] = {"html": to_html, "md": report_markdown, "latex": report_latex}
"""The formats by the names under which they are asked for."""


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
