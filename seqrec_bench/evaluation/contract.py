"""What a class has to be for the bench to take it for a recommender, and what a recommender may not change of that."""

import dataclasses
from collections.abc import Mapping
from typing import get_type_hints

from seqrec_bench.errors import in_words
from seqrec_bench.recommender import Recommender
from seqrec_bench.text import shortened

MAX_VERSION = 10**15 - 1
"""Of a recommender: room for a date and a time."""
_DECLARED: Mapping[str, type] = {"name": str, "version": int, "deterministic": bool, "uses_order": bool}
"""What every class says of itself, and its records after it."""


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
