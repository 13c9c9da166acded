"""Text with one JSON object a line, as Arrow reads it. No loop over rows, but to find the one at fault."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from reprlib import repr as shorten
from typing import Any

from seqrec_bench.data.reading.columns import Choose
from seqrec_bench.data.reading.delimited import is_utf_8
from seqrec_bench.data.reading.row_blocks import LONGEST_ROW, Bytes, Layout, LongRowError, row_blocks
from seqrec_bench.errors import InputError

MOST_EXACT = 2.0**53
"""Below it, whole numbers are exact as floats of 64 bits."""
MOST_ROWS = 10_000
"""So many are looked at for the types of values that the first row has not."""

_LINES = Layout("\n", quoted=False)


class _Values(dict[str, Any]):
    """A JSON object."""

    twice: str | None = None
    """A name that it has more than once."""


class _OddLineError(Exception):
    """A line is not one object, of which Arrow says nothing."""


def read_json_lines(source: Bytes, choose: Choose, file: str) -> Any:
    """Returns a ``pyarrow.Table`` of the values that are chosen among the names in the first object.

    Each is of one type in all rows: text, whole numbers, floats where some have fractions, or lists of one of them.

    Args:
        source: It can be read anew.
        file: What error messages call the source.

    Raises:
        InputError: There is no object; a line is too long or something else than one object; values are of several
            types, or numbers not exact as floats; or whatever `choose` raises.
    """
    import pyarrow as pa

    _, first = next(_objects(source, file), (0, None))
    if first is None:
        raise InputError(f"{file} has no rows: give a file with interactions.")
    schema = _schema(source, choose(list(first)), file)
    with suppress(*_unread()):
        return _read(source, schema)
    columns = {}
    for field in schema:
        for wider in _wider(field):
            with suppress(*_unread()):
                columns[field.name] = _read(source, pa.schema([wider]))[field.name]
                break
        else:
            _require_objects(source, schema, file)
            raise InputError(f"{file} can't be read as JSON lines: give an undamaged file.")
    for name, column in columns.items():
        _require_exact(column, name, file)
    return pa.table(columns)


def _unread() -> tuple[type[Exception], ...]:
    """What is raised where Arrow can't read something as it is told to."""
    import pyarrow as pa

    return pa.ArrowException, UnicodeDecodeError, LongRowError, _OddLineError


def _wider(field: Any) -> Iterator[Any]:
    """The field, and with numbers of types that hold others too."""
    import pyarrow as pa

    kinds = [pa.int64(), pa.uint64(), pa.float64()]
    is_list = pa.types.is_list(field.type)
    kind = field.type.value_type if is_list else field.type
    for each in kinds[kinds.index(kind) :] if kind in kinds else [kind]:
        yield field.with_type(pa.list_(each) if is_list else each)


def _read(source: Bytes, schema: Any) -> Any:
    import pyarrow as pa
    from pyarrow import json as arrow_json

    source.seek(0)
    tables = [schema.empty_table()]
    for block in row_blocks(source, _LINES):
        if block.strip():
            table = arrow_json.read_json(
                pa.BufferReader(block),
                read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(block) + 1),
                parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
            )
            if table.num_rows != _n_lines(block):
                raise _OddLineError("a line is not one object")
            tables.append(table)
    return pa.concat_tables(tables)


def _n_lines(block: bytes) -> int:
    """How many lines have something in them."""
    if block.count(b"\n{") == block.count(b"\n") - 1 and block[:1] == b"{" and b"\r" not in block:
        return block.count(b"\n")
    return sum(1 for _ in _lines(block))


def _lines(block: bytes) -> Iterator[bytes]:
    return filter(bytes.strip, block.replace(b"\r", b"\n").split(b"\n"))


def _objects(source: Bytes, file: str) -> Iterator[tuple[int, _Values]]:
    """The objects with their rows' numbers, from 1, one after the other: slow."""
    source.seek(0)
    number = 0
    try:
        for block in row_blocks(source, _LINES):
            for line in _lines(block):
                number += 1
                yield number, _object(line, number, file)
    except LongRowError as error:
        raise InputError(
            f"Row {number + 1} of {file} has more than {LONGEST_ROW:,} bytes: cut it, or give a file of lines."
        ) from error


