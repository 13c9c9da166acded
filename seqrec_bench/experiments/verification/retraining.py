"""Training cells of a results directory once more, and holding what comes of it against their records."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from seqrec_bench.data import Dataset
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS, metric, selection_of
from seqrec_bench.evaluation.protocols import find_protocol, known_protocol, place_in_order
from seqrec_bench.experiments.verification.recipes import can_be_made, installed
from seqrec_bench.records import CellKey, Ranks, Record
from seqrec_bench.records.check import Check
from seqrec_bench.studies.cells import Cell

NOT_SOFTWARE = ("attacks", "commit")
"""What differs between environments without any figure depending on it."""

MOST_SECONDS = 10.0
"""What a deterministic model takes at most, by its record, to be run again without being asked for."""


def quick(records: Sequence[Record], datasets: Mapping[str, Dataset]) -> list[Record]:
    """The records of deterministic models that took seconds, of those that can be made again from these data."""
    return [
        record
        for record in _possible(records, datasets)
        if record.deterministic and sum(record.seconds.get(part, 0) for part in ("fit", "score")) <= MOST_SECONDS
    ]


def draw(records: Sequence[Record], datasets: Mapping[str, Dataset], number: int, seed: int) -> list[Record]:
    """So many records, all equally likely, of those that the installed software can make again from these data.

    Args:
        records: In any order.
        datasets: Those that are here, by name.
    """
    found = _possible(records, datasets)
    return sorted(random.Random(seed).sample(found, min(number, len(found))), key=lambda record: record.key)


def _possible(records: Sequence[Record], datasets: Mapping[str, Dataset]) -> list[Record]:
    """Those that the installed software can make again from these data, by key."""
    models = installed({record.key.model for record in records})
    return [
        record
        for record in sorted(records, key=lambda record: record.key)
        if _can_be_split(record, datasets) and can_be_made(record, models)
    ]


def _can_be_split(record: Record, datasets: Mapping[str, Dataset]) -> bool:
    dataset, protocol = datasets.get(record.key.dataset), known_protocol(record.key.protocol)
    return dataset is not None and protocol is not None and protocol.lack(dataset) is None


def cells_to_train(drawn: Sequence[Record]) -> list[Cell]:
    """The cells of the drawn records, each with the one whose weights it ranks again, in the order to run them."""
    models = installed({record.key.model for record in drawn})
    cells = []
    for record in drawn:
        key = record.key
        chose, settings = selection_of([record]), models.settings_of(record)
        cell = Cell(key.model, key.variant, key.dimension, key.seed, settings, key.protocol, chose)
        base = find_protocol(key.protocol).base
        cells += [replace(cell, protocol=base), cell] if base else [cell]
    return sorted(dict.fromkeys(cells), key=lambda cell: place_in_order(cell.protocol))


def check_quick(
    records: Sequence[Record],
    chosen: Sequence[Record],
    again: Mapping[CellKey, Record],
    causes: Mapping[CellKey, str],
) -> Check:
    """As `check_retrained`, of the `quick` records, with a note on the deterministic ones that are not among them.

    Args:
        records: All that there are.
        chosen: The quick ones.
        again, causes: As `check_retrained` has them.
    """
    found = check_retrained(chosen, again, causes)
    n_others = sum(record.deterministic for record in records) - len(chosen)
    note = (
        f"Not run again unasked: {n_others} records of deterministic models that took more than {MOST_SECONDS:g} s, or "
        "whose data or version of the model is not here."
    )
    return replace(
        found,
        name="deterministic models that take seconds, run again, have the same ranks",
        notes=[note] if n_others else [],
    )


def check_retrained(drawn: Sequence[Record], again: Mapping[CellKey, Record], causes: Mapping[CellKey, str]) -> Check:
    """Every rank and every validation figure of the curve is what it was.

    Args:
        again: What came of the cells that were run again.
        causes: Why others failed.
    """
    faults, notes, n_passed, n_failed = [], [], 0, 0
    for record in drawn:
        path = record.key.path()
        if record.key not in again:
            n_failed += 1
            faults.append(f"{path} could not be made again: {causes.get(record.key, 'it was not run')}")
            continue
        difference = describe_difference(record, again[record.key])
        if difference is None:
            n_passed += 1
            notes.append(
                f"{path}: all ranks and validation figures are the same{_weights_too(record, again[record.key])}."
            )
        else:
            faults.append(f"{path}: {difference}.")
    code = ExitCode.CELLS_FAILED if faults and n_failed == len(faults) else ExitCode.FALLS_SHORT
    return Check("cells that were run again have the same ranks", n_passed, faults, notes, code)


def describe_difference(record: Record, again: Record) -> str | None:
    """How much the second record differs from the first, and in what it was made otherwise; None if it does not."""
    if record.recipe.dataset != again.recipe.dataset:
        return "it was made on other data than those that are here"
    parts = (("validation", record.validation, again.validation), ("test", record.test, again.test))
    differing = [said for part in parts if (said := _ranks_difference(*part))]
    curves = [[dict(epoch.validation) for epoch in one.curve] for one in (record, again)]
    if curves[0] != curves[1]:
        differing.append(f"its curve has other validation figures from {_first_difference(*curves)} on")
    if not differing:
        return None
    made = environment_difference(record.environment, again.environment)
    where = f"made with {made}" if made else "its environment says nothing else than this one's"
    return f"{'; '.join(differing)}; {where}"


def environment_difference(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """What the environment of a record has otherwise than this one, in words; empty if nothing."""
    flat = [{**environment, **environment.get("packages", {})} for environment in (there, here)]
    names = sorted({*flat[0], *flat[1]} - {"packages", *NOT_SOFTWARE})
    return ", ".join(
        f"{name} {flat[0].get(name)} (here {flat[1].get(name)})"
        for name in names
        if flat[0].get(name) != flat[1].get(name)
    )


def _ranks_difference(part: str, ranks: Ranks, again: Ranks) -> str | None:
    if not ranks.has_same_targets(again):
        sizes = [f"{found.n_targets} targets of {found.n_users} users" for found in (ranks, again)]
        return f"{part} has {sizes[0]}, and {sizes[1]} now"
    n_others = int(((ranks.better != again.better) | (ranks.tied != again.tied)).sum())
    if n_others == 0:
        return None
    moved = (f"{name} by {metric(again, name).mean() - metric(ranks, name).mean():+.4f}" for name in VALIDATION_METRICS)
    return f"{n_others} of {ranks.n_targets} {part} ranks differ, which moves {', '.join(moved)}"


def _first_difference(curve: Sequence[Mapping[str, float]], again: Sequence[Mapping[str, float]]) -> str:
    """The first epoch that differs, or that one of the two lacks."""
    same = 0
    while same < min(len(curve), len(again)) and curve[same] == again[same]:
        same += 1
    return f"epoch {same + 1}"


def _weights_too(record: Record, again: Record) -> str:
    return ", and the weights too" if record.weights is not None and record.weights == again.weights else ""
