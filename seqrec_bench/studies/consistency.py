"""What can't be seen from one field of a study's file alone."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator

from seqrec_bench.evaluation.metrics import USUAL_SELECTION, Metric
from seqrec_bench.evaluation.protocol_parts import Given, Negatives
from seqrec_bench.evaluation.protocols import LOO_FULL, find_protocol
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.studies.claim import Ablation, Claim, Convergence, Order, Peak, RelativeRise, Trend
from seqrec_bench.studies.fields import place
from seqrec_bench.studies.study import DataFile, Study, StudyRow, name_of


def inconsistencies(study: Study, wrong: Collection[str]) -> Iterator[str]:
    """All of them.

    Args:
        wrong: Keys of the file whose values are not of their types: what depends on one of them is not looked at.
    """
    for needed, check in _CHECKS:
        if not needed & set(wrong):
            yield from check(study)


def _datasets(study: Study) -> Iterator[str]:
    yield from _twice("datasets", study.dataset_names)
    for name in study.users:
        if name not in study.dataset_names:
            yield f"users has {name!r}, which is none of datasets"


def _files(study: Study) -> Iterator[str]:
    """Data of one's own are one file, or a split."""
    for number, data in enumerate(study.datasets):
        if not isinstance(data, DataFile):
            continue
        where, parts = f"datasets[{number}]", {"train": data.train, "validation": data.validation, "test": data.test}
        given = [name for name, path in parts.items() if path is not None]
        if data.interactions is not None and given:
            yield f"{where} has interactions and {given[0]}: give all in one file, or a split in several"
        elif data.interactions is None and not given:
            yield f"it lacks the key {where}.interactions, or train and test of a split"
        elif given and not {"train", "test"} <= set(given):
            lacking = next(name for name in ("train", "test") if name not in given)
            yield f"it lacks the key {where}.{lacking} beside {given[0]}"


def _protocols(study: Study) -> Iterator[str]:
    """Data are split as their protocol has it, or by their files."""
    usual = {
        name_of(data): find_protocol(data.usual_protocol if isinstance(data, DataFile) else LOO_FULL)
        for data in study.datasets
    }
    named = dict.fromkeys((study.protocol, *(name for each in study.cells for name in each.protocols or ())))
    for under in map(find_protocol, named):
        for name, own in usual.items():
            if under.split != own.split and (isinstance(under.split, Given) or isinstance(own.split, Given)):
                yield f"protocol is {under.name}, and {name} is to be split as {own.name} has it: name that"


def _something(study: Study) -> Iterator[str]:
    if not (study.rows or study.cells):
        yield "it has neither rows nor cells"


def _select(study: Study) -> Iterator[str]:
    if not study.select.is_of_ranks:
        yield f"select is {str(study.select)!r}, a metric of lists, which can't choose"


def _negatives(study: Study) -> Iterator[str]:
    """A protocol that ranks targets among the negatives of a file needs that file."""
    named = {"protocol": [study.protocol]} | {
        place(("cells", number, "protocols")): each.protocols or () for number, each in enumerate(study.cells)
    }
    for where, protocols in named.items():
        for name in protocols:
            if study.negatives is None and isinstance(find_protocol(name).candidates, Negatives):
                yield f"it lacks the key negatives, the file that {where} means by {name!r}"


def _row_names(study: Study) -> Iterator[str]:
    yield from _twice(
        "rows",
        [f"{row.model} {row.variant or study.variant}-d{row.dimension or study.dimension}" for row in study.rows],
    )
    labels = [study.label_of(row) for row in study.rows]
    yield from (f"rows has the label {found!r} twice: give one of them another" for found in _repeated(labels))


def _cells(study: Study) -> Iterator[str]:
    for number, each in enumerate(study.cells):
        for model in each.settings:
            if model not in each.models:
                yield f"cells[{number}].settings has {model!r}, which is none of its models"


def _margins(study: Study) -> Iterator[str]:
    """Whatever is held against a reported figure, or claimed, is judged by a margin."""
    reported = {metric for row in study.rows for figures in row.reported.values() for metric in figures}
    for metric in study.metrics:
        if metric not in study.margins and (study.claims or metric in reported):
            why = "figures are reported" if metric in reported else "there are claims"
            yield f"it lacks the key {place(('margins', metric))}, though {why}"


