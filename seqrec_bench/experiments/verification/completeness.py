"""Checks of completeness: are all cells of a study here, and the same seeds of every model?"""

import shlex
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqrec_bench.data import data_option
from seqrec_bench.errors import ExitCode
from seqrec_bench.records import CellKey, Record
from seqrec_bench.records.check import Check
from seqrec_bench.studies.cells import DEFAULT_STUDY, Cell

HELD_SHARE = 0.5
"""A directory with at least this share of a study's cells is taken for one that is to hold all of them."""
_NAMED = 6
"""How many missing cells are named one by one."""


@dataclass(frozen=True)
class StudyCells:
    """What a directory that is to hold a study has."""

    cells: Sequence[Cell]
    datasets: Collection[str] | None = None
    """The data sets that it is about; None for a study that is run on any."""

    def is_about(self, dataset: str) -> bool:
        """Whether records on the data set may be taken for the study's."""
        return self.datasets is None or dataset in self.datasets


def check_studies(records: Sequence[Record], root: Path, cells_of: Mapping[str, StudyCells]) -> Check:
    """Of each study of which half the cells or more are here, all are.

    Args:
        cells_of: The studies by name.
    """
    there = {record.key for record in records}
    faults, notes, n_passed = [], [], 0
    for dataset in sorted({key.dataset for key in there}):
        for study, found in cells_of.items():
            if not found.is_about(dataset):
                continue
            wanted = [
                CellKey(dataset, cell.protocol, cell.model, cell.variant, cell.dimension, cell.seed)
                for cell in found.cells
            ]
            missing = [key for key in wanted if key not in there]
            n_here = len(wanted) - len(missing)
            if not missing:
                n_passed += 1
            elif n_here >= HELD_SHARE * len(wanted):
                faults.append(
                    f"{len(missing)} of {len(wanted)} cells of the study {study} on {dataset} are missing "
                    f"({_listed(missing)}): make them with `{_command(study, dataset, root)}`."
                )
            elif n_here:
                notes.append(
                    f"Not taken for the study {study} on {dataset}: {n_here} of its {len(wanted)} cells are here."
                )
    return Check("studies are whole", n_passed, faults, notes, ExitCode.CELLS_MISSING)


def check_seeds(records: Sequence[Record]) -> Check:
    """Models of one data set, protocol, variant and dimension that depend on the seed have the same seeds."""
    seeds: dict[tuple[str, str, str, int], dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for record in records:
        key = record.key
        if not record.deterministic:
            seeds[key.dataset, key.protocol, key.variant, key.dimension][key.model].add(key.seed)
    faults, n_passed = [], 0
    for (dataset, protocol, variant, dimension), by_model in seeds.items():
        everybodys = set().union(*by_model.values())
        lacking = {model: sorted(everybodys - found) for model, found in by_model.items() if found != everybodys}
        n_passed += len(by_model) - len(lacking)
        faults += [
            f"{dataset}/{protocol}/{model} {variant}-d{dimension} lacks the seeds {', '.join(map(str, absent))} "
            "that other models there have: run them."
            for model, absent in lacking.items()
        ]
    return Check("models that are compared have the same seeds", n_passed, faults, (), ExitCode.CELLS_MISSING)


def _listed(missing: Sequence[CellKey]) -> str:
    names = [f"{key} under {key.protocol}" for key in missing[:_NAMED]]
    others = len(missing) - len(names)
    return "; ".join([*names, *([f"and {others} more"] if others else [])])


def _command(study: str, dataset: str, root: Path) -> str:
    cells_option = "--all" if study == DEFAULT_STUDY else f"--study {study}"
    return f"seqrec-bench run {cells_option} {data_option(dataset)} --results {shlex.quote(str(root))}"
