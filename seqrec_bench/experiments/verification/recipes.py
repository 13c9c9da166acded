"""Checks of how records were made: by the installed recommenders, with the settings that their variants have."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from seqrec_bench.errors import ExitCode, InputError
from seqrec_bench.evaluation.registry import absent_hyperparameters, build, hyperparameters, load, registered
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.experiments.cell import recipe_of
from seqrec_bench.recommender import Recommender
from seqrec_bench.records import PAPER_VARIANT, Record
from seqrec_bench.records.check import Check
from seqrec_bench.studies.cells import Cell
from seqrec_bench.studies.published import published_settings


@dataclass
class Installed:
    """The installed recommenders, each asked once: looking one up takes longer than reading a record."""

    versions: Mapping[str, int]
    """By name, of those that records are of."""
    absent: Sequence[str]
    """Models of records that are not installed."""
    _built: dict[tuple[str, int, str], Recommender] = field(default_factory=dict)

    def build(self, record: Record, settings: Mapping[str, Value]) -> Recommender:
        """The recommender of the record's model and dimension with these settings; not to be fitted.

        Raises:
            InputError: They are none of that model.
        """
        key = record.key.model, record.key.dimension, json.dumps(settings, sort_keys=True)
        if key not in self._built:
            self._built[key] = build(record.key.model, record.key.dimension, settings)
        return self._built[key]

    def settings_of(self, record: Record) -> dict[str, Value]:
        """What has to be set to build the record's recommender: its values that are not the defaults.

        What the record lacks is as it was before there was such a field.
        """
        usual = self.build(record, {})
        defaults, absent = hyperparameters(usual), absent_hyperparameters(type(usual))
        return {
            name: value
            for name, value in {**absent, **record.recipe.hyperparameters}.items()
            if name not in defaults or value != defaults[name]
        }


def installed(models: Collection[str]) -> Installed:
    """What is installed of these models."""
    there = set(models) & registered().keys()
    return Installed({model: load(model).version for model in sorted(there)}, sorted(set(models) - there))


def check_versions(records: Sequence[Record], models: Installed) -> Check:
    """No record is stale: made by an earlier version of its model than the one that is installed."""
    known = [record for record in records if record.key.model in models.versions]
    faults = [
        f"{record.key.path()}: stale, made by version {record.recipe.version} of the model, "
        f"not {models.versions[record.key.model]}: run its cell again."
        for record in known
        if record.recipe.version < models.versions[record.key.model]
    ]
    notes = [f"Not checked: versions and settings of {model}, which is not installed." for model in models.absent]
    name = "no record is of an earlier version of its model"
    return Check(name, len(known) - len(faults), faults, notes, ExitCode.CELLS_MISSING)


def check_settings(records: Sequence[Record], models: Installed, cells: Collection[Cell]) -> Check:
    """Of the same version, a record has the hyperparameters of its variant, and is as deterministic as its model.

    Args:
        cells: Those of all studies, which say what a variant is.
    """
    named: dict[tuple[str, str], Mapping[str, Value]] = {(cell.model, cell.variant): cell.settings for cell in cells}
    faults, n_passed, n_unnamed = [], 0, 0
    for record in records:
        if record.recipe.version < models.versions.get(record.key.model, record.recipe.version + 1):
            continue
        key = record.key
        is_paper = key.variant == PAPER_VARIANT
        variant = published_settings(key.model, key.dataset) if is_paper else named.get((key.model, key.variant))
        n_unnamed += variant is None
        fault = _settings_fault(record, models, variant)
        faults += [f"{record.key.path()}: {fault}."] if fault else []
        n_passed += fault is None
    notes = [f"{n_unnamed} records are of variants that no study has: any settings may be theirs."] if n_unnamed else []
    return Check("settings are those of the variant, deterministic is as the model says", n_passed, faults, notes)


def _settings_fault(record: Record, models: Installed, variant: Mapping[str, Value] | None) -> str | None:
    """What is wrong with the record's settings.

    Args:
        variant: What its variant changes; None where nothing says that.
    """
    try:
        recommender = models.build(record, models.settings_of(record) if variant is None else variant)
    except InputError as error:
        return f"its settings are none of the installed model ({error})"
    now = recipe_of(recommender, record.recipe.dataset, record.recipe.selection)
    if difference := now.difference(record.recipe):
        return difference
    if record.deterministic != recommender.deterministic:
        said = "deterministic" if record.deterministic else "not deterministic"
        return f"it says that the model is {said}, and the model says otherwise"
    return None


def can_be_made(record: Record, models: Installed) -> bool:
    """Whether the installed model, of the same version, can have the record's settings."""
    if models.versions.get(record.key.model) != record.recipe.version:
        return False
    return _settings_fault(record, models, None) is None
