"""What the rows of a table are: interactions, users with lists, or samples."""

from collections.abc import Callable, Sequence
from typing import Any

from seqrec_bench.data.arrow_columns import interactions_from_table
from seqrec_bench.data.columns import (
    ITEM_NAMES,
    LIST_NAMES,
    ChosenColumns,
    Columns,
    choose_columns,
    lists_beside,
    usually_named,
)
from seqrec_bench.data.form import Form
from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.list_columns import interactions_from_lists, interactions_from_samples, is_list
from seqrec_bench.errors import InputError

Choose = Callable[[Sequence[str]], Sequence[str]]
"""Gives the columns that are wanted among all names."""


def interactions_from_rows(
    read: Callable[[Choose], Any], columns: Columns, form: Form, file: str, dates: bool = True
) -> Interactions:
    """Makes interactions of a ``pyarrow.Table`` whose rows are what the form says.

    Args:
        read: Returns the table, with the columns that are chosen.
        dates: Whether times may be dates written out.

    Raises:
        InputError: The columns or what is in them are of another form, which is named if it can be told; and as for
            `interactions_from_table`, `interactions_from_lists` and `interactions_from_samples`.
    """
    found: list[str] = []

    def choose(names: Sequence[str]) -> list[str]:
        found[:] = names
        chosen = _choose(names, columns, form, file)
        return [*chosen.names, *_lists(names, chosen, form, file)]

    table = read(choose)
    chosen = _choose(found, columns, form, file)
    if form.layout == "samples":
        (before,) = _lists(found, chosen, form, file)
        return interactions_from_samples(table, chosen, before, file, form.ids_as_written)
    if form.layout == "lists":
        return interactions_from_lists(table, chosen, file, form.ids_as_written)
    if lists := [name for name in chosen.names if is_list(table.schema.field(name).type)]:
        raise InputError(f"Column {lists[0]} of {file} holds lists: add --layout lists if a row is a user with lists.")
    return interactions_from_table(table, chosen, file, dates)


def _choose(names: Sequence[str], columns: Columns, form: Form, file: str) -> ChosenColumns:
    has_times = form.has_times and form.layout not in ("pairs", "samples")
    try:
        return choose_columns(names, columns, file, has_times, are_lists=form.layout == "lists")
    except InputError as error:
        if form.layout is None and (options := _options_for_lists(names, columns, has_times)):
            raise InputError(
                f"{file} has columns as of a user with lists in each row, {', '.join(names)}: add {options}."
            ) from error
        raise


def _options_for_lists(names: Sequence[str], columns: Columns, has_times: bool) -> str | None:
    """The options by which there are columns of lists, if the items are called so."""
    if not usually_named(names, LIST_NAMES[ITEM_NAMES]):
        return None
    for with_times in (True, False) if has_times else (False,):
        try:
            choose_columns(names, columns, "", with_times, are_lists=True)
        except InputError:
            continue
        return "--layout lists" if with_times or not has_times else "--layout lists --no-times"
    return None


def _lists(names: Sequence[str], chosen: ChosenColumns, form: Form, file: str) -> list[str]:
    """For samples, the one column with the items before the row's; else none, and there should be none."""
    lists = lists_beside(names, chosen.item)
    if form.layout == "samples":
        if len(lists) != 1:
            raise InputError(
                f"{file} has {len(lists) or 'no'} columns called as {chosen.item} with list behind, where samples have "
                "one with the items before: give the interactions themselves, or leave --layout samples out."
            )
        return lists
    if form.layout is None and lists:
        raise InputError(
            f"{file} has samples rather than interactions, as its column {lists[0]} beside {chosen.item} says: add "
            "--layout samples, or --layout rows if the column is of no matter."
        )
    return []
