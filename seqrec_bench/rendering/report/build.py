"""Puts a report together."""

from collections.abc import Mapping

import seqrec_bench
from seqrec_bench.rendering.report.blocks import Report, Section
from seqrec_bench.rendering.report.sections import sections_of
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
        sections=sections_of(sources),
    )


def build_report_on_several(side: Section, of: Mapping[str, Sources | Section], title: str, protocol: str) -> Report:
    """All data sets of a study on one page: side by side, then the sections of each.

    Args:
        side: The first section.
        of: By data set, its sources or, where it has no records, a section that says so.

    Raises:
        InvalidRecordError: As for `build_report`.
    """
    parts = {name: [found] if isinstance(found, Section) else sections_of(found) for name, found in of.items()}
    return Report(
        title=f"seqrec-bench report on {', '.join(of)}",
        subtitle=f"{title}, under {protocol}",
        version=seqrec_bench.__version__,
        sections=[side, *(section.of_dataset(name) for name, sections in parts.items() for section in sections)],
    )
