"""``python -m benchmarks.parity [--write]``: our models beside other codes, printed or put into docs/models.md."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.parity.judging import NOT_RUN, judge, missing
from benchmarks.parity.overview import overview_document
from benchmarks.parity.page import parity_document
from benchmarks.parity.references import REFERENCES, load_references
from seqrec_bench.errors import BenchError, ExitCode, in_words
from seqrec_bench.records import Store
from seqrec_bench.studies.loading import load_study

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "models.md"
RESULTS = ROOT / "results" / "field"
SHOWN = ("s3rec-lastfm", "s3rec-beauty")
"""The studies whose models are shown beside each other."""


def main(
    results: Annotated[Path, typer.Option(metavar="DIR", help="Of the records.")] = RESULTS,
    references: Annotated[Path, typer.Option(metavar="FILE", help="Of the others' figures.")] = REFERENCES,
    write: Annotated[bool, typer.Option("--write", help="Put it into docs/models.md.")] = False,
) -> None:
    """Our models beside other codes' figures, and beside each other with what they cost.

    0: all has been run; 2: the file of figures is not right; 3: something has not been run, as the table says; 4: a
    record is not valid, or not of the settings that its study has.
    """
    try:
        blocks, is_whole = blocks_of(results, references)
    except BenchError as error:
        typer.echo(f"Error: {in_words(error)}", err=True)
        raise typer.Exit(error.exit_code) from None
    if write:
        PAGE.write_text(with_blocks(PAGE.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    else:
        typer.echo("\n".join(blocks.values()), nl=False)
    if not is_whole:
        raise typer.Exit(ExitCode.CELLS_MISSING)


def blocks_of(results: Path, references: Path = REFERENCES) -> tuple[dict[str, str], bool]:
    """The Markdown of each block of the page by its name, and whether all seeds of all pairs have been run.

    Raises:
        InputError: The references are not right.
        InvalidRecordError: A record is not valid, or not of the settings that its study has.
    """
    told, records = load_references(references), Store(results).records()
    lines = judge(told, records)
    documents = {
        "parity": parity_document(told, lines),
        "overview": overview_document([load_study(name) for name in SHOWN], records),
    }
    is_whole = not missing(told, records) and all(line.verdict != NOT_RUN for line in lines)
    return {name: document.written("md") for name, document in documents.items()}, is_whole


def with_blocks(text: str, blocks: Mapping[str, str]) -> str:
    """The page with these texts between their marks.

    Raises:
        ValueError: It has not the marks of one of them, once each.
    """
    for name, block in blocks.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->\n"
        if (text.count(begin), text.count(end)) != (1, 1):
            raise ValueError(f"the page has not one block {name}")
        before, _, others = text.partition(begin)
        text = before + begin + block + end + others.partition(end)[2]
    return text


if __name__ == "__main__":
    typer.run(main)
