"""Puts a report together: its sections in their order, from the same sources."""

from collections.abc import Callable, Mapping, Sequence

import seqrec_bench
from seqrec_bench.rendering.ablations import ablations_section
from seqrec_bench.rendering.blocks import Report, Section
from seqrec_bench.rendering.claims import claims_section
from seqrec_bench.rendering.latex import report_latex
from seqrec_bench.rendering.markdown import report_markdown
from seqrec_bench.rendering.report.html import to_html
from seqrec_bench.rendering.report.sections.answer import answer_section
from seqrec_bench.rendering.report.sections.audit import audit_section
from seqrec_bench.rendering.report.sections.breakdowns import breakdowns_section
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
_ON_OCCASION: Mapping[Callable[[Sources], Section], Callable[[Sources], bool]] = {
    dimensions_section: lambda sources: bool(sources.view.rows) and len(sources.view.figure_dimensions) > 1,
    claims_section: lambda sources: bool(sources.view.claims),
    audit_section: lambda sources: bool(sources.view.claims),
    learning_section: lambda sources: (
        not sources.view.rows or any(record.curve for model in sources.models for record in model.records)
    ),
    ablations_section: lambda sources: bool(sources.view.ablations),
    explanations_section: lambda sources: bool(sources.explained or sources.attention),
}
"""Where nothing is reported, whether there is anything for the section: what nobody asked for is not lacking."""
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
        sections=_sections_of(sources),
    )


def build_report_on_several(side: Section, of: Mapping[str, Sources | Section], title: str, protocol: str) -> Report:
    """All data sets of a study on one page: side by side, then the sections of each.

    Args:
        side: The first section.
        of: By data set, its sources or, where it has no records, a section that says so.

    Raises:
        InvalidRecordError: As for `build_report`.
    """
    parts = {name: [found] if isinstance(found, Section) else _sections_of(found) for name, found in of.items()}
    return Report(
        title=f"seqrec-bench report on {', '.join(of)}",
        subtitle=f"{title}, under {protocol}",
        version=seqrec_bench.__version__,
        sections=[side, *(section.of_dataset(name) for name, sections in parts.items() for section in sections)],
    )


def _sections_of(sources: Sources) -> list[Section]:
    """All of them with a paper; else those that there is something for."""
    is_paper = sources.view.has_reported
    return [make(sources) for make in SECTIONS if is_paper or make not in _ON_OCCASION or _ON_OCCASION[make](sources)]