def _figures(study: Study) -> Iterator[str]:
    if study.figures:
        dimensions = study.figures.dimensions
        if list(dimensions) != sorted(dimensions) or 0 in dimensions:
            yield "figures.dimensions must be positive, rising whole numbers"
        if study.dimension not in dimensions:
            yield f"figures.dimensions lacks the table's dimension {study.dimension}"


def _all_claims(study: Study) -> Iterator[str]:
    yield from _twice("claims", [claim.id for claim in study.claims])
    for number, claim in enumerate(study.claims):
        yield from _claim(study, claim, f"claims[{number}]")


def _all_reported(study: Study) -> Iterator[str]:
    for number, row in enumerate(study.rows):
        yield from _reported(study, row, ("rows", number))


def _twice(where: str, values: Iterable[Hashable]) -> Iterator[str]:
    yield from (f"{where} has {value!r} twice" for value in _repeated(values))


def _repeated(values: Iterable[Hashable]) -> list[Hashable]:
    return [value for value, count in Counter(values).items() if count > 1]


def _unnamed_variants(study: Study) -> Iterator[str]:
    """What is changed, by settings or by what chooses its epochs, is no model as published and needs a name."""
    changed = [
        *((f"rows[{i}]", row.variant or study.variant, bool(row.settings)) for i, row in enumerate(study.rows)),
        *((f"ablations[{i}]", row.variant, True) for i, row in enumerate(study.ablations)),
        *(
            (f"cells[{i}]", each.variant or study.variant, any(each.settings.values()))
            for i, each in enumerate(study.cells)
        ),
    ]
    for where, variant, has_settings in changed:
        if variant == PAPER_VARIANT and (has_settings or study.select != USUAL_SELECTION):
            why = "settings" if has_settings else f"select = {str(study.select)!r}"
            yield f"{where} is changed by {why}, so it is not {PAPER_VARIANT!r}: give it a variant of its own"


def _reported(study: Study, row: StudyRow, within: tuple[str | int, ...]) -> Iterator[str]:
    for dataset, figures in row.reported.items():
        if dataset not in study.dataset_names:
            yield f"{place((*within, 'reported'))} has {dataset!r}, which is none of datasets"
        for metric, figure in figures.items():
            where = place((*within, "reported", dataset, metric))
            if metric not in study.metrics:
                yield f"{where}: {str(metric)!r} is none of metrics"
            if metric.kind.lower_is_better:
                yield f"{where}: of {metric} less is better, and there is no verdict on it"
            elif figure > 1:
                yield f"{where} is {figure}, not between 0 and 1"
    for dataset, hits in row.hits.items():
        where = place((*within, "hits", dataset))
        rates = [figure for metric, figure in row.reported.get(dataset, {}).items() if metric.startswith("HR@")]
        if dataset not in study.users or len(rates) != 1:
            yield f"{where} needs {place(('users', dataset))} and one reported HR"
        elif abs(hits / study.users[dataset] - rates[0]) > 0.5e-4:
            yield f"{where} is {hits}, which is another hit rate than is reported"


def _ablations(study: Study) -> Iterator[str]:
    """Each is another variant of a row's model: a reference is nothing that parts are taken out of."""
    models = [row.model for row in study.rows if not row.reference]
    for number, each in enumerate(study.ablations):
        if each.model not in models:
            yield f"ablations[{number}] is of {each.model!r}, which has no row"
    yield from _twice("ablations", [f"{each.model} {each.variant}" for each in study.ablations])
    yield from _twice("ablations", [each.label for each in study.ablations])


