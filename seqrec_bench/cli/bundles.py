"""Options that several commands share: a dataclass whose fields are options, which a command takes as one value."""

import inspect
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Annotated, get_args, get_origin, get_type_hints


class Without:
    """Stands in the annotation of a bundle for the options of it that a command does not have."""

    def __init__(self, *options: str) -> None:
        self.options = options


class Described:
    """Stands in the annotation of a bundle for what a command's help says of an option of it."""

    def __init__(self, option: str, help: str, show_default: str) -> None:
        self.option, self.help, self.show_default = option, help, show_default

    def of(self, annotation: object) -> object:
        """The option's annotation, with these words in place of its own."""
        kind, option = get_args(annotation)
        option = copy(option)
        option.help, option.show_default = self.help, self.show_default
        return Annotated[kind, option]


@dataclass(frozen=True)
class _Bundle:
    """A parameter of a command that stands for several options."""

    make: Callable[..., object]
    options: tuple[inspect.Parameter, ...]


def with_bundles(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer sees it: each bundle among its parameters is replaced by the options of the bundle.

    A parameter is a bundle if its annotation is a dataclass whose fields are `Annotated` for typer, with defaults.
    ``Annotated[DataOptions, Without("tags")]`` leaves an option out, whose field has its default then; `Described` has
    other words for one. The command itself is called with the bundles that were made of the options' values.

    Raises:
        KeyError: A note is about an option that the bundle does not have.
        ValueError: Two options of the command have one name.
    """
    parameters = inspect.signature(command).parameters
    bundles = {name: found for name, each in parameters.items() if (found := _bundle(each.annotation)) is not None}

    @wraps(command)
    def called_by_options(**given: object) -> None:
        made = {
            name: bundle.make(**{option.name: given.pop(option.name) for option in bundle.options})
            for name, bundle in bundles.items()
        }
        command(**given, **made)

    options = [
        option.replace(kind=inspect.Parameter.KEYWORD_ONLY)  # so that one without a default may come later
        for name, each in parameters.items()
        for option in (bundles[name].options if name in bundles else (each,))
    ]
    called_by_options.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined] # as `inspect` reads it
    called_by_options.__annotations__ = {option.name: option.annotation for option in options}
    return called_by_options


def _bundle(annotation: object) -> _Bundle | None:
    """What the annotation says of a bundle, if it is one."""
    kind, *notes = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    bundle = get_origin(kind) or kind
    if not isinstance(bundle, type) or not is_dataclass(bundle):
        return None
    options = {option.name: option for option in _options(bundle, get_args(kind))}
    for note in notes:
        if isinstance(note, Without):
            for name in note.options:
                del options[name]
        if isinstance(note, Described):
            usual = options[note.option]
            options[note.option] = usual.replace(annotation=note.of(usual.annotation))
    return _Bundle(bundle, tuple(options.values()))


def _options(bundle: type, arguments: tuple[object, ...]) -> Iterator[inspect.Parameter]:
    """A parameter for each field; the arguments are those of a generic bundle."""
    hints = get_type_hints(bundle, include_extras=True)
    for field in fields(bundle):
        hint = hints[field.name]
        if getattr(hint, "__parameters__", ()):
            hint = hint[arguments]
        yield inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hint)
