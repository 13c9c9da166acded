"""Reads a study's file; whatever is not exactly what it has to be is refused, all of it at once."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seqrec_bench.data import NAMED_DATASETS
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.list_metrics import ListKind
from seqrec_bench.evaluation.registry import hint
from seqrec_bench.recommender import SELECTION_METRIC
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.studies.claim import (
    KINDS,
    Ablation,
    Claim,
    Convergence,
    Order,
    Peak,
    RelativeRise,
    Trend,
)
from seqrec_bench.studies.fields import faults_of
from seqrec_bench.studies.study import Study, StudyRow

STUDIES = Path(__file__).parent / "files"
"""The studies that come with the package, one TOML file each."""
_ADAPTERS = {name: TypeAdapter(kind) for name, kind in KINDS.items()}


def studies() -> list[str]:
    """The names of the studies that come with the package."""
    return sorted(file.stem for file in STUDIES.glob("*.toml"))


def load_study(source: str | Path) -> Study:
    """The study of this name that comes with the package or, for a path, the one in that file.

    A text is a path where it has a folder or the ending ``.toml``.

    Raises:
        InputError: There is no such study, or its file has a key or value that it must not have.
    """
    if isinstance(source, Path) or "/" in source or source.endswith(".toml"):
        return _load(Path(source))
    known = studies()
    if source not in known:
        raise InputError(
            f"There is no study {source!r}{hint(source, known)}: choose from {', '.join(known)}, or name a file that "
            "ends with .toml."
        )
    return _load(STUDIES / f"{source}.toml")


def _load(path: Path) -> Study:
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        study, faults = _read(path, fields)
    except OSError as error:
        raise InputError(
            f"The study {path} can't be read ({error.strerror}): name another file, or one of {', '.join(studies())}."
        ) from error
    except RecursionError as error:
        raise InputError(f"The study {path} is not valid: it is nested too deeply.") from error
    except (ValueError, OverflowError) as error:
        raise InputError(f"The study {path} is not valid: {error}.") from error
    if study is None or faults:
        raise InputError(f"The study {path} is not valid: {'; '.join(faults)}.")
    return study


def _read(path: Path, fields: dict[str, Any]) -> tuple[Study | None, list[str]]:
    """The study, unless some field is of another type than it has to be; and all faults."""
    faults = [f"it has the unknown key {key}" for key in ("name", "folder") if key in fields]
    claims, of_claims = _claims(fields.get("claims", []))
    whole = {**fields, "name": path.stem, "folder": path.parent, "claims": claims}
    try:
        study = Study.model_validate(whole)
    except ValidationError as error:
        return None, [*faults, *faults_of(error), *of_claims]
    return study, [*faults, *of_claims, *_inconsistencies(study)]


def _claims(values: Any) -> tuple[tuple[Claim, ...], list[str]]:
    if not isinstance(values, list):
        return (), [f"claims is {values!r}: it should be [[claims]]"]
    claims, faults = [], []
    for number, value in enumerate(values):
        kind = value.get("kind") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            faults.append(f"claims[{number}].kind is {kind!r}, which is none of {', '.join(KINDS)}")
            continue
        words = {key: value.get(key) for key in ("id", "text")}
        wrong = [
            key for key, word in words.items() if not (isinstance(word, str) and word.strip() and word.isprintable())
        ]
        faults += [f"claims[{number}].{key} is {words[key]!r}: it should be a text" for key in wrong]
        try:
            rest = {key: field for key, field in value.items() if key not in ("kind", *words)}
            test = _ADAPTERS[kind].validate_python(rest)
        except ValidationError as error:
            faults += faults_of(error, ("claims", number))
            continue
        claims.append(Claim(str(words["id"]), str(words["text"]), test))
    return tuple(claims), faults


def _inconsistencies(study: Study) -> Iterator[str]:
    """What can't be seen from one field alone."""
    for name in study.datasets:
        if isinstance(name, str) and name not in NAMED_DATASETS:
            yield (
                f"datasets has {name!r}{hint(name, NAMED_DATASETS)}, which is none of {', '.join(NAMED_DATASETS)}: "
                "give data of your own as {name = ..., interactions = ...}"
            )
    yield from _twice("datasets", study.dataset_names)
    yield from _twice("rows", [(row.model, row.variant or study.variant, row.dimension) for row in study.rows])
    yield from _twice("rows", [row.label or (row.model, row.variant, row.dimension) for row in study.rows])
    yield from _unnamed_variants(study)
    if isinstance(study.select.kind, ListKind):
        yield f"select is {str(study.select)!r}, a metric of lists, which can't choose"
    for number, row in enumerate(study.rows):
        yield from _reported(study, row, f"rows[{number}]")
    yield from _ablations(study)
    if study.figures:
        dimensions = study.figures.dimensions
        if list(dimensions) != sorted(dimensions) or 0 in dimensions:
            yield "figures.dimensions must be positive, rising whole numbers"
        if study.dimension not in dimensions:
            yield f"figures.dimensions lacks the table's dimension {study.dimension}"
    yield from _twice("claims", [claim.id for claim in study.claims])
    for number, claim in enumerate(study.claims):
        yield from _claim(study, claim, f"claims[{number}]")


