"""What can be said of a registered recommender before it is run: what it is, and what each of its settings means."""

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_type_hints

from seqrec_bench.entry_points import distribution
from seqrec_bench.errors import BenchError, InputError, in_words
from seqrec_bench.evaluation.registry import as_recorded, load, registered, running
from seqrec_bench.evaluation.settings import describe_type


@dataclass(frozen=True)
class SettingDescription:
    """A hyperparameter that ``--set`` can change; `dimension`, which a run sets, is not one."""

    name: str
    accepts: str
    """Its values, in words."""
    default: object
    meaning: str
    """Empty where its class says nothing about it."""


@dataclass(frozen=True)
class ModelDescription:
    name: str
    made_by: str
    """The distribution that registers it, with its version."""
    version: int
    deterministic: bool
    uses_order: bool
    has_dimension: bool
    about: str
    """The docstring of its class, whose first line names its paper."""
    settings: Sequence[SettingDescription]

    @property
    def summary(self) -> str:
        return self.about.partition("\n")[0]


def describe_model(name: str) -> ModelDescription:
    """What the recommender of that name is.

    Raises:
        InputError: There is none, or it is not what the contract asks for.
    """
    recommender = load(name)
    fields = [field for field in dataclasses.fields(recommender) if field.init]  # type: ignore[arg-type]
    types, meanings = get_type_hints(recommender), _meanings(recommender)
    return ModelDescription(
        name=name,
        made_by=distribution(registered()[name]),
        version=recommender.version,
        deterministic=recommender.deterministic,
        uses_order=recommender.uses_order,
        has_dimension=any(field.name == "dimension" for field in fields),
        about=inspect.getdoc(recommender) or "",
        settings=[
            SettingDescription(
                field.name, describe_type(types[field.name]), _default(field, name), meanings.get(field.name, "")
            )
            for field in fields
            if field.name != "dimension"
        ],
    )


def _default(field: "dataclasses.Field[object]", model: str) -> object:
    """The field's default, as a record has it.

    Raises:
        InputError: No record could hold it.
    """
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return "(has to be set)"
    try:
        with running(model, "while its defaults were read"):
            default = field.default
            if field.default_factory is not dataclasses.MISSING:
                default = field.default_factory()
            return as_recorded(default)
    except BenchError:
        raise
    except Exception as error:  # whatever the factory may raise
        raise InputError(
            f"The default of {model}.{field.name} can't be written as JSON ({in_words(error)})."
        ) from error


def _meanings(recommender: type) -> Mapping[str, str]:
    """The texts that stand below fields, in the source of the class and of those that it inherits from."""
    found: dict[str, str] = {}
    for part in reversed(recommender.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(part)))
        except (OSError, TypeError, SyntaxError):  # made without a file, as in a notebook
            continue
        found |= _texts_below(tree.body[0])
    return found


def _texts_below(definition: ast.stmt) -> Mapping[str, str]:
    if not isinstance(definition, ast.ClassDef):
        return {}
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in zip(definition.body, definition.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
