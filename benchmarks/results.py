"""RESULTS.md, section by section: a benchmark that is run alone replaces its own section and nothing else."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from seqrec_bench.rendering.markdown import markdown_table

HEAD = """# Benchmarks

`make bench` measures all of this again, `python -m benchmarks NAME` one section. Times are wall time, and ratios are
between times of one run. [NOTES.md](NOTES.md) says what was expected of each change, and what came.
"""
_SECTION = re.compile(r"<!-- (\w+) -->\n(.*?)<!-- /\1 -->\n", re.DOTALL)


@dataclass(frozen=True)
class Measurement:
    """One table and what has to be said about it."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    """The first column is text, the others are numbers."""
    notes: Sequence[str]
    """Markdown; one sentence or more each."""


class UnavailableError(Exception):
    """A benchmark can't be run here; the message says why."""


def put_section(text: str, name: str, measurement: Measurement, made: str, order: Sequence[str]) -> str:
    """Returns the text of RESULTS.md with this section in the place of the one of its name.

    Args:
        made: How, when and where the section was made.
        order: The names of all sections; one that is not among them is dropped.
    """
    sections = {**dict(_SECTION.findall(text)), name: _section(measurement, made)}
    found = [known for known in order if known in sections]
    return "\n".join([HEAD, *(f"<!-- {known} -->\n{sections[known]}<!-- /{known} -->\n" for known in found)])


def _section(measurement: Measurement, made: str) -> str:
    table = markdown_table([measurement.head, *measurement.rows])
    notes = "\n".join(f"- {note}" for note in (*measurement.notes, made))
    return f"## {measurement.title}\n\n{table}\n\n{notes}\n"
