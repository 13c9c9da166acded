"""``seqrec-bench score``: a system that the bench does not run, under the same protocol."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from seqrec_bench.analysis.cautions import cautions_of
from seqrec_bench.cli.bundles import with_bundles
from seqrec_bench.cli.cell_options import KeepTopOption
from seqrec_bench.cli.data_options import DataOptionsBesideName, ProtocolOptions
from seqrec_bench.cli.paths import named_path
from seqrec_bench.cli.steps import shown
from seqrec_bench.cli.view_options import DEFAULT_RESULTS, ResultsOption
from seqrec_bench.evaluation.metrics import TOO_GOOD, VALIDATION_METRICS, too_good, validation_figures
from seqrec_bench.experiments.cell import setting_under
from seqrec_bench.experiments.run import replaces_other_data, require_same_data_beside
from seqrec_bench.experiments.scoring import Coverage, Lists, ScoredSystem, require_order_enough, score_system
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.cells import MAX_SEED
from seqrec_bench.text import listed

Form = Literal["trec", "ranx"]
"""Those of `score_files.FORMS`."""


@with_bundles
def score(
    test: Annotated[
        Path,
        typer.Argument(
            parser=named_path,
            metavar="FILE",
            help="Its scores or ranked lists at the test: .csv, .tsv, .trec, .json (.gz), .parquet.",
        ),
    ],
    validation: Annotated[Path, typer.Option(parser=named_path, metavar="FILE", help="The same at the validation.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="The system's name.")],
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The seed of the run that gave the scores.")] = 0,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Another seed would change nothing, so one run is enough.")
    ] = False,
    form: Annotated[Form | None, typer.Option("--form", help="A TREC run, or ranx's JSON, under another name.")] = None,
    same_scores: Annotated[
        bool, typer.Option("--same-scores", help="The system does not look at what a user has taken last.")
    ] = False,
    keep_top: KeepTopOption = 0,
    results: ResultsOption = DEFAULT_RESULTS,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Replace a record of other data, or one that is not valid.")
    ] = False,
    *,
    protocol: ProtocolOptions,
    data: DataOptionsBesideName,
) -> None:
    """Ranks another system's scores (user_id, item_id, score or rank) as any model's, and stores its record.

    What an item without a score ranks like, and all else about the files: docs/your-own-model.md.

    Example: seqrec-bench score test-scores.csv --validation validation-scores.csv --name their-system
    """
    system = ScoredSystem(name, seed, deterministic, validation, test, form, same_scores)
    chosen = protocol.choose(data.usual_protocol)
    require_order_enough(chosen)
    dataset = protocol.equip(data.load())
    store = Store(results)
    store.require_writable()
    with shown("ranking by the scores"):
        finished, coverage = score_system(system, setting_under(chosen.name, dataset, "unknown", store, keep_top))
    record = finished.record
    _require_free(record, store, fresh)
    _tell(coverage)
    if too_good(validation_figures(record.validation).values()):
        typer.echo(f"Warning: the validation's figures are 1.0000 in all metrics; {TOO_GOOD}.", err=True)
    for caution in cautions_of([record], VALIDATION_METRICS):
        typer.echo(f"Note: {caution}", err=True)
    replaced = "Replaced" if store.path(record.key).exists() else "Stored"
    typer.echo(f"{replaced} the record of {record.key}, as {store.save(record, top=finished.top)}", err=True)
    if not deterministic:
        typer.echo("A verdict takes runs of 3 seeds: give the others with --seed, or say --deterministic.", err=True)


def _require_free(record: Record, store: Store, fresh: bool) -> None:
    """Nothing is lost that nobody has asked to replace.

    Raises:
        InputError: A record made from other data stands there or beside it, or something that can't be read.
        InvalidRecordError: What stands there is no record.
    """
    if fresh:
        store.version(record.key)  # raises for what can't be read
        return
    found = store.load(record.key)
    if found and not record.recipe.is_of_same_data(found.recipe):
        difference = record.recipe.difference(found.recipe)
        raise replaces_other_data(store.path(record.key), difference, option="--data-name")
    require_same_data_beside(record.key, record.recipe, store, option="--data-name")


def _tell(coverage: Coverage) -> None:
    """Of the test only how long the lists are: how many targets they reach is already a figure, the hit rate."""
    without, targets, test = coverage.without_score, coverage.n_targets, coverage.test
    typer.echo(f"Validation: {without} of {targets} targets have no score, and share the last places.", err=True)
    typer.echo(
        f"Test: {test.scored.min()} items or more{test.which} have a score, {np.median(test.scored):g} in the "
        f"median, of {test.n_items} in all.",
        err=True,
    )
    for lists in (coverage.validation, test):
        for note in filter(None, (_without_score(lists), _level(lists))):
            typer.echo(note, err=True)
    if short := [lists for lists in (coverage.validation, test) if lists.n_short]:
        typer.echo(_chance(short), err=True)


def _without_score(lists: Lists) -> str | None:
    if not lists.n_without:
        return None
    return (
        f"Note: {lists.n_without} rows at the {lists.part} have the lowest number of a float, or minus infinity: their "
        "items count as without a score."
    )


def _level(lists: Lists) -> str | None:
    if not lists.n_level:
        return None
    return (
        f"Note: {lists.n_level} rows at the {lists.part} have the score of another of their user and another rank: "
        "they count as equal; leave the scores out if the ranks are to count."
    )


def _chance(short: Sequence[Lists]) -> str:
    """Where figures hang on the order in which unscored items happen to stand."""
    users = [f"{lists.n_short} of {len(lists.scored)} users at the {lists.part}" for lists in short]
    mostly = any(2 * lists.n_short > len(lists.scored) for lists in short)
    exact = min(lists.exact_to for lists in short)
    until = f"figures up to HR@{exact} and NDCG@{exact} are exact, and those beyond" if exact else "figures"
    greatest = max(lists.cut_off for lists in short)
    return (
        f"Warning: {listed(users)} have fewer than {greatest} items{short[0].which} with a score, so {until} are "
        f"{'mostly' if mostly else 'partly'} chance: give longer lists."
    )
