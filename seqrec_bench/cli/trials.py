"""``seqrec-bench trials``: what was tried in a search, from its logs."""

from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.tables import FormatOptions, JsonOption, PageFormat
from seqrec_bench.errors import InputError
from seqrec_bench.records.looking import at_depth
from seqrec_bench.records.search_log import SearchLog
from seqrec_bench.rendering.trials import trials_document


def trials(
    folder: Annotated[
        Path, typer.Argument(parser=named_path, metavar="DIR", help="Where the logs are, one file a model.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Prints every trial of a search and which one was chosen.

    Example: seqrec-bench trials results/search/paper
    """
    logs = {path.stem: SearchLog(path).trials for path in _logs(folder, 1)}
    logs = {model: found for model, found in logs.items() if found}
    if not logs:
        searches = sorted({str(path.parent) for path in _logs(folder, 2)})
        mend = f"those in it are {', '.join(searches)}" if searches else "name the directory of its .jsonl files"
        raise InputError(f"{folder} has no log of a search: {mend}.")
    FormatOptions[PageFormat](as_json=as_json).show(trials_document(logs), PageFormat.MD)


def _logs(folder: Path, depth: int) -> list[Path]:
    return [path for path in at_depth(folder, depth) if path.suffix == ".jsonl"]
