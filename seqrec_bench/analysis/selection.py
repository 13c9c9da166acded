"""Which records stand in a table or figure, which are missing, and whether they may stand side by side."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seqrec_bench.analysis.statistics.estimates import Estimate, estimate_over_seeds
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.errors import InputError, InvalidRecordError
from seqrec_bench.evaluation.absence import implied
from seqrec_bench.evaluation.metrics import Metric, values_of
from seqrec_bench.records import PAPER_VARIANT, CellKey, Configuration, Record
from seqrec_bench.studies.cells import cells as cells_of
from seqrec_bench.studies.study import Study
from seqrec_bench.studies.view import View

_RUN_AGAIN = "move the one that is out of date elsewhere and run its cell again"


@dataclass(frozen=True, order=True)
class Missing:
    """A configuration of the table or figure that has no record, or not one of every seed."""

    configuration: Configuration
    seeds: tuple[int, ...]
    """Those that other models have at this dimension and this one has not; empty where no seed is there."""

    def __str__(self) -> str:
        seeds = f" of seed {', '.join(map(str, self.seeds))}" if self.seeds else ""
        return f"{self.configuration}{seeds}"


@dataclass(frozen=True)
class Selection:
    """The records that belong to a table or figure."""

    cells: Mapping[Configuration, Sequence[Record]]
    """The records of each configuration that has any, by seed."""
    missing: tuple[Missing, ...]

    @property
    def records(self) -> list[Record]:
        return [record for cells in self.cells.values() for record in cells]


def select(records: Iterable[Record], view: View, configurations: Sequence[Configuration]) -> Selection:
    """The records of the paper's data and protocol that belong to these configurations.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    cells = defaultdict(list)
    for record in sorted(records, key=lambda record: record.key):
        key = record.key
        if view.is_about(key):
            cells[key.configuration].append(record)
    chosen = {configuration: cells[configuration] for configuration in configurations if configuration in cells}
    require_side_by_side(chosen)
    _require_selection([record for group in chosen.values() for record in group], view.selection)
    return Selection(chosen, _missing(chosen, configurations))


def as_rows_give(records: Iterable[Record], study: Study) -> Iterator[Record]:
    """The records, of the study's rows only those of the row's seeds where it names some.

    Raises:
        InvalidRecordError: A record of a row, or of an ablation, was made with other settings than that has.
    """
    settings = {(row.model, row.variant or study.variant): row.settings for row in study.rows}
    settings |= {(each.model, each.variant): each.settings for each in study.ablations}
    seeds = {(row.model, row.variant or study.variant): row.seeds for row in study.rows if row.seeds is not None}
    for record in records:
        name = record.key.model, record.key.variant
        of_row = settings.get(name, {}) if record.key.dataset in study.dataset_names else {}
        for setting, value in of_row.items():
            has = record.recipe.hyperparameters
            made = has[setting] if setting in has else implied(record.key.model).get(setting, value)
            if made != value:
                raise InvalidRecordError(
                    f"{record.key} was made with {setting} = {made!r}, and the study {study.name} has {value!r} there: "
                    "run the study again, or give its row another variant."
                )
        if record.deterministic or name not in seeds or record.key.seed in seeds[name]:
            yield record


def not_run(records: Iterable[Record], study: Study, dataset: str) -> list[Missing]:
    """The cells of the study's rows on one data set that have no record; all its cells, where it has no rows.

    Cells at other dimensions and under other protocols than the table's are for other figures.
    """
    there = {record.key for record in records}
    view = study.view(dataset)
    shown = {row.configuration for row in view.table_rows}
    seeds: dict[Configuration, list[int]] = defaultdict(list)
    found: dict[Configuration, bool] = defaultdict(bool)
    for cell in cells_of(study.groups):
        configuration = cell.configuration
        if cell.protocol == study.protocol and (configuration in shown or not shown):
            is_there = CellKey(dataset, cell.protocol, *configuration, cell.seed) in there
            found[configuration] |= is_there
            if not is_there:
                seeds[configuration].append(cell.seed)
    return [
        Missing(configuration, tuple(absent) if found[configuration] else ()) for configuration, absent in seeds.items()
    ]


