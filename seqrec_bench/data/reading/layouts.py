"""What the rows of a table are: interactions, users with lists, or samples."""

from collections.abc import Callable, Sequence
from typing import Any

from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.reading.columns import (
    ITEM_NAMES,
    LIST_NAMES,
    Choose,
    ChosenColumns,
    Columns,
    choose_columns,
    columns_called,
    listed_names,
    lists_beside,
    usually_named,
)
from seqrec_bench.data.reading.doubtful_ids import refuse_doubtful
from seqrec_bench.data.reading.form import Form
from seqrec_bench.data.reading.list_columns import interactions_from_lists, interactions_from_samples, is_list
from seqrec_bench.data.reading.negative_rows import judged_interactions, signal_columns
from seqrec_bench.errors import InputError


def interactions_from_rows(
    read: Callable[[Choose], Any], columns: Columns, form: Form, file: str, dates: bool = True
) -> Interactions:
    """Makes interactions of a ``pyarrow.Table`` whose rows are what the form says.

    Args:
        read: Returns the table, with the columns that are chosen.
        dates: Whether times may be dates written out.

    Raises:
        InputError: The columns or what is in them are of another form, which is named if it can be told; and as for
            `judged_interactions`, `interactions_from_lists` and `interactions_from_samples`.
    """

    def choose(names: Sequence[str]) -> tuple[ChosenColumns, list[str]]:
        chosen = _choose(names, columns, form, file)
        return chosen, _others(names, chosen, form, file)

    def wanted(names: Sequence[str]) -> list[str]:
        chosen, others = choose(names)
        return [*chosen.names, *others]

    try:
        table = read(wanted)
    except InputError:  # perhaps only for a column that nobody has asked for
        if form.drop_negative_rows is not None or form.layout in ("lists", "samples"):
            raise
        table = read(lambda names: choose(names)[0].names)
    chosen, others = choose(table.column_names)
    if form.layout not in ("lists", "samples"):
        if lists := [name for name in chosen.names if is_list(table.schema.field(name).type)]:
            raise InputError(f"Column {lists[0]} of {file} holds lists: add --layout lists if rows are users.")
        return judged_interactions(table, chosen, others, form, file, dates)
    if form.layout == "lists":
        interactions = interactions_from_lists(table, chosen, file)
    else:
        interactions = interactions_from_samples(table, chosen, others[0], file)
    if not form.ids_as_written:
        refuse_doubtful(interactions, "Interaction", file)
    return interactions


def _choose(names: Sequence[str], columns: Columns, form: Form, file: str) -> ChosenColumns:
    has_times = form.has_times and form.layout not in ("pairs", "samples")
    try:
        return choose_columns(names, columns, file, has_times, are_lists=form.layout == "lists")
    except InputError as error:
        if form.layout is None:
            _refuse_samples(names, columns, file)
        if form.layout is None and (options := _options_for_lists(names, columns, has_times)):
            raise InputError(
                f"{file} has columns as of a user with lists in each row, {listed_names(names)}: add {options}."
            ) from error
        raise


def _refuse_samples(names: Sequence[str], columns: Columns, file: str) -> None:
    """Raises `InputError` where a column is called as that of the items, with "list" behind."""
    for item in [columns.item] if columns.item else columns_called(names, ITEM_NAMES):
        if lists := lists_beside(names, item):
            raise InputError(
                f"{file} has samples rather than interactions, as its column {lists[0]} beside {item} says: add "
                "--layout samples, or --layout rows if the column is of no matter."
            )


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


def _others(names: Sequence[str], chosen: ChosenColumns, form: Form, file: str) -> list[str]:
    """What is read beside: of samples, the column with the items before the row's; of rows, what tells negatives."""
    lists = lists_beside(names, chosen.item)
    if form.layout == "samples":
        if len(lists) != 1:
            raise InputError(
                f"{file} has {len(lists) or 'no'} columns called as {chosen.item} with list behind, where samples have "
                "one with the items before: give the interactions themselves, or leave --layout samples out."
            )
        return lists
    if form.layout is None:
        _refuse_samples(names, Columns(item=chosen.item), file)
    if form.layout == "lists":
        return []
    return signal_columns(names, chosen, form, file)
