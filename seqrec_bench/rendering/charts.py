"""Charts as they are described: what is shown, and nothing of where it stands.

`drawing` writes them by Matplotlib, `report.svg` as parts of a page.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

from seqrec_bench.analysis.comparison import Outcome

Name = TypeVar("Name", bound=Hashable)
N_STYLES = 9
"""Of a colour, a line style and a marker each, so that models differ in grey too."""


@dataclass(frozen=True)
class Style:
    """How a model looks in every chart."""

    number: int
    """Of its colour, line style and marker."""
    is_hollow: bool = False
    """Whether it is a variant of the model that the number stands for."""


def styles(names: Iterable[Name]) -> dict[Name, Style]:
    """A style for each, by its place."""
    return {name: Style(number % N_STYLES) for number, name in enumerate(dict.fromkeys(names))}


@dataclass(frozen=True)
class Point:
    """One figure."""

    x: float
    y: float
    half_width: float | None = None
    """Half of its interval, which is along y or, where each point has a row, along x; None where there is none."""
    text: str = ""
    """What it shows, in words."""


@dataclass(frozen=True)
class Series:
    """What has one label: a model, or a run of it."""

    label: str
    style: Style | Outcome
    """A model's or, where each point has a row, a verdict's."""
    points: Sequence[Point | None]
    """None where there is no figure: a gap."""
    reported: Point | None = None
    """A paper's figure, which stands apart."""
    is_joined: bool = True
    has_dots: bool = True
    has_band: bool = False
    """Whether the intervals are joined too."""


class Scale(Enum):
    """What an axis of numbers does with them."""

    LINEAR = auto()
    LOGARITHMIC = auto()
    COUNT = auto()
    """Begins at 0."""


@dataclass(frozen=True)
class Axis:
    """Of numbers or of names."""

    label: str = ""
    names: Sequence[str] = ()
    """What stands at 0, 1, ...; a line feed ends the first of two lines. None of an axis of numbers."""
    ticks: Sequence[float] = ()
    """The numbers that are written there; none where they are to be round ones."""
    shows: Sequence[float] = ()
    """What it has to show beside the points."""
    scale: Scale = Scale.LINEAR


@dataclass(frozen=True)
class Panel:
    """One of the charts that stand side by side."""

    id: str
    """Another one for each panel of a page."""
    title: str
    about: str
    """For whoever can't see it."""
    x: Axis
    y: Axis
    series: Sequence[Series]
    are_apart: bool = False
    """Whether series stand a little beside one another, so that intervals do not hide one another."""
    shares_y: bool = False
    """Whether it has the y axis of the panel before it where the two are sure to stand side by side, as on no page."""

    @property
    def points(self) -> list[Point]:
        """All that there are."""
        return [point for each in self.series for point in (*each.points, each.reported) if point is not None]

    @property
    def has_rows(self) -> bool:
        """Whether each point has a row, with a name at its left; then a line marks no difference."""
        return bool(self.y.names)


@dataclass(frozen=True)
class Key:
    """An entry of a legend."""

    label: str
    style: Style | Outcome | None
    """None for what a paper reports, of whichever series."""
    has_line: bool = True


@dataclass(frozen=True)
class Chart:
    """Panels with one legend."""

    panels: Sequence[Panel]
    legend: Sequence[Key]
    notes: Sequence[str] = ()
    """What has to be known to read it, where no text stands around it."""


def keys(series: Iterable[Series]) -> list[Key]:
    """The entries of a legend that shows these."""
    return [Key(each.label, each.style, each.is_joined) for each in series]


@dataclass(frozen=True)
class Strip:
    """A small chart in a row of a table: a mean with its interval, and a paper's figure."""

    mean: float
    half_width: float | None
    reported: float | None

    @property
    def low(self) -> float:
        return self.mean - (self.half_width or 0)

    @property
    def high(self) -> float:
        return self.mean + (self.half_width or 0)
