"""The table of parity, as docs/models.md has it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from benchmarks.parity.judging import EQUIVALENT, Line, Side
from benchmarks.parity.references import References
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.rendering.blocks import Grid, Notes, numbers, remarks, words
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.markdown import NONE, number
from seqrec_bench.text import listed

CONFIDENCE = 0.9
"""Of a difference's interval: it is within the margin just where both one-sided tests at 5 % say so."""


def parity_document(references: References, lines: Sequence[Line]) -> Document:
    """The table, with a note on each pair."""
    pairs = [(f"{place}", list(group)) for place, (_, group) in enumerate(groupby(lines, _pair_of), start=1)]
    grid = Grid(
        caption="Our models beside other codes",
        columns=[
            *words("", "model", "data", "metric", "against"),
            *numbers("ours", "seeds", "theirs", "seeds", "difference"),
            *remarks("verdict"),
        ],
        rows=[[place, *_texts(line)] for place, group in pairs for line in group],
    )
    return Document([grid, Notes(list(_notes(references, pairs)))], {})


def _pair_of(line: Line) -> int:
    return id(line.pair)


def _texts(line: Line) -> list[str]:
    return [
        line.pair.row,
        line.dataset,
        line.metric,
        line.pair.other.code,
        *_side_texts(line.ours),
        *_side_texts(line.theirs),
        _difference_text(line),
        line.verdict,
    ]


def _side_texts(side: Side | None) -> list[str]:
    if side is None:
        return [NONE, NONE]
    return [number(side.mean) + (f" ({number(side.sd)})" if side.sd is not None else ""), str(side.n_runs)]


def _difference_text(line: Line) -> str:
    if line.ours is None or line.theirs is None:
        return NONE
    interval = _interval(line.difference)
    difference = number(line.ours.mean - line.theirs.mean, "+.4f")
    return f"{difference} ({number(interval[0], '+.4f')} to {number(interval[1], '+.4f')})" if interval else difference


def _interval(difference: Inference | None) -> tuple[float, float] | None:
    return None if difference is None else difference.interval(CONFIDENCE)


def _notes(references: References, pairs: Sequence[tuple[str, Sequence[Line]]]) -> Iterator[str]:
    yield (
        "Ours, theirs: the mean over seeds and, in brackets, the standard deviation from seed to seed. Difference: "
        f"ours minus theirs and, in brackets, its {100 * CONFIDENCE:g} % interval, on exactly these users and with "
        "both models trained again."
    )
    yield (
        f"Verdict: equivalent if that interval lies within {100 * references.margin:g} % of their figure to either "
        "side, above or below if it lies beyond that, else open. It takes three seeds on both sides. "
        f"{references.margin_reason}"
    )
    yield (
        "The range of one run: the 95 % prediction interval of a single run of ours. To be within it proves no "
        "equality."
    )
    for place, group in pairs:
        pair = group[0].pair
        yield f"{place}: {pair.settings} Against: {pair.other.source}"
        if pair.why is not None and any(line.verdict != EQUIVALENT for line in group):
            yield f"{place}, why: {pair.why}"
    for each in references.without:
        yield f"Without a figure to be held against: {listed(each.models)}, since {each.why}"
