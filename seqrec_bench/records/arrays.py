"""Arrays of whole numbers as the bytes of an ``.npz`` file, and back; such a file may be anybody's."""

import io
from collections.abc import Mapping, Sequence
from typing import Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import in_words

MAX_BYTES = 2**32
"""What the arrays of a file may take: more than a hundred million users' ranks do."""


def encode_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """The bytes of such a file; equal arrays give equal bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def decode_arrays(
    file: str,
    content: bytes,
    what: str,
    dtype: type[np.integer[Any]],
    names: Sequence[str],
    optional: Sequence[str] = (),
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of these names.

    Args:
        file, what: Its name and what it holds, for what is said of it.
        optional: Those that need not be there.

    Raises:
        ValueError: They are not there, not of this type, or greater than a file may be.
    """
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MAX_BYTES:
            raise ValueError(f"it unpacks to {size:,} bytes")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in (*names, *(name for name in optional if name in arrays))}
    except (Exception, MemoryError) as error:  # zipfile, zlib and numpy have each their own
        raise ValueError(f"{file} does not hold its {what} ({in_words(error)})") from error
    if any(array.dtype != dtype for array in found.values()):
        raise ValueError(f"{file} holds {what} that are not whole numbers")
    return found
