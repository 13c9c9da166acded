"""Records that lack a field which others of their model have: what that means, the installed model says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.registry import absent_hyperparameters, load, registered
from seqrec_bench.records import Record


def completed(records: Sequence[Record]) -> list[Record]:
    """The records, in the same order, those of one model with the same hyperparameters, as far as the model tells.

    A model is imported only where its records differ in which they have. Where it is not installed, or is broken, its
    records stay as they are: nobody can tell whether they may stand side by side.
    """
    names: dict[str, set[str]] = defaultdict(set)
    for record in records:
        names[record.key.model] |= record.recipe.hyperparameters.keys()
    lacking = {record.key.model for record in records if names[record.key.model] > record.recipe.hyperparameters.keys()}
    absent = {model: implied(model) for model in lacking}
    return [_with(record, names[record.key.model], absent.get(record.key.model, {})) for record in records]


def implied(model: str) -> Mapping[str, Any]:
    """By field, what a record of this model means that lacks it; nothing of a model that is not here to be asked."""
    try:
        return absent_hyperparameters(load(model)) if model in registered() else {}
    except InputError:
        return {}


def _with(record: Record, names: set[str], absent: Mapping[str, Any]) -> Record:
    has = record.recipe.hyperparameters
    added = {name: value for name, value in absent.items() if name in names and name not in has}
    return replace(record, recipe=replace(record.recipe, hyperparameters={**has, **added})) if added else record
