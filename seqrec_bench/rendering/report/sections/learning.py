"""Learning curves: the validation figure that chooses, epoch by epoch."""

from functools import partial

from seqrec_bench.analysis.compared import Compared
from seqrec_bench.recommender import SELECTION_METRIC, Epoch
from seqrec_bench.records import Record
from seqrec_bench.rendering.markdown import number
from seqrec_bench.rendering.report.blocks import Charts, Grid, Section
from seqrec_bench.rendering.report.chart import Axis, Panel, linear_axis
from seqrec_bench.rendering.report.panels import (
    SMALL,
    Point,
    Series,
    Titles,
    frame,
    line_panel,
)
from seqrec_bench.rendering.report.sources import Sources, in_shell

_SHARE = 0.6
"""Of the best figure: what is below it, as first epochs are, is left out of the panels."""


def learning_section(sources: Sources) -> Section:
    """A panel for each model that was trained in epochs, a line for each seed."""
    section = partial(Section, "learning", "Learning curves")
    models = [model for model in sources.models if any(record.curve for record in model.records)]
    if not models:
        command = in_shell("run", "--models", "fpmc", "--seeds", "0")
        return section([], lacking=[f"No model here was trained in epochs; `{command}` would train one."])
    best = [[_figure(_best(record)) for record in model.records if record.curve] for model in models]
    least = min(_SHARE * max(map(max, best)), min(map(min, best)))
    panels = [_panel(sources, model, number, (least, max(map(max, best)))) for number, model in enumerate(models)]
    charts = Charts(
        f"Validation {SELECTION_METRIC} after each epoch, a line for each seed, with a mark at the "
        "epoch that was kept. All panels have the same scale; curves begin where they come into it.",
        panels,
        [],
        [_data(models)],
        are_small=True,
    )
    return section([charts])


def _figure(epoch: Epoch) -> float:
    return epoch.validation[SELECTION_METRIC]


def _best(record: Record) -> Epoch:
    return max(record.curve, key=_figure)


def _panel(sources: Sources, model: Compared, place: int, scale: tuple[float, float]) -> Panel:
    records = [record for record in model.records if record.curve]
    style = sources.style(model.place)
    y, left, right = frame(SMALL, scale, SELECTION_METRIC)
    last = max(record.curve[-1].number for record in records)
    ticks = linear_axis([0, last], left, right, count=4).ticks
    x = Axis(0, max(last, 2) * 1.04, left, right, [tick for tick in ticks if 0 <= tick[0] <= last], "epoch")
    series = []
    for record in records:
        best = _best(record)
        curve = [Point(epoch.number, _figure(epoch)) if _figure(epoch) >= scale[0] else None for epoch in record.curve]
        text = f"seed {record.key.seed}: {number(_figure(best))} in epoch {best.number}"
        series.append(Series(style, curve, has_dots=False))
        series.append(Series(style, [Point(best.number, _figure(best), None, text)], is_joined=False))
    says = f"{model.label}: {len(records)} runs of up to {last} epochs; best " + ", ".join(
        number(_figure(_best(record))) for record in records
    )
    return line_panel(Titles(f"learning-{place}", model.label, f"{says}."), x, y, series, SMALL, shifted=False)


def _data(models: list[Compared]) -> Grid:
    rows = [
        [
            model.label,
            str(record.key.seed),
            str(record.curve[-1].number),
            str(_best(record).number),
            number(_figure(_best(record))),
            number(_figure(record.curve[-1])),
        ]
        for model in models
        for record in model.records
        if record.curve
    ]
    head = ["model", "seed", "epochs", "kept epoch", f"{SELECTION_METRIC}\nkept", f"{SELECTION_METRIC}\nlast"]
    return Grid("Learning curves: what was kept", head, rows)
