"""Charts as geometry: positions in the units of an SVG's view box, rounded so that equal records give equal bytes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MARKERS = (
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
"""Outlines around the origin. With a colour and a line style each, models differ in grey too."""

_CHARACTER = 6.0
"""The width of a character of a tick's label, or a little more."""


@dataclass(frozen=True)
class Style:
    """How a model looks in every chart."""

    number: int
    """Of its colour, line style and marker."""
    hollow: bool = False
    """Whether it is a variant of the model that the number stands for."""

    @property
    def css(self) -> str:
        return f"s{self.number}{' hollow' if self.hollow else ''}"

    @property
    def marker(self) -> str:
        return MARKERS[self.number]


@dataclass(frozen=True)
class LegendEntry:
    label: str
    style: Style
    has_line: bool = True
    is_reported: bool = False


@dataclass(frozen=True)
class Axis:
    """Values to positions."""

    low: float
    high: float
    start: float
    end: float
    ticks: Sequence[tuple[float, str]]
    """Values and what is written there."""
    label: str = ""
    is_logarithmic: bool = False

    def __call__(self, value: float) -> float:
        form: Callable[[float], float] = math.log10 if self.is_logarithmic else float
        share = (form(value) - form(self.low)) / (form(self.high) - form(self.low))
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True)
class Tick:
    position: float
    text: str
    """A line feed ends the first of two lines."""


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    style: Style
    text: str
    """Shown to whoever points at it."""
    is_reported: bool = False
    """Whether it is a paper's figure, and not one from records."""


@dataclass(frozen=True)
class Path:
    d: str
    style: Style


@dataclass(frozen=True)
class Panel:
    """One chart."""

    id: str
    title: str
    description: str
    """For whoever can't see it."""
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    """The edges of the area within the axes."""
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    x_label: str
    y_label: str
    lines: Sequence[Path]
    bars: Sequence[Path]
    dots: Sequence[Dot]
    bands: Sequence[Path] = ()
    zero: float | None = None
    """Where a vertical line marks no difference."""


@dataclass(frozen=True)
class Strip:
    """An interval and a point, with another figure beside it, in a row of a table."""

    low: float
    high: float
    mean: float
    reported: float | None


def linear_axis(values: Sequence[float], start: float, end: float, label: str = "", count: int = 5) -> Axis:
    """An axis that holds the values with a little room on both sides, and about so many ticks."""
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    low, high = low - room, high + room
    step = _step((high - low) / count)
    digits = max(0, -math.floor(math.log10(step)))
    numbers = [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return Axis(low, high, start, end, [(value, _text(value, digits)) for value in numbers], label)


def log_axis(values: Sequence[float], start: float, end: float, label: str) -> Axis:
    """An axis in powers of ten that holds the values, which are above 0."""
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    last = max(last, first + 1)
    skip = 1 + (last - first) // 6
    ticks = [(10.0**power, f"{10.0**power:,g}") for power in range(first, last + 1, skip)]
    return Axis(10.0**first, 10.0**last, start, end, ticks, label, is_logarithmic=True)


def named_axis(names: Sequence[str], start: float, end: float, label: str = "") -> Axis:
    """An axis with the names at 0, 1, ..."""
    return Axis(-0.5, len(names) - 0.5, start, end, list(enumerate(names)), label)


def _step(wanted: float) -> float:
    """Of 1, 2 and 5 times a power of ten the one that is nearest, as a ratio."""
    magnitude: float = 10.0 ** math.floor(math.log10(wanted))
    return min((factor * magnitude for factor in (1, 2, 5, 10)), key=lambda step: abs(math.log(step / wanted)))


def _text(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text if any(digit in text for digit in "123456789") else text.lstrip("-")


def ticks_of(axis: Axis) -> list[Tick]:
    return [Tick(axis(value), text) for value, text in axis.ticks]


def margin_for(texts: Sequence[str]) -> float:
    """The room that labels at the left of an axis take."""
    return 10 + _CHARACTER * max(map(len, texts), default=0)


def curve(points: Sequence[tuple[float, float] | None]) -> str:
    """A path through the points that breaks off where one is missing."""
    parts, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        parts.append(f"{pen}{point[0]:g} {point[1]:g}")
        pen = "L"
    return "".join(parts)
