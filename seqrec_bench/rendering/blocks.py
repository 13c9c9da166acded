"""What everything that is shown is made of: blocks. Each format has one writer, which knows how a block looks in it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise, takewhile
from typing import ClassVar

from seqrec_bench.rendering.charts import Chart, Strip


class Block:
    """A piece of what is shown."""

    template: ClassVar[str]
    """What shows it in HTML."""


@dataclass(frozen=True)
class Paragraph(Block):
    """Prose."""

    template: ClassVar[str] = "paragraph.html.j2"

    text: str
    only_html: bool = False
    """Whether a report has it in HTML alone."""


@dataclass(frozen=True)
class Verbatim(Block):
    """Of commands alone: Markdown whose lines stay as they are, so that a terminal and programs have them whole."""

    text: str


@dataclass(frozen=True)
class Heading(Block):
    """Begins a part of a section."""

    template: ClassVar[str] = "heading.html.j2"

    text: str


@dataclass(frozen=True)
class Notes(Block):
    """Sentences on how to read what stands above."""

    template: ClassVar[str] = "notes.html.j2"

    sentences: Sequence[str]
    are_findings: bool = False
    """Whether they say what was found, and are no notes."""


@dataclass(frozen=True)
class Facts(Block):
    """Names with what they stand for."""

    template: ClassVar[str] = "facts.html.j2"

    pairs: Mapping[str, str]


class Kind(Enum):
    """What a column of a table holds."""

    WORDS = auto()
    COMMAND = auto()
    VERDICT = auto()
    """A word that is marked."""
    NUMBER = auto()
    """Made here, so that nothing in it is mark-up."""
    REMARK = auto()
    """Words that are placed as numbers are."""


@dataclass(frozen=True)
class Column:
    head: str
    """A line feed ends the first of two lines."""
    kind: Kind = Kind.WORDS

    @property
    def is_number(self) -> bool:
        """Whether it is placed as numbers are."""
        return self.kind in (Kind.NUMBER, Kind.REMARK)


def words(*heads: str) -> list[Column]:
    return [Column(head) for head in heads]


def remarks(*heads: str) -> list[Column]:
    return [Column(head, Kind.REMARK) for head in heads]


def numbers(*heads: str) -> list[Column]:
    return [Column(head, Kind.NUMBER) for head in heads]


@dataclass(frozen=True)
class Grid(Block):
    """A table."""

    template: ClassVar[str] = "grid.html.j2"

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    """As many texts as `columns` each."""
    label: str = ""
    """What stands for the caption in a command's Markdown: the head of the first column."""
    rules: Sequence[int] = ()
    """Rows that begin a part of the table."""
    strips: Sequence[Strip | None] = ()
    """In HTML, a small chart at the end of each row."""
    folded: bool = False
    """In HTML, whether it has to be unfolded to be seen."""
    bold: Collection[tuple[int, int]] = ()
    """Rows and columns of what stands out."""

    @property
    def has_reported_strips(self) -> bool:
        """Whether the small charts show what a paper reports too."""
        return any(strip is not None and strip.reported is not None for strip in self.strips)

    @property
    def n_left(self) -> int:
        """How many columns, the first ones, begin at the left in Markdown."""
        return len(list(takewhile(lambda column: not column.is_number, self.columns)))


def rules_between(kinds: Sequence[object]) -> list[int]:
    """The rows of another kind than those before them."""
    return [row for row, (above, kind) in enumerate(pairwise(kinds), start=1) if above != kind]


@dataclass(frozen=True)
class Charts(Block):
    """Charts side by side, with one legend, and their numbers as a table."""

    template: ClassVar[str] = "charts.html.j2"

    caption: str
    chart: Chart
    data: Sequence[Grid] = ()
    abreast: int = 3
    """In HTML, how many panels stand side by side where there is room: 2 to 4."""


@dataclass(frozen=True)
class ClaimCard(Block):
    """A claim of a paper with all that was found on it."""

    template: ClassVar[str] = "claim.html.j2"

    name: str
    says: str
    verdict: str
    count: str
    parts: Grid | None
    notes: Sequence[str]


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    id: str
    """Its anchor."""
    title: str
    blocks: Sequence[Block]
    command: str | None = None
    """What prints the same numbers."""
    lacking: Sequence[str] = ()
    """Sentences on what is not there, and what would bring it."""
    in_text: bool = False
    """Whether its tables stand in the report as Markdown and as LaTeX too."""

    def of_dataset(self, name: str) -> "Section":
        """The same in a report on several data sets: what names it, and what it holds, says which one it is of."""
        return replace(
            self,
            id=f"{name}-{self.id}",
            title=f"{name}: {self.title}",
            blocks=[_of_dataset(block, name) for block in self.blocks],
        )


def _of_dataset(block: Block, name: str) -> Block:
    if isinstance(block, Grid):
        return replace(block, caption=f"{name}: {block.caption}")
    if isinstance(block, Charts):
        panels = [replace(panel, id=f"{name}-{panel.id}") for panel in block.chart.panels]
        data = [replace(grid, caption=f"{name}: {grid.caption}") for grid in block.data]
        return replace(block, chart=replace(block.chart, panels=panels), data=data)
    return block


@dataclass(frozen=True)
class Report:
    """All of it."""

    title: str
    subtitle: str
    version: str
    """Of the software that made it."""
    sections: Sequence[Section]

    @property
    def in_text(self) -> list[Section]:
        """The sections that stand in it as Markdown and as LaTeX."""
        return [section for section in self.sections if section.in_text]

    @property
    def lacking(self) -> list[str]:
        """The titles of sections that lack something."""
        return [section.title for section in self.sections if section.lacking]

    @property
    def completing(self) -> list[str]:
        """The commands that these sections name for what they lack."""
        sentences = [sentence for section in self.sections for sentence in section.lacking]
        return list(dict.fromkeys(command for each in sentences for command in _COMMAND.findall(each)))


_COMMAND = re.compile(r"`(seqrec-bench [^`]+)`")
