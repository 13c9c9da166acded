"""The kinds of charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from seqrec_bench.rendering.report.svg import (
    Axis,
    Dot,
    Panel,
    Path,
    Strip,
    Style,
    curve,
    linear_axis,
    margin_for,
    named_axis,
    ticks_of,
)

_MARGIN = 40
"""Under the area within the axes, for two lines of text."""
_ROW = 24.0
"""The height of a row of a forest plot."""
_SHIFT = 3.0
"""How far one model's marks stand beside the next one's, so that intervals do not hide one another."""


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    half_width: float | None = None
    text: str = ""
    is_reported: bool = False
    """Whether it is a paper's figure, and not one from records."""


@dataclass(frozen=True)
class Series:
    """One model."""

    style: Style
    points: Sequence[Point | None]
    """None where there is no figure."""
    is_joined: bool = True
    has_dots: bool = True
    has_band: bool = False
    """Whether the intervals are joined too."""


@dataclass(frozen=True)
class Titles:
    """What a panel says of itself."""

    id: str
    title: str
    description: str


@dataclass(frozen=True)
class Size:
    """Of a panel. Text has one size in these units, so that a panel looks right where it is about as wide as this."""

    width: float
    height: float


LARGE, MEDIUM, SMALL = Size(440, 290), Size(300, 230), Size(220, 180)
"""For two, three and four panels side by side."""


def frame(size: Size, y_values: Sequence[float], y_label: str) -> tuple[Axis, float, float]:
    """The vertical axis, and where the area within the axes begins and ends."""
    axis = linear_axis(y_values, size.height - _MARGIN, 24, y_label)
    return axis, margin_for([text for _, text in axis.ticks]), size.width - 8


def ends(series: Sequence[Series]) -> list[float]:
    """All that the vertical axis has to show: figures, and where their intervals end."""
    points = [point for each in series for point in each.points if point is not None]
    return [point.y + sign * (point.half_width or 0) for point in points for sign in (-1, 1)]


def line_panel(titles: Titles, x: Axis, y: Axis, series: Sequence[Series], size: Size, shifted: bool = True) -> Panel:
    """Curves, or points, with their intervals."""
    middle = (len(series) - 1) / 2
    bands, lines, bars, dots = [], [], [], []
    for number, each in enumerate(series):
        shift = _SHIFT * (number - middle) if shifted else 0.0
        placed = [None if point is None else (round(x(point.x) + shift, 1), y(point.y)) for point in each.points]
        if each.has_band:
            bands += _bands(each, placed, y)
        if each.is_joined:
            lines.append(Path(curve(placed), each.style))
        for point, place in zip(each.points, placed, strict=True):
            if point is not None and place is not None:
                bars += _bar(point, place[0], y, each.style)
                dots += [Dot(*place, each.style, point.text, point.is_reported)] if each.has_dots else []
    return Panel(
        *(titles.id, titles.title, titles.description, size.width, size.height),
        *(x.start, x.end, y.end, y.start),
        x_ticks=ticks_of(x),
        y_ticks=ticks_of(y),
        x_label=x.label,
        y_label=y.label,
        lines=lines,
        bars=bars,
        dots=dots,
        bands=bands,
    )


def _bands(series: Series, placed: Sequence[tuple[float, float] | None], y: Axis) -> list[Path]:
    """An area between the ends of neighbouring points' intervals."""
    ends = [
        None
        if place is None or point is None or point.half_width is None
        else (place[0], y(point.y - point.half_width), y(point.y + point.half_width))
        for point, place in zip(series.points, placed, strict=True)
    ]
    return [
        Path(f"M{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}V{b[2]:g}L{a[0]:g} {a[2]:g}z", series.style)
        for a, b in pairwise(ends)
        if a is not None and b is not None
    ]


def _bar(point: Point, place: float, y: Axis, style: Style) -> list[Path]:
    if point.half_width is None:
        return []
    return [Path(f"M{place:g} {y(point.y - point.half_width):g}V{y(point.y + point.half_width):g}", style)]


def forest_panel(titles: Titles, labels: Sequence[str], points: Sequence[Point], styles: Sequence[Style]) -> Panel:
    """A row for each point, whose `x` is a difference, with its interval; a line marks no difference."""
    bottom = 24 + _ROW * len(labels)
    rows = named_axis(labels, 24, bottom)
    ends = [point.x + sign * (point.half_width or 0) for point in points for sign in (-1, 1)]
    x = linear_axis([0, *ends], margin_for(labels), MEDIUM.width - 12, count=4)
    bars, dots = [], []
    for row, (point, style) in enumerate(zip(points, styles, strict=True)):
        if point.half_width is not None:
            low, high = x(point.x - point.half_width), x(point.x + point.half_width)
            bars.append(Path(f"M{low:g} {rows(row):g}H{high:g}", style))
        dots.append(Dot(x(point.x), rows(row), style, point.text))
    return Panel(
        *(titles.id, titles.title, titles.description, MEDIUM.width, bottom + _MARGIN),
        *(x.start, x.end, 24, bottom),
        x_ticks=ticks_of(x),
        y_ticks=ticks_of(rows),
        x_label="difference",
        y_label="",
        lines=[],
        bars=bars,
        dots=dots,
        zero=x(0),
    )


STRIP_WIDTH = 110.0


def strips(figures: Sequence[tuple[float, float | None, float | None] | None]) -> tuple[list[Strip | None], str]:
    """A strip for each row's mean, half width and reported figure, on a common scale; and the scale's ends in words."""
    known = [figure for figure in figures if figure is not None]
    values = [mean + sign * (half or 0) for mean, half, _ in known for sign in (-1, 1)]
    values += [reported for _, _, reported in known if reported is not None]
    if not values:
        return [], ""
    axis = linear_axis(values, 0, STRIP_WIDTH)
    made = [
        None
        if figure is None
        else Strip(
            axis(figure[0] - (figure[1] or 0)),
            axis(figure[0] + (figure[1] or 0)),
            axis(figure[0]),
            None if figure[2] is None else axis(figure[2]),
        )
        for figure in figures
    ]
    return made, f"{min(values):.2f} to {max(values):.2f}"
