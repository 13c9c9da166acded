"""Bundles of options, in commands made for the purpose; that the real commands have theirs is for their own tests."""

import inspect
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

import pytest
import typer
from typer.testing import CliRunner, Result

from seqrec_bench.cli.bundles import Described, Without, with_bundles

KindT = TypeVar("KindT", bound=StrEnum)


class Shape(StrEnum):
    ROUND = "round"
    SQUARE = "square"


@dataclass(frozen=True)
class Size:
    width: Annotated[int, typer.Option("--width", min=1, help="How wide.")] = 3
    names: Annotated[list[str] | None, typer.Option("--name", help="What it is called.")] = None

    @property
    def area(self) -> int:
        return self.width**2


@dataclass(frozen=True)
class Box(Size):
    depth: Annotated[int | None, typer.Option("--depth", help="How deep.", show_default="none")] = None


@dataclass(frozen=True)
class Form(Generic[KindT]):
    kind: Annotated[KindT | None, typer.Option("--kind")] = None


def call(command: object, *arguments: str) -> Result:
    app = typer.Typer(add_completion=False)
    app.command()(command)  # type: ignore[type-var]
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "100"})


@with_bundles
def pack(
    what: Annotated[str, typer.Argument()],
    box: Box,
    form: Annotated[Form[Shape], Described("kind", "Round ones roll.", "round")],
    loud: Annotated[bool, typer.Option("--loud")] = False,
) -> None:
    """Packs it."""
    typer.echo((what, box, form.kind, box.area, loud))


@with_bundles
def lay(size: Annotated[Box, Without("depth", "names")]) -> None:
    typer.echo(size)


def test_a_command_gets_what_was_given_as_one_value_and_defaults_for_the_rest() -> None:
    assert call(pack, "tea").stdout == f"{('tea', Box(), None, 9, False)}\n"
    done = call(pack, "tea", "--width", "4", "--name", "a", "--name", "b", "--kind", "round", "--loud", "--depth", "2")
    assert done.stdout == f"{('tea', Box(4, ['a', 'b'], 2), Shape.ROUND, 16, True)}\n"


def test_options_stand_in_help_where_the_bundle_stands_with_the_words_of_the_command() -> None:
    shown = call(pack, "--help").stdout
    places = [shown.index(option) for option in ("--width", "--name", "--depth", "--kind", "--loud")]
    assert places == sorted(places)
    words = " ".join(shown.split())
    assert "<round|square> Round ones roll. [default: (round)]" in words and "How deep. [default: (none)]" in words
    assert "Packs it." in words


def test_values_are_checked_as_those_of_any_option() -> None:
    assert call(pack, "tea", "--width", "0").exit_code == 2
    assert call(pack, "tea", "--kind", "flat").exit_code == 2


def test_an_option_that_the_command_does_not_have_is_refused_and_keeps_its_default() -> None:
    assert call(lay, "--width", "2").stdout == f"{Box(2)}\n"
    assert call(lay, "--depth", "2").exit_code == 2


def test_the_bundle_itself_is_as_it_was() -> None:
    (depth,) = (each for each in inspect.signature(pack).parameters.values() if each.name == "depth")
    assert depth.default is None
    assert "Round ones roll." not in call(with_bundles(plain), "--help").stdout


def plain(form: Form[Shape]) -> None: ...


def misnamed(size: Annotated[Size, Without("height")]) -> None: ...


def misdescribed(size: Annotated[Size, Described("height", "How high.", "1")]) -> None: ...


def twice(size: Size, width: Annotated[int, typer.Option()] = 1) -> None: ...


@pytest.mark.parametrize(("command", "error"), [(misnamed, KeyError), (misdescribed, KeyError), (twice, ValueError)])
def test_a_slip_in_a_command_is_an_error_at_once(command: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        with_bundles(command)  # type: ignore[arg-type]
