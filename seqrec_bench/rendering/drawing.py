"""How all figures look and are written. The same content gives the same bytes with one version of Matplotlib."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqrec_bench.text import one_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe and Ito's colours for colour-blind readers; with a line style and a marker each, the curves differ in grey too.
STYLES: tuple[Mapping[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": (0, (1, 1.2)), "marker": "s"},
    {"color": "#E69F00", "linestyle": (0, (5, 1.5)), "marker": "^"},
    {"color": "#009E73", "linestyle": (0, (6, 1.5, 1, 1.5)), "marker": "D"},
    {"color": "#D55E00", "linestyle": "solid", "marker": "o"},
    {"color": "#CC79A7", "linestyle": (0, (3, 1, 1, 1, 1, 1)), "marker": "v"},
    {"color": "#56B4E9", "linestyle": (0, (8, 3)), "marker": "P"},
    {"color": "#000000", "linestyle": (0, (1, 3)), "marker": "X"},
    {"color": "#7F7F7F", "linestyle": (0, (4, 1, 1, 1)), "marker": "<"},
    {"color": "#8C510A", "linestyle": (0, (2, 1)), "marker": ">"},
)
GREY = "#444444"
NOTE_WIDTH = 130
"""Characters of a line of small notes under a figure."""
_SETTINGS: dict[str, Any] = {
    "svg.hashsalt": "seqrec-bench",
    "text.parse_math": False,
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_DPI = 200


def figure_label(text: str) -> str:
    """A text as a figure can show it: in one line, and not hidden, as Matplotlib hides what begins with an underscore.

    That nothing in it is a formula is among the settings of `save`.
    """
    line = one_line(text)
    return f" {line}" if line.startswith("_") else line


def save(draw: Callable[[], "Figure"], stem: Path, description: str) -> list[Path]:
    """Writes what `draw` draws to ``<stem>.png`` and ``<stem>.svg``, each with the description in it.

    Returns:
        The two paths.
    """
    from matplotlib import style

    # From Matplotlib's defaults, so that whose computer it is does not show.
    with style.context(["default", _SETTINGS]):
        figure = draw()
        paths = []
        for suffix, metadata in ((".png", {}), (".svg", {"Date": None})):
            path = stem.with_name(stem.name + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(path, dpi=_DPI, metadata={"Description": description, **metadata})
            paths.append(path)
    return paths
