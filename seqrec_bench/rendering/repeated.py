"""Figures of targets that their users have had before, and of all others, as tables."""

from collections.abc import Iterable, Sequence

from seqrec_bench.analysis.repeated import Apart, Part
from seqrec_bench.rendering.blocks import Grid, numbers, words
from seqrec_bench.rendering.latex import escape_latex, latex_table
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.text import listed


def apart_grids(apart: Apart | None, labels: Sequence[str]) -> list[Grid]:
    """A table for each metric; none where there is nothing to tell apart.

    Args:
        labels: Of the models, in order.
    """
    if apart is None:
        return []
    heads = [part.head for part in apart.parts]
    return [
        Grid(
            caption=f"{metric} of targets that repeat an item of the history, and of the others",
            columns=[*words("model"), *numbers(*heads)],
            rows=[[label, *_texts(apart, metric, label)] for label in labels],
            label=f"{metric}, apart",
        )
        for metric in apart.means
    ]


def apart_latex(apart: Apart, labels: Sequence[str], where: str = "") -> str:
    """The same as one ``tabular``, to be used with booktabs.

    Args:
        where: On which data, in words that a sentence ends with; nothing where there is one data set.
    """
    groups = [(metric, len(apart.parts)) for metric in apart.means]
    heads = [escape_latex(part.head) for part in apart.parts] * len(groups)
    rows = [
        [escape_latex(label), *(escape_latex(text) for metric in apart.means for text in _texts(apart, metric, label))]
        for label in labels
    ]
    names = listed([part.name for part in apart.parts])
    says = f"Means of {names}: those that stand in their user's history, and those that do not{where}."
    return latex_table(groups, heads, [rows], [says])


def apart_fields(apart: Apart | None, metric: str, label: str) -> dict[str, float | None]:
    """What programs are given beside a model's figure; nothing where there is nothing to tell apart."""
    if apart is None:
        return {}
    means = apart.means.get(metric, {}).get(label)
    return {field_of(part): means[at] if means else None for at, part in enumerate(apart.parts)}


def field_of(part: Part) -> str:
    """What programs know the part by."""
    return part.name.replace(" ", "_")


def _texts(apart: Apart, metric: str, label: str) -> Iterable[str]:
    means = apart.means[metric].get(label)
    return map(number, means) if means else [NONE] * len(apart.parts)