def _claim(study: Study, claim: Claim, where: str) -> Iterator[str]:
    """What a claim is about must be in the study."""
    match claim.test:
        case Order(models, metrics, primary):
            yield from _rows(study, models, f"{where}.models")
            yield from _metrics(study, metrics, f"{where}.metrics")
            if primary not in metrics:
                yield f"{where}.primary is none of its metrics"
        case RelativeRise(model, over, claimed):
            yield from _twice(where, [model, over])
            yield from _rows(study, [model, over], where)
            yield from _metrics(study, claimed, f"{where}.claimed")
            for metric in claimed:
                if not _has_figures(study, {model, over}, metric):
                    yield f"{where}.claimed: no data set has reported figures of {metric} above 0 of {model} and {over}"
        case Trend(model, metric):
            yield from _rows(study, [model], f"{where}.model")
            yield from _metrics(study, [metric], f"{where}.metric")
            yield from _curve(study, where)
        case Peak():
            yield from _peak(study, claim.test, where)
        case Ablation(model, variants, metric):
            yield from _variants(study, model, variants, f"{where}.variants")
            yield from _metrics(study, [metric], f"{where}.metric")
        case Convergence(model, than, share, shown_shares):
            yield from _variants(study, model, [than], f"{where}.than")
            yield from _twice(f"{where}.shown_shares", [share, *shown_shares])


def _peak(study: Study, test: Peak, where: str) -> Iterator[str]:
    yield from _twice(f"{where}.highest and lowest", [*test.highest, *test.lowest])
    yield from _rows(study, [*test.highest, *test.lowest], f"{where}.highest and lowest")
    yield from _metrics(study, [test.metric], f"{where}.metric")
    yield from _curve(study, where)
    if not (test.highest or test.lowest):
        yield f"{where} has neither highest nor lowest"
    if (test.rises or test.falls) and not test.highest:
        yield f"{where} has rises or falls, but no highest"
    dimensions = study.figures.dimensions if study.figures else ()
    if test.at not in dimensions:
        yield f"{where}.at is {test.at}, which is none of figures.dimensions"
    elif test.rises and test.at == dimensions[0]:
        yield f"{where}.rises: {test.at} is the first of figures.dimensions"
    elif test.falls and test.at == dimensions[-1]:
        yield f"{where}.falls: {test.at} is the last of figures.dimensions"


def _rows(study: Study, models: Iterable[str], where: str) -> Iterator[str]:
    """Claims are about models as published, each of which has a row."""
    known = [row.model for row in study.rows if not row.reference and (row.variant or study.variant) == PAPER_VARIANT]
    for model in models:
        if model not in known:
            yield f"{where} has {model!r}, which is none of the rows' models {', '.join(known)}"


def _metrics(study: Study, metrics: Iterable[str], where: str) -> Iterator[str]:
    for metric in metrics:
        if metric not in study.metrics:
            yield f"{where} has {str(metric)!r}, which is none of metrics"


def _variants(study: Study, model: str, variants: Iterable[str], where: str) -> Iterator[str]:
    known = [each.variant for each in study.ablations if each.model == model]
    for variant in variants:
        if variant not in known:
            yield f"{where} has {variant!r}, which is none of the ablations of {model!r}"


def _curve(study: Study, where: str) -> Iterator[str]:
    if not study.figures or len(study.figures.dimensions) < 2:
        yield f"{where} needs two or more figures.dimensions"


def _has_figures(study: Study, models: Collection[str], metric: Metric) -> bool:
    """Whether some data set has a reported figure above 0 of each of the models."""
    rows = [row for row in study.rows if row.model in models and not row.reference]
    return any(
        {row.model for row in rows if row.reported.get(dataset, {}).get(metric, 0) > 0} == set(models)
        for dataset in study.dataset_names
    )


_CHECKS: tuple[tuple[set[str], Callable[[Study], Iterator[str]]], ...] = (
    ({"datasets", "users"}, _datasets),
    ({"datasets"}, _files),
    ({"datasets", "protocol", "cells"}, _protocols),
    ({"rows", "cells"}, _something),
    ({"rows", "variant", "dimension"}, _row_names),
    ({"rows", "ablations", "cells", "variant", "select"}, _unnamed_variants),
    ({"select"}, _select),
    ({"protocol", "cells", "negatives"}, _negatives),
    ({"cells"}, _cells),
    ({"rows", "datasets", "metrics", "users"}, _all_reported),
    ({"rows", "metrics", "margins", "claims"}, _margins),
    ({"rows", "ablations"}, _ablations),
    ({"figures", "dimension"}, _figures),
    ({"rows", "ablations", "figures", "metrics", "datasets", "variant", "claims"}, _all_claims),
)
"""Each with the keys of the file that it looks at."""
