"""How far the conclusions depend on the protocol."""

from collections.abc import Iterator
from functools import partial

from seqrec_bench.analysis.audit import audit, row_names
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.rendering.audit import audit_grids, flips, notes
from seqrec_bench.rendering.audit_chart import audit_chart
from seqrec_bench.rendering.audit_findings import findings
from seqrec_bench.rendering.blocks import Charts, Notes, Section
from seqrec_bench.rendering.report.sources import Sources, lacks
from seqrec_bench.text import listed


def audit_section(sources: Sources) -> Section:
    """The models' order under variants of the protocol."""
    section = partial(Section, "audit", "What hangs on the protocol")
    if not sources.view.rows or sources.view.protocol != LOO_FULL:
        return section([], lacking=[f"The audit is of a paper's models, beginning from {LOO_FULL}."])
    content = audit(sources.records, sources.view)
    lacking = lacks(content.missing, "--suite", "audit")
    if content.missing and sources.is_of_own_file:
        names = "; ".join(map(str, content.missing))
        lacking = [f"Missing: {names}. They are made where [[cells]] of the study name these protocols."]
    grids = audit_grids(content)
    if not grids:
        return section([], lacking=lacking)
    name = content.main_metric
    looks = {name: sources.style(configuration) for configuration, name in row_names(sources.view).items()}
    main = [grid for grid in grids if grid.label == name]
    others = [grid for grid in grids if grid not in main]
    charts = Charts(
        f"{name} of each model under variants of the protocol: where lines cross, models change places.",
        audit_chart(content, looks.__getitem__),
        others,
    )
    blocks = [
        Notes([*findings(content), *_claims(sources)], are_findings=True),
        charts,
        *main,
        Notes([*flips(content), *without(notes(content), Topic.MISSING)]),
    ]
    return section(blocks, sources.command("audit"), lacking)


def _claims(sources: Sources) -> Iterator[str]:
    """What becomes of the claims that can be judged under another protocol."""
    for each in sources.elsewhere:
        found = [
            f"{listed(claims)} {'are' if len(claims) > 1 else 'is'} {verdict}"
            for verdict in Verdict
            if (claims := each.of(verdict))
        ]
        command = sources.command("claims", "--protocol", each.protocol)
        shown = f"; `{command}` has their parts" if command else ""
        yield f"Claims with {each.words}: {listed(found)}{shown}."