def with_lists(
    groups: Mapping[str, Sequence[Record]], metrics: Sequence[Metric], are_all: bool
) -> tuple[Mapping[str, Sequence[Record]], list[str]]:
    """What nobody asked for by name, but for what lacks the lists that these metrics are computed from.

    Args:
        are_all: Whether nothing stands beside them: if none has lists then, all are left, for the error that says so.

    Returns:
        The groups that have them; and the labels of the others.
    """
    k = max((metric.cut_off or 0 for metric in metrics if not metric.is_of_ranks), default=0)
    kept = {
        label: group
        for label, group in groups.items()
        if all(k == 0 or (record.top is not None and record.top.k >= k) for record in group)
    }
    if are_all and not kept:
        return groups, []
    return kept, [label for label in groups if label not in kept]


def select_others(records: Iterable[Record], view: View) -> Mapping[str, Sequence[Record]]:
    """The records of the paper's data and protocol that are not of its own models, by a label for each.

    Its own are its models as published, the references, and its ablations. Other variants of these come first, variant
    by variant in the order of the paper's rows. The label of a model that was chosen by another metric than the
    view's says so.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    own = {(row.model, row.variant) for row in (*view.table_rows, *view.ablations)}
    order = [row.model for row in view.table_rows]

    def place_in_table(record: Record) -> tuple[bool, str, int, CellKey]:
        known = record.key.model in order
        return (not known, record.key.variant, order.index(record.key.model) if known else 0, record.key)

    groups = defaultdict(list)
    for record in sorted(records, key=place_in_table):
        key = record.key
        if (key.model, key.variant) not in own and view.is_about(key):
            groups[_label(key, view)].append(record)
    for group in groups.values():
        _require_one_model(group)
    _require_comparable([record for group in groups.values() for record in group])
    return {f"{label}{_say_selection(group, view)}": group for label, group in groups.items()}


def _say_selection(records: Sequence[Record], view: View) -> str:
    metric = records[0].recipe.selection
    return "" if metric in (None, view.selection) else f", chosen by {metric}"


def _label(key: CellKey, view: View) -> str:
    """The model's label or name, with its variant and dimension where these are not the usual ones."""
    labels = {row.model: row.label for row in view.table_rows}
    variant = "" if key.variant == PAPER_VARIANT else f", {key.variant}"
    return f"{labels.get(key.model, key.model)}{variant}" + (
        "" if key.dimension in (0, view.dimension) else f", d = {key.dimension}"
    )


def whereabouts(records: Iterable[Record]) -> str:
    """On which data and under which protocols there are records, to be put into a sentence that misses some."""
    configurations = sorted({f"{record.key.dataset} under {record.key.protocol}" for record in records})
    return f" (there are records on {', '.join(configurations)})" if configurations else ""


def only_elsewhere(records: Sequence[Record], dataset: str, protocol: str) -> str:
    """The same where there is no record of these data under this protocol; nothing where there is one."""
    there = any((record.key.dataset, record.key.protocol) == (dataset, protocol) for record in records)
    return "" if there else whereabouts(records)


def require_side_by_side(cells: Mapping[Configuration, Sequence[Record]], mend: str = _RUN_AGAIN) -> None:
    """The records of each configuration can be averaged, and those of all compared.

    Args:
        mend: What to do where they can't, in words.

    Raises:
        InvalidRecordError: They can't, since they were not made in the same way.
    """
    for group in cells.values():
        _require_one_model(group, mend)
    records = [record for group in cells.values() for record in group]
    _require_comparable(records, mend)
    _require_same_tags(records, mend)


