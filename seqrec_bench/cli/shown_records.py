"""The options that say which records a command shows, and which those are where none is given."""

from typing import Annotated

import typer

from seqrec_bench.cli.dataset_options import DEFAULT_DATASET
from seqrec_bench.data import data_option
from seqrec_bench.records import Store
from seqrec_bench.studies import View
from seqrec_bench.text import one_line

ShownDatasetOption = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        metavar="NAME",
        help="The data set whose records are shown.",
        show_default="the paper's, or the only one in --results",
    ),
]
ShownProtocolOption = Annotated[
    str | None,
    typer.Option(
        "--protocol",
        metavar="NAME",
        help="The protocol under which they were made.",
        show_default="the paper's, or the only one in --results",
    ),
]


def find_shown(store: Store, paper: View, dataset: str | None, protocol: str | None) -> tuple[str, str]:
    """The data set and the protocol whose records are to be shown: as asked for, the paper's, or the only ones there.

    Only for commands that show: a verdict on a paper, or a gate, must not depend on what else lies in a directory.
    Whoever names a data set has it under the paper's protocol, and so has the paper's own.
    """
    asked = _asked(paper, dataset, protocol)
    if dataset is not None:
        return asked
    there = {path.relative_to(store.root).parts[:2] for path in store.paths()}
    name = _usual_or_only({name for name, _ in there}, paper.dataset)
    if name == paper.dataset:
        return asked
    if protocol is None:
        protocol = _usual_or_only({under for on, under in there if on == name}, paper.protocol)
    return (name, protocol) if (name, protocol) in there else asked


def choose_shown(store: Store, paper: View, dataset: str | None, protocol: str | None) -> tuple[str, str]:
    """The same as `find_shown`; says so where it is not what the options or the paper name."""
    shown = find_shown(store, paper, dataset, protocol)
    if shown != _asked(paper, dataset, protocol):
        typer.echo(one_line(f"Shows {shown[0]} under {shown[1]}, the only data set in {store.root}."), err=True)
    return shown


def more_options(dataset: str) -> str:
    """What makes `seqrec-bench run` work on this data set, to be put behind its other options."""
    return "" if dataset == DEFAULT_DATASET else f" {data_option(dataset)}"


def _asked(paper: View, dataset: str | None, protocol: str | None) -> tuple[str, str]:
    """What the options name and, where there are none, the paper."""
    return paper.dataset if dataset is None else dataset, paper.protocol if protocol is None else protocol


def _usual_or_only(names: set[str], usual: str) -> str:
    return next(iter(names)) if len(names) == 1 else usual
