"""The sections in their order. Each is a function from the sources; another one is added to this list."""

from collections.abc import Callable, Mapping, Sequence

from seqrec_bench.rendering.report.blocks import Section
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


def sections_of(sources: Sources) -> list[Section]:
    """All of them with a paper; else those that there is something for."""
    is_paper = sources.view.has_reported
    return [make(sources) for make in SECTIONS if is_paper or make not in _ON_OCCASION or _ON_OCCASION[make](sources)]
