"""How far the conclusions depend on the protocol."""

from collections.abc import Iterator, Sequence
from functools import partial

from seqrec_bench.analysis.audit import Audit, audit
from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.analysis.notes import Topic, without
from seqrec_bench.analysis.variants import Variant
from seqrec_bench.evaluation.protocols import LOO_FULL
from seqrec_bench.records import Configuration
from seqrec_bench.rendering.audit import audit_grids, flips, notes
from seqrec_bench.rendering.audit_chart import PANELS
from seqrec_bench.rendering.audit_findings import findings
from seqrec_bench.rendering.blocks import Charts, Notes, Section
from seqrec_bench.rendering.markdown import number
from seqrec_bench.rendering.report.panels import MEDIUM, Point, Series, Titles, frame, line_panel
from seqrec_bench.rendering.report.sources import Sources, lacks
from seqrec_bench.rendering.report.svg import LegendEntry, Panel, named_axis
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
    panels = [
        panel
        for number, (says, variants) in enumerate(PANELS)
        if (panel := _panel(sources, content, number, says, variants))
    ]
    legend = [LegendEntry(label, sources.style(found)) for label, found in _rows(sources)]
    main = [grid for grid in grids if grid.label == name]
    others = [grid for grid in grids if grid not in main]
    charts = Charts(
        f"{name} of each model under variants of the protocol: where lines cross, models change places.",
        panels,
        legend,
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


def _panel(
    sources: Sources, content: Audit, number_of_panel: int, says: str, variants: Sequence[Variant]
) -> Panel | None:
    """None where none of the variants has a figure."""
    means = _means(content, variants)
    known = [mean for those in means.values() for mean in those if mean is not None]
    if not known:
        return None
    y, left, right = frame(MEDIUM, known, content.main_metric)
    x = named_axis([variant.label.replace(" ", "\n") for variant in variants], left, right)
    series = [
        Series(
            sources.style(found),
            [
                None if mean is None else Point(at, mean, text=f"{label}, {variants[at].label}: {number(mean)}")
                for at, mean in enumerate(means[found.model])
            ],
        )
        for label, found in _rows(sources)
    ]
    names = ", ".join(variant.label for variant in variants)
    about = f"{content.main_metric} of each model under {names}; the tables below have the numbers."
    return line_panel(Titles(f"audit-{number_of_panel}", says, about), x, y, series, MEDIUM, shifted=False)


def _means(content: Audit, variants: Sequence[Variant]) -> dict[str, list[float | None]]:
    """By model, the main metric under each variant."""
    columns = [content.columns[content.main_metric].get(variant.name) for variant in variants]
    standings = [column.standings if column else {} for column in columns]
    return {
        model: [each[model].estimate.mean if model in each else None for each in standings] for model in content.labels
    }


def _rows(sources: Sources) -> list[tuple[str, Configuration]]:
    return [(row.label, row.configuration) for row in (*sources.view.rows, *sources.view.references)]
