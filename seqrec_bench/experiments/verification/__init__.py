"""Whether a results directory can be trusted: every check of `seqrec-bench verify` but the training itself."""

from collections.abc import Mapping, Sequence

from seqrec_bench.data import Dataset
from seqrec_bench.experiments.verification.completeness import StudyCells, check_seeds, check_studies
from seqrec_bench.experiments.verification.copies import check_copies
from seqrec_bench.experiments.verification.data import (
    Arrangements,
    check_data,
    check_data_are_here,
    check_ranked_again,
    check_ranks,
    check_targets,
)
from seqrec_bench.experiments.verification.figures import check_curves, check_metrics
from seqrec_bench.experiments.verification.files import Unread, check_files, check_hashes, read_records
from seqrec_bench.experiments.verification.lists import check_lists
from seqrec_bench.experiments.verification.recipes import check_settings, check_versions, installed
from seqrec_bench.records import Record, Store
from seqrec_bench.records.check import Check
from seqrec_bench.studies.cells import DEFAULT_DATASET, cells
from seqrec_bench.studies.loading import load_study, studies
from seqrec_bench.tracking import Track, untracked

__all__ = ["cells_of_studies", "check_contents", "check_store"]


def check_store(store: Store, track: Track = untracked) -> tuple[list[Record], list[Check]]:
    """The records that can be read, and the checks of the directory's files."""
    missed = Unread()
    records, readable = read_records(store, missed, track)
    checks = [check_files(store, missed), readable, check_hashes(store, missed, track)]
    return records, [*checks, missed.check()]


def cells_of_studies() -> dict[str, StudyCells]:
    """The cells of every study that comes with the package, by its name.

    Those on the usual data set are run on other data too (`run --all --interactions FILE`), the others on their own.
    """
    found = {name: load_study(name) for name in studies()}
    return {
        name: StudyCells(
            cells(study.groups), None if DEFAULT_DATASET in study.dataset_names else set(study.dataset_names)
        )
        for name, study in found.items()
    }


def check_contents(
    records: Sequence[Record],
    store: Store,
    datasets: Mapping[str, Dataset | str],
    cells_of: Mapping[str, StudyCells],
    track: Track = untracked,
) -> list[Check]:
    """The checks of what the records say.

    Args:
        datasets: Of every data set that records are on, itself, or in words why it is not here.
        cells_of: As `cells_of_studies` has them.
        track: Told of what is gone through, one thing after another.
    """
    arrangements = Arrangements(datasets)
    arrangements.make(records, track)
    models = installed({record.key.model for record in records})
    return [
        check_metrics(records, track),
        check_ranks(records, arrangements),
        *([check_targets(records, arrangements)] if any(record.targets for record in records) else []),
        *([check_lists(records, arrangements)] if any(record.top for record in records) else []),
        check_curves(records, track),
        check_data_are_here(records, datasets),
        check_data(records, arrangements),
        check_ranked_again(records, arrangements),
        check_copies(records),
        check_versions(records, models),
        check_settings(records, models, [cell for found in cells_of.values() for cell in found.cells]),
        check_studies(records, store.root, cells_of),
        check_seeds(records),
    ]
