"""The recommenders that are installed, found through the entry-point group ``seqrec_bench.recommenders``."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from importlib.metadata import EntryPoint
from typing import Any, cast, get_type_hints

from seqrec_bench import entry_points
from seqrec_bench.entry_points import Kind, imported, refusal
from seqrec_bench.errors import InputError, in_words
from seqrec_bench.evaluation.contract import absent_values, contract_fault, declaration_fault, hyperparameter_names
from seqrec_bench.evaluation.settings import Value, check_value, parse_value
from seqrec_bench.recommender import Recommender
from seqrec_bench.records.strict_json import parse
from seqrec_bench.text import hint

KIND = Kind("seqrec_bench.recommenders", "recommender")
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
"""A recommender's name is part of the paths of its records."""


def registered() -> dict[str, EntryPoint]:
    """Returns the entry point of every installed recommender by its name, in alphabetical order; imports nothing.

    Raises:
        InputError: Two distributions register the same name.
    """
    return entry_points.registered(KIND)


def load(name: str) -> type[Recommender]:
    """Imports the recommender's class and returns it; says before, in the log, which code of others that runs.

    Raises:
        InputError: Nothing is registered under that name, importing it fails, or it is not what the contract asks for.
    """
    points = registered()
    if name not in points:
        raise InputError(f"There is no recommender {name!r}{hint(name, points)}: choose from {', '.join(points)}.")
    point = points[name]
    if not NAME.fullmatch(name):
        raise refusal(
            KIND, point, "has a name that can't be part of a path: register it under letters, digits, - and _."
        )
    loaded = imported(KIND, point, _fault)
    if loaded.name != name:
        raise refusal(KIND, point, f"calls itself {loaded.name!r}: register it under that name.")
    return cast(type[Recommender], loaded)


def _fault(loaded: object) -> str | None:
    """The rest of a sentence that says why this is no recommender, if it is none."""
    fault = contract_fault(loaded)
    return f"{fault}: see seqrec_bench.recommender for the contract." if fault else None


def build(name: str, dimension: int, settings: Mapping[str, object]) -> Recommender:
    """Returns a fresh recommender with these values for its fields, each checked against the field's type.

    Args:
        dimension: The value of the field `dimension`; not used for a model without that field.
        settings: Values by field name; the other fields keep their defaults.

    Raises:
        InputError: The recommender can't be loaded, a setting names no field, or a value is not of the field's type.
    """
    recommender = load(name)
    values: dict[str, object] = {
        key: check_value(value, _field_type(recommender, key), f"{name}.{key}") for key, value in settings.items()
    }
    if has_dimension(recommender):
        values["dimension"] = dimension
    with running(name, "while it was built"):
        try:
            built = cast(Callable[..., Recommender], recommender)(**values)
            if not isinstance(built, recommender):
                raise InputError(f"{name} builds a {type(built).__name__} and not itself.")
            fault = declaration_fault(built)
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"{name} does not accept the settings {values} ({in_words(error)}).") from error
    if fault:
        raise InputError(f"{name} {fault}.")
    return built


def running(name: str, when: str) -> AbstractContextManager[None]:
    """As `entry_points.running`, for code of the recommender of this name."""
    return entry_points.running(KIND, name, when)


def parse_setting(name: str, key: str, text: str) -> Value:
    """Returns the value that `text` stands for in ``--set name.key=text``.

    Raises:
        InputError: The recommender can't be loaded, it has no such field, or the text is no value of the field's type.
    """
    return parse_value(text, _field_type(load(name), key), f"{name}.{key}")


def has_dimension(recommender: type[Recommender]) -> bool:
    """Whether the recommender has a `dimension`, which the run sets; one without is run once, at dimension 0."""
    return "dimension" in hyperparameter_names(recommender)


def hyperparameters(recommender: Recommender) -> dict[str, Any]:
    """Returns the values of all fields as they come back from JSON (a tuple as a list).

    Raises:
        InputError: A value can't be written as JSON.
    """
    names = hyperparameter_names(type(recommender))
    return _read(type(recommender), lambda: {key: getattr(recommender, key) for key in names})


def absent_hyperparameters(recommender: type[Recommender]) -> dict[str, Any]:
    """By field, what a record means that lacks it, as that comes back from JSON.

    Raises:
        InputError: A value can't be written as JSON.
    """
    return _read(recommender, lambda: absent_values(recommender))


def _read(recommender: type[Recommender], values: Callable[[], Mapping[str, object]]) -> dict[str, Any]:
    """These values of its fields as they come back from JSON; reading them runs code of its own."""
    try:
        with running(recommender.name, "while its hyperparameters were read"):
            return dict(as_recorded(values()))
    except InputError:
        raise
    except Exception as error:  # whatever a value, or what stands in its place, may raise
        raise InputError(
            f"A hyperparameter of {recommender.name} can't be written as JSON ({in_words(error)})."
        ) from error


def as_recorded(value: object) -> Any:
    """The value as it comes back from a record: a tuple as a list, say.

    Raises:
        Exception: No record could hold it; whatever somebody else's object may raise.
    """
    return parse(json.dumps(value, allow_nan=False))


def _field_type(recommender: type[Recommender], key: str) -> object:
    """The declared type of a field that a setting may name."""
    settable = [field for field in hyperparameter_names(recommender) if field != "dimension"]
    if key == "dimension":
        raise InputError(f"{recommender.name}.dimension is no setting: the dimensions of a run set it.")
    if key not in settable:
        raise InputError(
            f"{recommender.name} has no setting {key!r}{hint(key, settable)}: "
            f"it has {', '.join(settable) if settable else 'none at all'}."
        )
    return get_type_hints(recommender)[key]
