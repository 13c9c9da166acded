"""Lays charts out as SVG: positions in the units of its view box, rounded so that equal records give equal bytes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from seqrec_bench.analysis.comparison import Outcome
from seqrec_bench.rendering.charts import Axis, Look, Panel, Series, Strip, Style

_MARKERS = (
    "M-3.6-3.6h7.2v7.2h-7.2z",
    "M0-4.6 4.4 3.4h-8.8z",
    "M0-5 4.4 0 0 5-4.4 0z",
    "M0-4.2a4.2 4.2 0 1 0 .01 0z",
    "M0 4.6 4.4-3.4h-8.8z",
    "M-1.4-4.4h2.8v3h3v2.8h-3v3h-2.8v-3h-3v-2.8h3z",
    "M-4.2-2.6-2.6-4.2 0-1.6 2.6-4.2 4.2-2.6 1.6 0 4.2 2.6 2.6 4.2 0 1.6-2.6 4.2-4.2 2.6-1.6 0z",
    "M-4.6 0 3.4-4.4v8.8z",
    "M4.6 0-3.4-4.4v8.8z",
)
"""Outlines around the origin, of the styles by number; `report.css` has colours, which follow the page's theme."""
_CIRCLE = 3
_SIZES = {2: (440, 290), 3: (300, 230), 4: (220, 180)}
"""Width and height, by how many panels stand abreast. Text has one size, so that a panel looks right in its place."""
_CHARACTER = 6.0
"""The width of a character of a tick's label, or a little more."""
_TOP = 24
"""Over the area within the axes, for the title."""
_MARGIN = 40
"""Under it, for two lines of text."""
_ROW = 24.0
_SHIFT = 3.0
"""How far the marks of one of the series stand beside the next one's."""
STRIP_WIDTH = 110.0


@dataclass(frozen=True)
class Ruler:
    """Values to positions."""

    low: float
    high: float
    start: float
    end: float
    ticks: Sequence[tuple[float, str]]
    """Values and what is written there."""
    is_logarithmic: bool = False

    def __call__(self, value: float) -> float:
        form: Callable[[float], float] = math.log10 if self.is_logarithmic else float
        share = (form(value) - form(self.low)) / (form(self.high) - form(self.low))
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def placed(self) -> list[tuple[float, str]]:
        """The ticks' positions, and what is written there."""
        return [(self(value), text) for value, text in self.ticks]


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    style: Look
    text: str
    """Shown to whoever points at it."""
    is_reported: bool


@dataclass(frozen=True)
class Path:
    d: str
    style: Look


@dataclass(frozen=True)
class Layout:
    """Where all of a panel stands."""

    width: float
    height: float
    x: Ruler
    y: Ruler
    top: float
    bottom: float
    """The edges of the area within the axes."""
    bands: list[Path] = field(default_factory=list)
    bars: list[Path] = field(default_factory=list)
    lines: list[Path] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)


def lay_out(panel: Panel, abreast: int = 3) -> Layout:
    """Where all of a panel stands.

    Args:
        panel: One with a point.
        abreast: How many panels stand side by side where there is room; those with rows have the size for three.
    """
    return _rows(panel) if panel.has_rows else _lines(panel, *_SIZES[abreast])


def css(style: Look) -> str:
    """The classes of what looks so."""
    if style is None:
        return "any reported"
    if isinstance(style, Style):
        return f"s{style.number}{' hollow' if style.is_hollow else ''}"
    return "s0" if style in (Outcome.BETTER, Outcome.WORSE) else "s0 hollow"


def outline(style: Look) -> str:
    """The marker of what looks so."""
    if isinstance(style, Style):
        return _MARKERS[style.number]
    return _MARKERS[_CIRCLE if style is None else 0]


def _lines(panel: Panel, width: float, height: float) -> Layout:
    values = [point.y + sign * (point.half_width or 0) for point in panel.points for sign in (-1, 1)]
    y = linear_ruler([*panel.y.shows, *values], height - _MARGIN, _TOP)
    x = _across(panel.x, [point.x for point in panel.points], _room_for([text for _, text in y.ticks]), width - 8)
    layout = Layout(width, height, x, y, y.end, y.start)
    for series, offset in zip(panel.series, panel.offsets, strict=True):
        _place(series, _SHIFT * offset, layout)
    return layout


