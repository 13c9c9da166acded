"""What a report is made of. A block names the template that shows it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from seqrec_bench.rendering.report.chart import LegendEntry, Panel, Strip


@dataclass(frozen=True)
class Paragraph:
    """Prose."""

    template: ClassVar[str] = "paragraph.html.j2"

    text: str


@dataclass(frozen=True)
class Heading:
    """Begins a part of a section."""

    template: ClassVar[str] = "heading.html.j2"

    text: str


@dataclass(frozen=True)
class Notes:
    """Sentences on how to read what stands above."""

    template: ClassVar[str] = "notes.html.j2"

    sentences: Sequence[str]
    are_findings: bool = False
    """Whether they say what was found, and are no notes."""


@dataclass(frozen=True)
class Facts:
    """Names with what they stand for."""

    template: ClassVar[str] = "facts.html.j2"

    pairs: Mapping[str, str]


@dataclass(frozen=True)
class Grid:
    """A table: words in the first columns, numbers in the others."""

    template: ClassVar[str] = "grid.html.j2"

    caption: str
    head: Sequence[str]
    """A line feed ends the first of two lines."""
    rows: Sequence[Sequence[str]]
    """As many texts as `head` each."""
    n_words: int = 1
    verdicts: Sequence[int] = ()
    """Columns whose words are verdicts, to be marked."""
    code: Sequence[int] = ()
    """Columns that hold commands."""
    rules: Sequence[int] = ()
    """Rows that begin a part of the table."""
    strips: Sequence[Strip | None] = ()
    """In HTML, a small chart at the end of each row."""
    strips_head: str = ""
    folded: bool = False
    """In HTML, whether it has to be unfolded to be seen."""
    bold: Collection[tuple[int, int]] = ()
    """Rows and columns of what stands out."""

    @property
    def has_reported_strips(self) -> bool:
        """Whether the small charts show what a paper reports too."""
        return any(strip is not None and strip.reported is not None for strip in self.strips)


@dataclass(frozen=True)
class Charts:
    """Charts side by side, with one legend, and their numbers as a table."""

    template: ClassVar[str] = "charts.html.j2"

    caption: str
    panels: Sequence[Panel]
    legend: Sequence[LegendEntry]
    data: Sequence[Grid]
    are_small: bool = False


@dataclass(frozen=True)
class ClaimCard:
    """A claim of a paper with all that was found on it."""

    template: ClassVar[str] = "claim.html.j2"

    name: str
    says: str
    verdict: str
    count: str
    parts: Grid | None
    notes: Sequence[str]


Block = Paragraph | Heading | Notes | Facts | Grid | Charts | ClaimCard


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
        panels = [replace(panel, id=f"{name}-{panel.id}") for panel in block.panels]
        data = [replace(grid, caption=f"{name}: {grid.caption}") for grid in block.data]
        return replace(block, panels=panels, data=data)
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
    def lacking(self) -> list[str]:
        """The titles of sections that lack something."""
        return [section.title for section in self.sections if section.lacking]

    @property
    def completing(self) -> list[str]:
        """The commands that these sections name for what they lack."""
        sentences = [sentence for section in self.sections for sentence in section.lacking]
        return list(dict.fromkeys(command for each in sentences for command in _COMMAND.findall(each)))


_COMMAND = re.compile(r"`(seqrec-bench [^`]+)`")
