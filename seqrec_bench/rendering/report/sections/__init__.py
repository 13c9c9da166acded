"""The sections in their order. Each is a function from the sources; another one is added to this list."""

from collections.abc import Callable, Sequence

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
