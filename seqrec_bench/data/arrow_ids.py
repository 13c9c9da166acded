"""Raw ids in an Arrow column as codes and the distinct texts they stand for. No loop over rows."""

from typing import Any

import numpy as np

from seqrec_bench.data.interactions import StrArray
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Int32Array

NUMBERS_END = 10_000_000
"""Ids that are numbers below it are coded by a table of them all, which is several times as fast as hashing.

From here on, a number in Arrow's hexadecimal notation may be as short as the plain one: see `_plain_numbers`."""


def encode_ids(column: Any, name: str, file: str) -> tuple[Int32Array, StrArray]:
    """Returns codes and the distinct ids they stand for.

    Raises:
        InputError: An id is missing, or is neither text nor an integer.
    """
    import pyarrow as pa

    value_type = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_integer(value_type) or pa.types.is_string(value_type) or pa.types.is_large_string(value_type)):
        raise InputError(f"Column {name} of {file} holds {value_type}: ids have to be text or integers.")
    numbers = _plain_numbers(column)
    return _encode_by_hash(column, name, file) if numbers is None else _encode_by_table(numbers)


def _plain_numbers(column: Any) -> Int32Array | None:
    """The ids as numbers if each is one from 0 to `NUMBERS_END` written the one plain way, else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count or pa.types.is_dictionary(column.type):
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
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    elif not pa.types.is_string(column.type.value_type):
        column = column.cast(pa.string()).dictionary_encode()
    encoded = column.combine_chunks()
    ids = np.array(encoded.dictionary.cast(pa.string()).to_pylist(), dtype=np.str_)
    if encoded.null_count or (ids == "").any():
        _refuse_missing(encoded.indices.fill_null(-1).to_numpy(), ids, name, file)
    return encoded.indices.to_numpy().astype(np.int32), ids


def _refuse_missing(codes: Int32Array, ids: StrArray, name: str, file: str) -> None:
    """Raises `InputError` for the first row whose id is null, coded -1, or empty, if there is one."""
    missing = np.isin(codes, [-1, *np.flatnonzero(ids == "")])
    if missing.any():
        raise InputError(f"Row {missing.argmax() + 1} of {file} has no {name}: give it one or take the row out.")
