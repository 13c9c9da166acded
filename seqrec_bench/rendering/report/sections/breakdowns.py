"""For whom the models work: by the length of the history, by the popularity of the target, by whether it repeats."""

from collections.abc import Mapping, Sequence
from functools import partial

from seqrec_bench.analysis.breakdowns import (
    MIN_USERS,
    Group,
    GroupFigure,
    by_history_length,
    by_repeats,
    by_target_popularity,
    figures,
)
from seqrec_bench.analysis.compared import Compared
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.rendering.blocks import Block, Charts, Grid, Heading, Notes, Section, numbers, words
from seqrec_bench.rendering.charts import Axis, Chart, Panel, Series
from seqrec_bench.rendering.curves import estimated
from seqrec_bench.rendering.markdown import with_width
from seqrec_bench.rendering.report.sources import Sources

Figures = Mapping[str, dict[str, list[GroupFigure]]]
"""By metric and by the model's label, a figure for each group."""


def breakdowns_section(sources: Sources) -> Section:
    """The breakdowns that the data and the records allow, each with a panel and a table for each metric."""
    section = partial(Section, "breakdowns", "For whom")
    models, metrics = sources.models, sources.view.by_importance
    blocks: list[Block] = []
    kinds: list[tuple[str, str, list[Group]]] = []
    notes: list[str] = []
    if not isinstance(sources.split, str):
        kinds += [
            ("By length of history", "history", by_history_length(sources.split.test)),
            ("By popularity of the target", "popularity", by_target_popularity(sources.split)),
        ]
        notes += _OF_DATA
    if repeats := by_repeats([record for model in models for record in model.records]):
        kinds.append(("By whether the target repeats an item of the history", "repeats", repeats))
        notes.append(_OF_REPEATS)
    for says, name, groups in kinds:
        found = _figures(models, groups, metrics)
        blocks += [Heading(says), _charts(sources, says, name, groups, found)]
        blocks += [_grid(says, metric, groups, found, folded=metric != metrics[0]) for metric in metrics]
    blocks += [Notes([*notes, *_OF_ALL])] if kinds else []
    return section(blocks, lacking=[sources.split] if isinstance(sources.split, str) else [], in_text=True)


_OF_REPEATS = (
    "Repeats: users whose target stands in their history, and the others; the notes of the table say what that does to "
    "figures under this protocol."
)
_OF_DATA = (
    "History: a test user's interactions before the target, the validation item among them. The four parts have as "
    "equal numbers of users as ties allow.",
    "Popularity: the target's interactions in the training data. Head: the most popular items that together have half "
    "of all training interactions; torso: those that have the next 30 %; tail: the others; cold: items without any.",
)
_OF_ALL = (
    f"±: half the 95 % interval for other users like these, trained again; none for fewer than {MIN_USERS} users, nor "
    "where all of them have the same figure. Groups are looked at after the fact and not tested against each other: "
    "differences between them are hints.",
    "The charts have the models as published, the tables their variants too.",
)


def _figures(models: Sequence[Compared], groups: Sequence[Group], metrics: Sequence[Metric]) -> Figures:
    of_models = {model.label: figures(model, groups, metrics) for model in models}
    return {name: {label: list(found[name]) for label, found in of_models.items()} for name in metrics}


def _charts(sources: Sources, says: str, name: str, groups: Sequence[Group], found: Figures) -> Charts:
    shown = [model for model in sources.models if model.is_published] or sources.models
    panels = [_panel(sources, shown, f"{name}-{metric}", metric, groups, found[metric]) for metric in found]
    return Charts(f"{says}, with 95 % intervals.", Chart(panels, panels[0].series))


def _panel(
    sources: Sources,
    models: Sequence[Compared],
    id: str,
    metric: str,
    groups: Sequence[Group],
    found: dict[str, list[GroupFigure]],
) -> Panel:
    series = [
        Series(
            model.label,
            sources.style(model.configuration),
            [
                estimated(at, figure, f"{model.label}, {groups[at].name}")
                for at, figure in enumerate(found[model.label])
            ],
        )
        for model in models
    ]
    names = ", ".join(f"{group.name} ({len(group.users)} users)" for group in groups)
    about = f"{metric} of each model for {names}; the table below has the numbers."
    x = Axis(names=[group.name for group in groups])
    return Panel(f"by-{id}", metric, about, x, Axis(metric), series, are_apart=True)


def _head(group: Group) -> str:
    return f"{group.title}\n{len(group.users)} users"


def _grid(says: str, metric: str, groups: Sequence[Group], found: Figures, folded: bool) -> Grid:
    return Grid(
        caption=f"{says}, {metric}",
        columns=[*words("model"), *numbers(*map(_head, groups))],
        rows=[[label, *map(_text, those)] for label, those in found[metric].items()],
        folded=folded,
    )


def _text(figure: GroupFigure) -> str:
    return with_width(figure.mean, figure.half_width)
