"""Learning curves: the validation figure that chooses, epoch by epoch."""

from collections.abc import Sequence
from functools import partial

from seqrec_bench.analysis.compared import Compared
from seqrec_bench.evaluation.metrics import Metric, selection_of
from seqrec_bench.evaluation.training_end import best_epoch
from seqrec_bench.rendering.blocks import Charts, Grid, Section, numbers, words
from seqrec_bench.rendering.charts import Axis, Chart, Panel, Point, Series
from seqrec_bench.rendering.markdown import number
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
    chosen = {model.label: selection_of(model.records) for model in models}
    return section(
        [
            _charts(sources, [pair for pair in enumerate(models) if chosen[pair[1].label] == metric], metric)
            for metric in dict.fromkeys(chosen.values())
        ]
    )


def _charts(sources: Sources, numbered: Sequence[tuple[int, Compared]], metric: Metric) -> Charts:
    """The panels of the models whose epochs this metric chose, each with its number among all panels."""
    models = [model for _, model in numbered]
    trained = [record for model in models for record in model.records if record.curve]
    scale = _scale([best_epoch(record).validation[metric] for record in trained], metric)
    return Charts(
        f"Validation {metric} after each epoch, a line for each seed, with a mark at the "
        "epoch that was kept. All panels have the same scale; curves begin where they come into it.",
        Chart([_panel(sources, model, number, metric, scale) for number, model in numbered], []),
        [_data(models, metric)],
        abreast=4,
    )


def _scale(best: Sequence[float], metric: Metric) -> tuple[float, float]:
    """From the best figure to that of the worst run, and at least so far that the share of the best is shown."""
    if metric.sign > 0:
        return min(_SHARE * max(best), *best), max(best)
    return min(best), max(min(best) / _SHARE, *best)


def _panel(sources: Sources, model: Compared, place: int, metric: Metric, scale: tuple[float, float]) -> Panel:
    records = [record for record in model.records if record.curve]
    style = sources.style(model.configuration)
    last = max(record.curve[-1].number for record in records)
    series = []
    for record in records:
        best, figures = best_epoch(record), [epoch.validation[metric] for epoch in record.curve]
        curve = [
            Point(epoch.number, figure) if scale[0] <= figure <= scale[1] else None
            for epoch, figure in zip(record.curve, figures, strict=True)
        ]
        label = f"seed {record.key.seed}"
        text = f"{label}: {number(best.validation[metric])} in epoch {best.number}"
        series.append(Series(label, style, curve, has_dots=False))
        kept = Point(best.number, best.validation[metric], text=text)
        series.append(Series(label, style, [kept], is_joined=False))
    says = f"{model.label}: {len(records)} runs of up to {last} epochs; best " + ", ".join(
        number(best_epoch(record).validation[metric]) for record in records
    )
    x = Axis("epoch", shows=[last], is_from_zero=True)
    return Panel(f"learning-{place}", model.label, f"{says}.", x, Axis(metric, shows=scale), series)


def _data(models: Sequence[Compared], metric: Metric) -> Grid:
    rows = [
        [
            model.label,
            str(record.key.seed),
            str(record.curve[-1].number),
            str(best_epoch(record).number),
            number(best_epoch(record).validation[metric]),
            number(record.curve[-1].validation[metric]),
        ]
        for model in models
        for record in model.records
        if record.curve
    ]
    columns = [*words("model"), *numbers("seed", "epochs", "kept epoch", f"{metric}\nkept", f"{metric}\nlast")]
    return Grid("Learning curves: what was kept", columns, rows)
