"""Charts as they are described: what is shown, and nothing of where it stands.

`drawing` writes them by Matplotlib, `report.svg` as parts of a page.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
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


Look = Style | Outcome | None
"""A model's; a verdict's, where each point has a row; in a legend, None for what is reported, of whichever model."""


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
    style: Look
    points: Sequence[Point | None] = ()
    """None where there is no figure: a gap. A legend has them elsewhere."""
    reported: Point | None = None
    """A paper's figure, which stands apart."""
    is_joined: bool = True
    has_dots: bool = True
    has_band: bool = False
    """Whether the intervals are joined too."""


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
    is_logarithmic: bool = False
    is_from_zero: bool = False


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
    def offsets(self) -> list[float]:
        """How many steps each of the series stands beside its places."""
        middle = (len(self.series) - 1) / 2
        return [number - middle if self.are_apart else 0 for number in range(len(self.series))]

    @property
    def points(self) -> list[Point]:
        """All that there are."""
        return [point for each in self.series for point in (*each.points, each.reported) if point is not None]

    @property
    def has_rows(self) -> bool:
        """Whether each point has a row, with a name at its left; then a line marks no difference."""
        return bool(self.y.names)


@dataclass(frozen=True)
class Chart:
    """Panels with one legend."""

    panels: Sequence[Panel]
    legend: Sequence[Series]
    notes: Sequence[str] = ()
    """What has to be known to read it, where no text stands around it."""


@dataclass(frozen=True)
class Strip:
    """A small chart in a row of a table: a mean with its interval, and a paper's figure."""

    low: float
    mean: float
    high: float
    reported: float | None
