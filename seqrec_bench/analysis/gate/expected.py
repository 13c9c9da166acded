"""Which cells both sides of a check must have."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from seqrec_bench.analysis.gate.pairs import SeededConfiguration, cells
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.records import Configuration, Record
from seqrec_bench.studies.view import View
from seqrec_bench.text import hint


@dataclass(frozen=True)
class Asked:
    """What a check is restricted to; None where it is not."""

    suite: Collection[SeededConfiguration] | None = None
    """All cells of a study, in place of those that the reference has."""
    models: Collection[str] | None = None
    dimensions: Collection[int] | None = None
    seeds: Collection[int] | None = None
    """What every model must have that its seed changes, in each configuration that either side has."""


def expected_cells(
    records: Sequence[Record], reference: Sequence[Record], view: View, dataset: str, asked: Asked
) -> set[SeededConfiguration]:
    """The cells that both sides must have: those of the suite or, without one, of the reference.

    Raises:
        InputError: No record on either side is of a named model, or the reference is one of other data or protocols.
        MissingCellsError: One of the named models or dimensions is not among the cells.
    """
    new, old = cells(records, view, dataset), cells(reference, view, dataset)
    if reference and not old:
        raise _of_other_data(reference, dataset, view.protocol)
    expected = set(old if asked.suite is None else asked.suite)
    holder = "the reference" if asked.suite is None else "the suite"
    if asked.seeds is not None:
        configurations = {*new, *old} if asked.suite is None else expected
        seedless = {cell.configuration for cell, record in (*new.items(), *old.items()) if record.deterministic}
        expected = _with_seeds(configurations, seedless, asked.seeds)
    if asked.models is not None:
        there = {cell.configuration.model for cell in expected}
        _require_known(asked.models, {*there, *(record.key.model for record in (*records, *reference))})
        _require_all(asked.models, there, "--models", holder)
        expected = {cell for cell in expected if cell.configuration.model in asked.models}
    if asked.dimensions is not None:
        _require_all(asked.dimensions, {cell.configuration.dimension for cell in expected}, "--dims", holder)
        expected = {cell for cell in expected if cell.configuration.dimension in {0, *asked.dimensions}}
    return expected


def _with_seeds(
    found: Iterable[SeededConfiguration], seedless: Collection[Configuration], seeds: Iterable[int]
) -> set[SeededConfiguration]:
    """The configurations of these cells with exactly these seeds; those of deterministic models as they are."""
    kept = {cell for cell in found if cell.configuration in seedless}
    return kept | {
        SeededConfiguration(configuration, seed)
        for configuration in {cell.configuration for cell in found} - {*seedless}
        for seed in seeds
    }


def _require_known(models: Iterable[str], known: Collection[str]) -> None:
    for model in sorted(set(models) - set(known)):
        raise InputError(
            f"--models names {model}{hint(model, known)}, of which there is no record on either side: "
            f"choose from {', '.join(sorted(known)) or 'nothing, since both are empty'}."
        )


def _require_all(wanted: Collection[Any], there: Collection[Any], option: str, holder: str) -> None:
    absent = ", ".join(map(str, sorted(set(wanted) - set(there))))
    if absent:
        raise MissingCellsError(f"{option} names {absent}, of which {holder} has nothing to judge: name what it has.")


def _of_other_data(reference: Sequence[Record], dataset: str, protocol: str) -> InputError:
    """The error that a reference without a record of these data under this protocol is, with the options to add."""
    models: dict[tuple[str, str], set[str]] = {}
    for record in reference:
        models.setdefault((record.key.dataset, record.key.protocol), set()).add(record.key.model)
    there = "; ".join(f"{data} under {under} ({', '.join(sorted(made))})" for (data, under), made in models.items())
    near = [pair for pair in models if pair[0] == dataset] or list(models)
    if len(near) > 1:
        mend = f"choose with --dataset and --protocol{hint(dataset, {data for data, _ in models})}"
    else:
        options = zip(("--dataset", "--protocol"), near[0], (dataset, protocol), strict=True)
        mend = "give " + " ".join(f"{option} {name}" for option, name, asked in options if name != asked)
    return InputError(f"The reference has no records of {dataset} under {protocol}; it has {there}: {mend}.")
