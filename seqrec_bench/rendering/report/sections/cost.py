"""What accuracy costs."""

from seqrec_bench.analysis.compared import Compared
from seqrec_bench.analysis.cost import Cost, cost
from seqrec_bench.analysis.selection import estimate
from seqrec_bench.analysis.statistics.estimates import Estimate
from seqrec_bench.rendering.blocks import Charts, Grid, Notes, Section, numbers, words
from seqrec_bench.rendering.charts import Axis, Chart, Panel, Point, Series
from seqrec_bench.rendering.markdown import number
from seqrec_bench.rendering.report.sources import Sources

_MEBIBYTE = 2**20
_SHORTEST = 0.001
"""Seconds in a record are rounded to it."""


def cost_section(sources: Sources) -> Section:
    """A panel for each kind of cost, and a table."""
    models, metric = sources.models, sources.view.by_importance[0]
    costs = [cost(model.records) for model in models]
    figures = [estimate(model.records, metric) for model in models]
    kinds = {
        "seconds of a fit": [max(each.fit_seconds, _SHORTEST) for each in costs],
        "parameters, in thousands": [each.parameters / 1000 for each in costs],
        "peak memory, MiB": [each.peak_memory_bytes / _MEBIBYTE for each in costs],
    }
    panels = [_panel(sources, number, name, values, figures) for number, (name, values) in enumerate(kinds.items())]
    charts = Charts(f"{metric} against what it costs.", Chart(panels, panels[0].series))
    grid = Grid(
        caption="Cost of one model",
        columns=[
            *words("model"),
            *numbers(metric, "fit, s", "from", "to", "scoring, s", "parameters", "peak\nmemory, MiB"),
        ],
        rows=[_row(*those) for those in zip(models, costs, figures, strict=True)],
    )
    return Section("cost", "Cost against accuracy", [charts, grid, Notes(_NOTES)])


_NOTES = (
    "Fit: wall time of one cell, the median over seeds, and the quickest and the slowest; the machines did other work "
    "too. Scoring: of all targets, once. Starting vectors may have come from a cache.",
    "Parameters: trained numbers. Peak memory: the greatest resident size of the cell's process, its libraries in it.",
)


def _panel(sources: Sources, place: int, name: str, values: list[float], figures: list[Estimate]) -> Panel:
    metric = sources.view.by_importance[0]
    series = [
        Series(
            model.label,
            sources.style(model.configuration),
            [
                Point(
                    value, figure.mean, figure.half_width, f"{model.label}: {number(figure.mean)}, {value:,.4g} {name}"
                )
            ],
            is_joined=False,
        )
        for model, value, figure in zip(sources.models, values, figures, strict=True)
    ]
    x = Axis(name, is_logarithmic=True) if place == 0 else Axis(name, shows=[0])
    about = f"{metric} of each model over {name}; the table below has the numbers."
    return Panel(f"cost-{place}", name, about, x, Axis(metric), series)


def _row(model: Compared, spent: Cost, figure: Estimate) -> list[str]:
    return [
        model.label,
        number(figure.mean),
        *(f"{seconds:,.2f}" for seconds in (spent.fit_seconds, *spent.fit_range, spent.score_seconds)),
        f"{spent.parameters:,}",
        f"{spent.peak_memory_bytes / _MEBIBYTE:,.0f}",
    ]
