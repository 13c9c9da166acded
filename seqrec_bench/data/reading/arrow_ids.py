"""Raw ids in an Arrow column as codes and the distinct texts they stand for. No loop over rows."""

from reprlib import repr as shorten
from typing import Any
from uuid import UUID

import numpy as np

from seqrec_bench.data.interactions import StrArray
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array

NUMBERS_END = 10_000_000
"""Ids that are numbers below it are coded by a table of them all, which is several times as fast as hashing.

From here on, a number in Arrow's hexadecimal notation may be as short as the plain one: see `_plain_numbers`."""

MOST_CHARACTERS = 2**29
"""Of all ids of one kind together, each as long as the longest: 2 GiB."""


def encode_ids(column: Any, name: str, file: str) -> tuple[Int32Array, StrArray]:
    """Returns codes and the distinct ids they stand for.

    Raises:
        InputError: An id is missing, or is neither text nor a whole number.
    """
    import pyarrow as pa

    column = plain_column(column)
    require_ids(column.type, name, file)
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    numbers = _plain_numbers(column)
    return _encode_by_hash(column, name, file) if numbers is None else _encode_by_table(numbers)


def require_ids(kind: Any, name: str, file: str) -> None:
    """Raises `InputError` unless a column of this type of Arrow's may hold ids."""
    import pyarrow as pa

    if not (pa.types.is_integer(kind) or is_text(kind) or pa.types.is_null(kind)):
        raise InputError(
            f"Column {name} of {file} holds {kind}: ids have to be text or integers: cast them before the file is "
            "written."
        )


def plain_column(column: Any) -> Any:
    """The column without a dictionary, and with views of text, whole decimals and UUIDs as text."""
    import pyarrow as pa

    if isinstance(column.type, pa.UuidType):
        column = _written_uuids(column)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        column = column.cast(pa.string())
    return column.cast(pa.large_string()) if pa.types.is_string_view(column.type) else column


def _written_uuids(column: Any) -> Any:
    """UUIDs as they are written, in a dictionary."""
    import pyarrow as pa

    stored = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    encoded = stored.dictionary_encode().combine_chunks()
    texts = pa.array([str(UUID(bytes=value)) for value in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([pa.DictionaryArray.from_arrays(encoded.indices, texts)])


def is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _plain_numbers(column: Any) -> Int32Array | None:
    """The ids as numbers if each is one from 0 to `NUMBERS_END` written the one plain way, else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count:
        return None
    try:
        numbers: Int32Array = column.cast(pa.int32()).to_numpy()
    except pa.ArrowInvalid:
        return None
    if numbers.min() < 0 or numbers.max() >= NUMBERS_END:
        return None
    # No text for a number in this range is shorter than the plain one: one "007", and the sum is greater.
    if not pa.types.is_integer(column.type) and pc.sum(pc.binary_length(column)).as_py() != _n_digits(numbers):
        return None
    return numbers


def _n_digits(numbers: Int32Array) -> int:
    """How many digits the numbers from 0 to `NUMBERS_END` have all together."""
    powers = [10**k for k in range(1, len(str(NUMBERS_END)) - 1)]
    return len(numbers) + sum(int(np.count_nonzero(numbers >= power)) for power in powers)


def _encode_by_table(numbers: Int32Array) -> tuple[Int32Array, StrArray]:
    occurs = np.zeros(numbers.max() + 1, dtype=bool)
    occurs[numbers] = True
    ids = np.flatnonzero(occurs)
    codes = np.zeros(len(occurs), dtype=np.int32)
    codes[ids] = np.arange(len(ids))
    return codes[numbers], ids.astype(np.str_)


def _encode_by_hash(column: Any, name: str, file: str) -> tuple[Int32Array, StrArray]:
    encoded = column.dictionary_encode().combine_chunks()
    texts = _texts(encoded.dictionary, name, file)
    if encoded.null_count or "" in texts:
        _refuse_missing(encoded.indices.fill_null(-1).to_numpy(), texts, name, file)
    return encoded.indices.to_numpy().astype(np.int32), np.array(texts, dtype=np.str_)


def _texts(ids: Any, name: str, file: str) -> list[str]:
    """The distinct ids, refused if they are not what an array of text can hold."""
    import pyarrow as pa

    try:
        texts: list[str] = (ids if is_text(ids.type) else ids.cast(pa.string())).to_pylist()
    except UnicodeDecodeError as error:
        raise InputError(
            f"Column {name} of {file} holds text that is not UTF-8 ({error}): write the file anew, as UTF-8."
        ) from error
    if nul := next((text for text in texts if "\0" in text), None):  # an array would drop it at the end of an id
        raise InputError(f"Column {name} of {file} has the id {shorten(nul)}, with a NUL character: take that out.")
    longest = max(map(len, texts), default=0)
    if longest * len(texts) > MOST_CHARACTERS:
        raise InputError(
            f"Column {name} of {file} has {len(texts):,} ids, and one of {longest:,} characters: shorten it, since all "
            f"take the space of the longest, and {MOST_CHARACTERS:,} characters is all there is room for."
        )
    return texts


def _refuse_missing(codes: Int32Array, texts: list[str], name: str, file: str) -> None:
    """Raises `InputError` for the first row whose id is null, coded -1, or empty, if there is one."""
    missing = np.isin(codes, [-1, texts.index("") if "" in texts else -1])
    if n_missing := np.count_nonzero(missing):
        others = "" if n_missing == 1 else f", like {n_missing:,} of {len(missing):,} in all"
        raise InputError(
            f"Row {missing.argmax() + 1} of {file} has no {name}{others}: give it one or take the row out."
        )
