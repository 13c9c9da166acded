"""An audit as a chart: the main metric of each model under each variant, so that lines cross where models flip."""

import json
from collections.abc import Callable
from typing import Any

from seqrec_bench.analysis.audit import Audit
from seqrec_bench.analysis.notes import missing_note
from seqrec_bench.analysis.variants import BASE, SAMPLES, SCORE_TIES, SEEN, TRAINED_AGAIN, Variant
from seqrec_bench.rendering.charts import Axis, Chart, Panel, Point, Series, Style, styles
from seqrec_bench.rendering.markdown import number

_PANELS: tuple[tuple[str, tuple[Variant, ...], bool], ...] = (
    ("the same models", (BASE, SEEN, *SCORE_TIES), False),
    ("trained again", TRAINED_AGAIN, True),
    ("the same, sampled", SAMPLES, False),
)
"""Each with its title, and whether it has the scale of the one before: against a sample, every figure is higher."""


def audit_data_text(audit: Audit) -> str:
    """The figure's numbers as JSON: by variant and model, the mean of the main metric."""
    data: dict[str, Any] = {"metric": audit.main_metric}
    for name, column in audit.columns[audit.main_metric].items():
        data[name] = {model: round(standing.estimate.mean, 6) for model, standing in column.standings.items()}
    data["missing"] = [str(cell) for cell in audit.missing]
    return json.dumps(data)


def audit_chart(audit: Audit, style: Callable[[str], Style] | None = None) -> Chart:
    """A panel for each kind of variants.

    Args:
        style: How a model looks, by its name; by its place where it is not said.
    """
    style = style or styles(audit.labels).__getitem__
    panels = []
    for place, (title, variants, shares_y) in enumerate(_PANELS):
        series = [
            Series(label, style(model), [_point(audit, model, variant, at) for at, variant in enumerate(variants)])
            for model, label in audit.labels.items()
        ]
        names = ", ".join(variant.label for variant in variants)
        about = f"{audit.main_metric} of each model under {names}; the tables below have the numbers."
        x = Axis(names=[variant.label.replace(" ", "\n") for variant in variants])
        y = Axis(audit.main_metric)
        panels.append(Panel(f"audit-{place}", title, about, x, y, series, shares_y=shares_y))
    first = (
        "Base: loo-full-v1. Means over seeds; where lines cross, models change places. The lines only lead the eye. "
        "Time split: on other, fewer users. Sampled: against 100 items, so on another scale."
    )
    return Chart(panels, panels[0].series, [first, *missing_note(audit.missing)])


def _point(audit: Audit, model: str, variant: Variant, place: int) -> Point | None:
    column = audit.columns[audit.main_metric].get(variant.name)
    if column is None or model not in column.standings:
        return None
    mean = column.standings[model].estimate.mean
    return Point(place, mean, text=f"{audit.labels[model]}, {variant.label}: {number(mean)}")