def _object(line: bytes, number: int, file: str) -> _Values:
    try:
        text = line.decode(errors="replace")  # what is used of it, Arrow decodes
        found = json.loads(text, object_pairs_hook=_values)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InputError(f"Row {number} of {file} is no JSON ({why}): give a file with one object a line.") from error
    if not isinstance(found, _Values):
        raise InputError(f"Row {number} of {file} is no object of JSON: give a file with one object a line.")
    return found


def _values(pairs: list[tuple[str, Any]]) -> _Values:
    found = _Values(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        found.twice = next(name for name in names if names.count(name) > 1)
    return found


def _schema(source: Bytes, names: Sequence[str], file: str) -> Any:
    """Arrow's type for each of the names, as its first value has it; an empty list does not tell."""
    import pyarrow as pa

    types: dict[str, Any] = {}
    empty: set[str] = set()
    for number, values in _objects(source, file):
        unknown = [name for name in names if name not in types]
        found = {name: _type(values.get(name)) for name in unknown}
        types |= {name: kind for name, kind in found.items() if kind is not None}
        empty |= {name for name in unknown if values.get(name) == []}
        if len(types) == len(names) or number == MOST_ROWS:
            break
    others = {name: pa.list_(pa.string()) if name in empty else pa.string() for name in names}
    return pa.schema([(name, types.get(name, others[name])) for name in names])


def _type(value: Any) -> Any | None:
    """Arrow's for a value of JSON; None where it does not tell."""
    import pyarrow as pa

    if isinstance(value, list):
        kind = _type(value[0]) if value else None
        return None if kind is None else pa.list_(kind)
    if isinstance(value, dict):
        return pa.struct([])
    kinds = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    return kinds.get(type(value))


def _require_exact(column: Any, name: str, file: str) -> None:
    """Raises `InputError` where whole numbers have become others for the sake of one with a fraction."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pc.list_flatten(column) if pa.types.is_list(column.type) else column
    if pa.types.is_floating(values.type) and pc.max(pc.abs(values)).as_py() >= MOST_EXACT:
        raise InputError(
            f"{file} has a number of {MOST_EXACT:.0f} or more in {name}, which is not exact beside those with "
            "fractions: write all as whole numbers, of microseconds for example."
        )


def _require_objects(source: Bytes, schema: Any, file: str) -> None:
    """Raises `InputError` for the first row that is not as it has to be."""
    for number, values in _objects(source, file):
        if values.twice in schema.names:
            raise InputError(f"Row {number} of {file} has {values.twice} twice: take one of them out.")
        for field in schema:
            if values.get(field.name) is not None and not _is_of(values[field.name], field.type):
                raise InputError(
                    f"Row {number} of {file} has the {field.name} {shorten(values[field.name])}, and the first row "
                    f"{_words(field.type)}: write all rows in one way."
                )
            if not is_utf_8(str(values.get(field.name))):
                raise InputError(f"Row {number} of {file} has half a character in its {field.name}: correct it.")


def _is_of(value: Any, kind: Any) -> bool:
    import pyarrow as pa

    if pa.types.is_list(kind):
        return isinstance(value, list) and all(each is None or _is_of(each, kind.value_type) for each in value)
    if pa.types.is_boolean(kind) or isinstance(value, bool):
        return isinstance(value, bool) and pa.types.is_boolean(kind)
    if pa.types.is_struct(kind):
        return isinstance(value, dict)
    return isinstance(value, str if pa.types.is_string(kind) else int | float)


def _words(kind: Any) -> str:
    import pyarrow as pa

    if pa.types.is_list(kind):
        return f"a list with {_words(kind.value_type)} first"
    words = {pa.string(): "a text", pa.bool_(): "true or false"}
    return words.get(kind, "an object" if pa.types.is_struct(kind) else "a number")