def runs(records: Sequence[Record], name: str) -> Runs:
    """The metric in these records of one model, which differ in their seed, for each user.

    Raises:
        InputError: The metric has one value a run.
        MissingCellsError, InvalidRecordError: As `values_of` has it.
    """
    if not Metric(name).is_per_user:
        raise InputError(
            f"{name} has one value a run and not one a user, so nothing can be tested by it: name it for tables and "
            "figures alone."
        )
    return _runs(records, name)


def estimate(records: Sequence[Record], name: str) -> Estimate:
    """The metric's mean over these records of one model, which differ in their seed, with its interval."""
    return estimate_over_seeds(_runs(records, name))


def _runs(records: Sequence[Record], name: str) -> Runs:
    values = np.stack([values_of(record, Metric(name)) for record in records])
    return Runs(values, records[0].deterministic)


def _missing(
    cells: Mapping[Configuration, Sequence[Record]], configurations: Sequence[Configuration]
) -> tuple[Missing, ...]:
    missing = []
    for configuration in configurations:
        peers = [
            record for peer, group in cells.items() if peer.dimension == configuration.dimension for record in group
        ]
        expected = {record.key.seed for record in peers if not record.deterministic}
        group = cells.get(configuration, [])
        absent = expected - {record.key.seed for record in group}
        if not group:
            missing.append(Missing(configuration, ()))
        elif absent and not group[0].deterministic:
            missing.append(Missing(configuration, tuple(sorted(absent))))
    return tuple(missing)


def _require_one_model(records: Sequence[Record], mend: str = _RUN_AGAIN) -> None:
    """All records were made like the first, and they are equal if the model is deterministic."""
    first, *others = records
    for other in others:
        difference = first.recipe.difference(other.recipe)
        if difference is None and other.deterministic != first.deterministic:
            difference = "made by a model that is deterministic in only one of them"
        if difference is None and first.deterministic and other.test != first.test:
            difference = "answered otherwise by a model that calls itself deterministic"
        if difference is not None:
            raise InvalidRecordError(
                f"{first.key} and {other.key} can't be averaged, since the second was {difference}: {mend}."
            )


def _require_comparable(records: Sequence[Record], mend: str = _RUN_AGAIN) -> None:
    """All records were made on the same data, and those of one model by one version of it."""
    first_of_model: dict[str, Record] = {}
    for other in records:
        first, like = records[0], first_of_model.setdefault(other.key.model, other)
        if first.recipe.dataset.fingerprint != other.recipe.dataset.fingerprint:
            raise _not_comparable(first, other, "were made on different data", mend)
        if first.test.n_users != other.test.n_users:
            raise _not_comparable(first, other, "rank different numbers of users", mend)
        if not first.test.has_same_targets(other.test):
            raise _not_comparable(first, other, "rank different targets", mend)
        if like.recipe.version != other.recipe.version:
            raise _not_comparable(like, other, "were made by different versions of the model", mend)


def _require_selection(records: Sequence[Record], selection: Metric) -> None:
    """All records of which epochs were chosen had them chosen by this metric."""
    for record in records:
        if record.recipe.selection not in (None, selection):
            raise InvalidRecordError(
                f"{record.key} had its epoch chosen by {record.recipe.selection}, and not by {selection}, as what it "
                "would stand beside: record it as another variant, or show it by a study that selects by that."
            )


def _require_same_tags(records: Sequence[Record], mend: str) -> None:
    """All records of one model were made with the same tags, or all without; else its cells differ by these too."""
    first_of_model: dict[str, Record] = {}
    for other in records:
        like = first_of_model.setdefault(other.key.model, other)
        if like.recipe.dataset.tags_fingerprint != other.recipe.dataset.tags_fingerprint:
            raise _not_comparable(like, other, "were made with different tags", mend)


def _not_comparable(first: Record, other: Record, why: str, mend: str) -> InvalidRecordError:
    return InvalidRecordError(f"{first.key} and {other.key} can't be compared, since they {why}: {mend}.")