def _place(series: Series, shift: float, layout: Layout) -> None:
    x, y, style = layout.x, layout.y, series.style
    points = [*series.points, *([None, series.reported] if series.reported else [])]
    places = [None if point is None else (round(x(point.x) + shift, 1), y(point.y)) for point in points]
    spans = [
        (place[0], y(point.y - point.half_width), y(point.y + point.half_width))
        if point is not None and place is not None and point.half_width is not None
        else None
        for point, place in zip(points, places, strict=True)
    ]
    layout.bars.extend(Path(f"M{span[0]:g} {span[1]:g}V{span[2]:g}", style) for span in spans if span)
    if series.has_band:
        layout.bands.extend(
            Path(f"M{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}V{b[2]:g}L{a[0]:g} {a[2]:g}z", style)
            for a, b in pairwise(spans)
            if a and b
        )
    if series.is_joined:
        layout.lines.append(Path(curve(places), style))
    if series.has_dots:
        layout.dots.extend(
            Dot(*place, style, point.text, point is series.reported)
            for point, place in zip(points, places, strict=True)
            if point is not None and place is not None
        )


def _rows(panel: Panel) -> Layout:
    """A row for each point, in which its interval lies."""
    width, _ = _SIZES[3]
    bottom = _TOP + _ROW * len(panel.y.names)
    rows = named_ruler(panel.y.names, _TOP, bottom)
    values = [point.x + sign * (point.half_width or 0) for point in panel.points for sign in (-1, 1)]
    x = linear_ruler([*panel.x.shows, *values], _room_for(panel.y.names), width - 12, count=4)
    layout = Layout(width, bottom + _MARGIN, x, rows, _TOP, bottom)
    for style, point in ((each.style, point) for each in panel.series for point in each.points if point is not None):
        row = rows(point.y)
        if point.half_width is not None:
            low, high = x(point.x - point.half_width), x(point.x + point.half_width)
            layout.bars.append(Path(f"M{low:g} {row:g}H{high:g}", style))
        layout.dots.append(Dot(x(point.x), row, style, point.text, False))
    return layout


def _across(axis: Axis, values: Sequence[float], start: float, end: float) -> Ruler:
    """The ruler of a horizontal axis of curves."""
    if axis.names:
        return named_ruler(axis.names, start, end)
    if axis.is_logarithmic:
        return log_ruler(values, start, end)
    if axis.is_from_zero:
        last = max([*axis.shows, *values])
        ticks = linear_ruler([0, last], start, end, count=4).ticks
        return Ruler(0, max(last, 2) * 1.04, start, end, [tick for tick in ticks if 0 <= tick[0] <= last])
    if axis.ticks:
        first, last = axis.ticks[0], axis.ticks[-1]
        room = 0.08 * (last - first) or 1
        return Ruler(first - room, last + room, start, end, [(tick, str(tick)) for tick in axis.ticks])
    return linear_ruler([*axis.shows, *values], start, end)


def linear_ruler(values: Sequence[float], start: float, end: float, count: int = 5) -> Ruler:
    """One that holds the values with a little room on both sides, and about so many ticks."""
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    low, high = low - room, high + room
    step = _step((high - low) / count)
    digits = max(0, -math.floor(math.log10(step)))
    numbers = [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return Ruler(low, high, start, end, [(value, _text(value, digits)) for value in numbers])


def log_ruler(values: Sequence[float], start: float, end: float) -> Ruler:
    """One in powers of ten that holds the values, which are above 0."""
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    last = max(last, first + 1)
    skip = 1 + (last - first) // 6
    ticks = [(10.0**power, f"{10.0**power:,g}") for power in range(first, last + 1, skip)]
    return Ruler(10.0**first, 10.0**last, start, end, ticks, is_logarithmic=True)


def named_ruler(names: Sequence[str], start: float, end: float) -> Ruler:
    """One with the names at 0, 1, ..."""
    return Ruler(-0.5, len(names) - 0.5, start, end, list(enumerate(names)))


def _step(wanted: float) -> float:
    """Of 1, 2 and 5 times a power of ten the one that is nearest, as a ratio."""
    magnitude: float = 10.0 ** math.floor(math.log10(wanted))
    return min((factor * magnitude for factor in (1, 2, 5, 10)), key=lambda step: abs(math.log(step / wanted)))


def _text(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text if any(digit in text for digit in "123456789") else text.lstrip("-")


def _room_for(texts: Sequence[str]) -> float:
    """What labels at the left of an axis take."""
    return 10 + _CHARACTER * max(map(len, texts), default=0)


def curve(points: Sequence[tuple[float, float] | None]) -> str:
    """A path through the points that breaks off where one is missing."""
    steps = ((point, "L" if before else "M") for before, point in pairwise([None, *points]) if point)
    return "".join(f"{pen}{point[0]:g} {point[1]:g}" for point, pen in steps)


def strips_ruler(strips: Sequence[Strip | None]) -> tuple[Ruler, str] | None:
    """The common scale of a table's strips, and its ends in words; None where there is none of them."""
    known = [strip for strip in strips if strip is not None]
    values = [value for strip in known for value in (strip.low, strip.high, strip.reported) if value is not None]
    if not values:
        return None
    return linear_ruler(values, 0, STRIP_WIDTH), f"{min(values):.2f} to {max(values):.2f}"
