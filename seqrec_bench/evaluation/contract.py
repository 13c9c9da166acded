"""What a class has to be for the bench to take it for a recommender, and what a recommender may not change of that."""

import dataclasses
from collections.abc import Mapping
from typing import get_type_hints

from seqrec_bench.errors import InputError, in_words
from seqrec_bench.evaluation.settings import check_value, describe_type
from seqrec_bench.recommender import Recommender
from seqrec_bench.text import shortened

MAX_VERSION = 10**15 - 1
"""Of a recommender: room for a date and a time."""
_DECLARED: Mapping[str, type] = {"name": str, "version": int, "deterministic": bool, "uses_order": bool}
"""What every class says of itself, and its records after it."""
ABSENT = "absent"
"""In a field's metadata: what a record means that lacks the field, where that is not its default."""


def contract_fault(recommender: object) -> str | None:
    """Says what keeps an object from being the class of a recommender (``"is not a dataclass"``); None if nothing."""
    if not isinstance(recommender, type) or not dataclasses.is_dataclass(recommender):
        return "is not a dataclass"
    fields = hyperparameter_names(recommender)
    for attribute, kind in _DECLARED.items():
        value = getattr(recommender, attribute, None)
        if attribute in fields or value is None:
            return f"has no class attribute {attribute!r} of type ClassVar[{kind.__name__}]"
        if type(value) is not kind:  # its type and not its repr, which is somebody else's code
            return f"has {type(value).__name__} for the type of {attribute!r}, which has to be {kind.__name__}"
    if not 1 <= getattr(recommender, "version", 0) <= MAX_VERSION:
        return f"has a version that is no number from 1 to {MAX_VERSION}"
    try:
        get_type_hints(recommender)
    except Exception as error:  # whatever the annotation, a piece of code, may raise
        return f"has a field whose type can't be looked up ({in_words(error)})"
    if fault := _absence_fault(recommender):
        return fault
    for method in ("fit", "score"):
        if not callable(getattr(recommender, method, None)):
            return f"has no method {method!r}"
    for method, partner in (("state", "restore"), ("restore", "state")):
        if callable(getattr(recommender, method, None)) and not callable(getattr(recommender, partner, None)):
            return f"has a method {method!r} but no method {partner!r}"
    for attribute in ("history_length", "n_parameters"):
        if attribute not in fields and not hasattr(recommender, attribute):
            return f"has neither a field nor a property {attribute!r}"
    return None


def declaration_fault(recommender: Recommender) -> str | None:
    """Says where a recommender is not what its class, and so its records, say of it; None if nowhere."""
    for attribute in _DECLARED:
        declared, found = getattr(type(recommender), attribute), getattr(recommender, attribute)
        if type(found) is not type(declared) or found != declared:
            said = shortened(repr(found))
            return f"has now {attribute} {said}, and its class {declared!r}: leave that as the class has it"
    return None


def hyperparameter_names(recommender: type) -> list[str]:
    """The fields that it is built with."""
    return [field.name for field in dataclasses.fields(recommender) if field.init]


def absent_values(recommender: type) -> dict[str, object]:
    """By field, the behaviour before the field was there: its metadata's `ABSENT` or, where none is, its default.

    A field that has neither can't be absent, and is left out.
    """
    types = get_type_hints(recommender)
    values: dict[str, object] = {}
    for field in dataclasses.fields(recommender):
        if not field.init:
            continue
        if ABSENT in field.metadata:
            values[field.name] = check_value(field.metadata[ABSENT], types[field.name], field.name)
        elif field.default is not dataclasses.MISSING:
            values[field.name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            values[field.name] = field.default_factory()
    return values


def _absence_fault(recommender: type) -> str | None:
    """What is wrong with what a field says that its absence means."""
    types = get_type_hints(recommender)
    for field in dataclasses.fields(recommender):
        if field.init and ABSENT in field.metadata:
            try:
                check_value(field.metadata[ABSENT], types[field.name], field.name)
            except InputError:
                accepted = describe_type(types[field.name]) or "no such value, since its type is none of a setting"
                return f"has a field {field.name!r} whose metadata have a wrong value for {ABSENT!r}: give {accepted}"
    return None