def _twice(where: str, values: Iterable[object]) -> Iterator[str]:
    for value, count in Counter(values).items():
        if count > 1:
            yield f"{where} has {value!r} twice"


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
        if variant == PAPER_VARIANT and (has_settings or study.select != SELECTION_METRIC):
            why = "settings" if has_settings else f"select = {str(study.select)!r}"
            yield f"{where} is changed by {why}, so it is not {PAPER_VARIANT!r}: give it a variant of its own"


def _reported(study: Study, row: StudyRow, where: str) -> Iterator[str]:
    for dataset, figures in row.reported.items():
        if dataset not in study.dataset_names:
            yield f"{where}.reported has {dataset!r}, which is none of datasets"
        for metric, figure in figures.items():
            if metric not in study.metrics:
                yield f"{where}.reported.{dataset} has {metric}, which is none of metrics"
            elif metric not in study.margins:
                yield f"it lacks the key margins.{metric}, though figures are reported"
            elif metric.kind.lower_is_better:
                yield f"{where}.reported.{dataset} has {metric}, of which less is better: it has no verdict"
            if figure > 1 and not metric.kind.lower_is_better:
                yield f"{where}.reported.{dataset}.{metric} is {figure}, not between 0 and 1"
    for dataset, hits in row.hits.items():
        rates = [figure for metric, figure in row.reported.get(dataset, {}).items() if metric.startswith("HR@")]
        if dataset not in study.users or len(rates) != 1:
            yield f"{where}.hits.{dataset} needs users.{dataset} and one reported HR"
        elif abs(hits / study.users[dataset] - rates[0]) > 0.5e-4:
            yield f"{where}.hits.{dataset} are of another hit rate than is reported"


def _ablations(study: Study) -> Iterator[str]:
    """Each is another variant of a row's model: a reference is nothing that parts are taken out of."""
    models = [row.model for row in study.rows if not row.reference]
    for number, each in enumerate(study.ablations):
        if each.model not in models:
            yield f"ablations[{number}] is of {each.model!r}, which has no row"
    yield from _twice("ablations", [(each.model, each.variant) for each in study.ablations])


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
            yield from (
                f"{where}.claimed.{metric}: {name} needs a reported figure above 0"
                for metric in claimed
                for name in (model, over)
                if not _has_figure(study, name, metric)
            )
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
        elif metric not in study.margins:
            yield f"it lacks the key margins.{metric}, which a claim needs"


def _variants(study: Study, model: str, variants: Iterable[str], where: str) -> Iterator[str]:
    known = [each.variant for each in study.ablations if each.model == model]
    for variant in variants:
        if variant not in known:
            yield f"{where} has {variant!r}, which is none of the ablations of {model!r}"


def _curve(study: Study, where: str) -> Iterator[str]:
    if not study.figures or len(study.figures.dimensions) < 2:
        yield f"{where} needs two or more figures.dimensions"


def _has_figure(study: Study, model: str, metric: str) -> bool:
    reported = [row.reported for row in study.rows if row.model == model]
    return any(figures.get(metric, 0) > 0 for by_dataset in reported for figures in by_dataset.values())  # type: ignore[call-overload]
