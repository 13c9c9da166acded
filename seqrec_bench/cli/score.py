"""``seqrec-bench score``: a system that the bench does not run, under the same protocol."""

from pathlib import Path
from typing import Annotated

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
from seqrec_bench.experiments.scoring import Coverage, ScoredSystem, require_order_enough, score_system
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.cells import MAX_SEED


@with_bundles
def score(
    test: Annotated[
        Path,
        typer.Argument(
            parser=named_path,
            metavar="FILE",
            help="Its scores or ranked lists at the test: .csv, .tsv (.gz), .parquet.",
        ),
    ],
    validation: Annotated[Path, typer.Option(parser=named_path, metavar="FILE", help="The same at the validation.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="The system's name.")],
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The seed of the run that gave the scores.")] = 0,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="Another seed would change nothing, so one run is enough.")
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
    system = ScoredSystem(name, seed, deterministic, validation, test)
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
        typer.echo(f"Warning: {caution}", err=True)
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
    without, targets = coverage.without_score, coverage.n_targets
    typer.echo(f"Validation: {without} of {targets} targets have no score, and share the last places.", err=True)
    typer.echo(
        f"Test: {coverage.shortest} items or more beside a user's history have a score, {coverage.median:g} in the "
        f"median, of {coverage.n_items} in all.",
        err=True,
    )
    if 2 * without > targets:
        typer.echo("Warning: most targets have no score, so figures are mostly chance: give longer lists.", err=True)
