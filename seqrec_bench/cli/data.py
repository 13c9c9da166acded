"""``seqrec-bench data``: fetch, describe, list and export data sets."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from seqrec_bench import __version__
from seqrec_bench.analysis.cautions import cautions
from seqrec_bench.cli.bundles import Without, with_bundles
from seqrec_bench.cli.data_options import DataOptions, ProtocolOptions, fetch_with_notice, show_terms
from seqrec_bench.cli.negative_rows import negative_rows_facts
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.tables import JsonOption, print_table
from seqrec_bench.data import Description, find_cached, named_dataset
from seqrec_bench.data import describe as describe_dataset
from seqrec_bench.data.exporting.split_files import FORMATS, UNASKED, Labels, read_formats, write_split
from seqrec_bench.data.sets.listing import Line, line_of
from seqrec_bench.data.sets.registry import registered
from seqrec_bench.data.targets import target_facts
from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS
from seqrec_bench.experiments.scoring import require_order_enough
from seqrec_bench.studies.cells import DEFAULT_DATASET
from seqrec_bench.text import one_line

CUT_OFF = VALIDATION_METRICS[0].cut_off or 1
"""Of what is said of the catalogue, where no metric is named."""

app = typer.Typer(help="Fetch, describe, list and export data sets.", no_args_is_help=True, add_completion=False)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A data set named by `data list`.")],
    unverified: Annotated[
        bool,
        typer.Option("--unverified", help="Take files of which no checksum is published as they are."),
    ] = False,
) -> None:
    """Puts a public data set into the cache, verified, and prints where its files are.

    Example: seqrec-bench data fetch ml-1m
    """
    cached = find_cached(name)
    if cached:
        show_terms(name)
    fetched = cached or fetch_with_notice(name, unverified)
    for path in fetched.files:
        typer.echo(path)
    for file, checksum in fetched.kept_checksums.items():
        typer.echo(
            f"No checksum of {file} is published. That of yours is kept beside it, and it is held to that; state it "
            f"with your results: {checksum}",
            err=True,
        )


@app.command()
@with_bundles
def describe(
    name: Annotated[str | None, typer.Argument(help="A public data set.", show_default=DEFAULT_DATASET)] = None,
    *,
    own: Annotated[DataOptions, Without("dataset")],
    protocol: ProtocolOptions,
    as_json: JsonOption = False,
) -> None:
    """Prints the facts about a data set that bear on its evaluation.

    Example: seqrec-bench data describe --interactions ratings.csv
    """
    chosen = protocol.choose(own.usual_protocol)
    dataset = protocol.equip(replace(own, dataset=name).load())
    with shown("describing the data"):
        arranged = chosen.arrange(dataset)
        held_out = chosen.hold_out(arranged)
        description, facts = describe_dataset(arranged, held_out), target_facts(arranged, held_out)
    if as_json:
        typer.echo(json.dumps({"protocol": chosen.name} | asdict(description), indent=2))
    else:
        without_target = "users without a test target" if dataset.given else "users too short to evaluate"
        print_table(("fact", "value"), [("protocol", chosen.name), *_facts(description, without_target)])
    n_targets = len(held_out.test.targets)
    for note in cautions(facts, n_targets, chosen, VALIDATION_METRICS, description.n_repeats).values():
        typer.echo(f"Note: {note}", err=True)


@app.command()
@with_bundles
def export(
    split: Annotated[Path, typer.Option(parser=named_path, metavar="DIR", help="A new folder for the split's files.")],
    name: Annotated[str | None, typer.Argument(help="A public data set.", show_default=DEFAULT_DATASET)] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help=f"{', '.join(FORMATS)}; may be given several times.",
            show_default=" and ".join(UNASKED),
        ),
    ] = None,
    *,
    protocol: ProtocolOptions,
    own: Annotated[DataOptions, Without("dataset")],
) -> None:
    """Writes a protocol's split as files for systems that the bench does not run.

    Example: seqrec-bench data export ml-100k --split ml-100k-split
    """
    chosen, wanted = protocol.choose(own.usual_protocol), read_formats(formats) if formats else None
    require_order_enough(chosen)
    dataset = protocol.equip(replace(own, dataset=name).load())
    if own.files:
        terms, data = "These data are your own.", own
    else:
        terms, data = f"Licence: {named_dataset(dataset.name).licence}", replace(own, dataset=dataset.name)
    options = f"{data.arguments()} {protocol.arguments(own.usual_protocol)}"
    labels = Labels(chosen.name, __version__, terms, options, chosen.candidates.words)
    with shown("writing the split"):
        arranged = chosen.arrange(dataset)
        paths = write_split(split, arranged, chosen.hold_out(arranged), labels, wanted)
    for path in paths:
        typer.echo(path)
    typer.echo(terms, err=True)


@app.command("list")
def list_datasets(as_json: JsonOption = False) -> None:
    """Lists the public data sets, and which of them are in the cache. Those of a family stand in one line.

    Example: seqrec-bench data list --json
    """
    rows, faults = [], []
    for name in registered():
        try:
            rows.append(line_of(name))
        except InputError as error:
            faults.append(error)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        print_table(
            ("data set", "users", "items", "interactions", "cached", "checksum", "address"),
            [_cells(row) for row in rows],
        )
    for fault in faults:
        typer.echo(f"Broken: {one_line(str(fault))}", err=True)
    if faults:
        raise typer.Exit(ExitCode.BAD_INPUT)


def _cells(row: Line) -> tuple[str, ...]:
    counts = (row.users, row.items, row.interactions)
    n_cached = len(row.cached_members)
    cached = f"{n_cached} of {len(row.members)}" if row.members else "yes" if row.cached else "no"
    return row.name, *("" if count is None else f"{count:,}" for count in counts), cached, row.checksum, row.address


def _facts(description: Description, without_target: str) -> list[tuple[str, str]]:
    """The table's rows.

    Args:
        without_target: What users are called who are not evaluated.
    """
    lengths = description.lengths
    quartiles = (lengths.lower_quartile, lengths.median, lengths.upper_quartile)
    return [
        ("data set", description.name),
        ("fingerprint", description.fingerprint),
        ("fingerprint of the tags", description.tags_fingerprint or "no tags"),
        ("users", f"{description.n_users:,}"),
        ("items", f"{description.n_items:,}"),
        (f"share of all items in the first {CUT_OFF}", f"{min(1.0, CUT_OFF / description.n_items):.1%}"),
        ("interactions", f"{description.n_interactions:,}"),
        ("training interactions", f"{description.n_train_interactions:,}"),
        ("density", f"{description.density:.4%}"),
        ("shortest and longest sequence", f"{lengths.minimum:,} and {lengths.maximum:,}"),
        ("quartiles of sequence length", ", ".join(f"{value:g}" for value in quartiles)),
        ("mean sequence length", f"{lengths.mean:.2f}"),
        ("evaluated users", f"{description.n_evaluated_users:,}"),
        *_targets(description),
        (without_target, f"{description.n_short_users:,}"),
        *_facts_of_times(description),
        ("items without training interaction", _shortened(description.cold_items)),
        ("such items among test targets", f"{description.n_cold_test_targets:,}"),
        ("such items among validation targets", f"{description.n_cold_validation_targets:,}"),
        ("interactions that repeat an item", f"{description.n_repeats:,}"),
        ("test targets that repeat an item", f"{description.n_repeated_test_targets:,}"),
        *negative_rows_facts(description.negative_rows),
    ]


def _facts_of_times(description: Description) -> list[tuple[str, str]]:
    facts: list[tuple[str, float | None, str]] = [
        ("interactions tied in time", description.tied_interactions, ".1%"),
        ("neighbours without a time gap", description.zero_gaps, ".1%"),
        ("users whose test item is ambiguous", description.n_ambiguous_targets, ","),
    ]
    shown = [(fact, "no times" if value is None else format(value, form)) for fact, value, form in facts]
    return shown if description.has_times else [("order", "that of the file's rows: it has no times"), *shown]


def _targets(description: Description) -> list[tuple[str, str]]:
    """How many there are, where that is not the number of users."""
    numbers = description.n_validation_targets, description.n_test_targets
    if set(numbers) == {description.n_evaluated_users}:
        return []
    return [("validation targets", f"{numbers[0]:,}"), ("test targets", f"{numbers[1]:,}")]


def _shortened(ids: tuple[str, ...]) -> str:
    """How many there are and the first few of them."""
    shown = ", ".join(ids[:10]) + (", ..." if len(ids) > 10 else "")
    return f"{len(ids):,} ({shown})" if ids else "0"
