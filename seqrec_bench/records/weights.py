"""A recommender's state as the bytes of a safetensors file, and back. Nothing in such a file can be run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import State

_STORABLE = {
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64",
}  # fmt: skip
_RESERVED = "__metadata__"
"""A name that the format keeps for itself."""


def plain_arrays(state: object) -> dict[str, npt.NDArray[Any]]:
    """The state's arrays in row-major order, in a dict that any process can read.

    NaN and infinity are let through: a mask, say, may rightly hold them.

    Raises:
        InputError: It is not a mapping of names to arrays of numbers or booleans.
    """
    if not isinstance(state, Mapping):
        raise InputError(f"The state is a {type(state).__name__}: give a mapping of names to NumPy arrays.")
    for name, value in state.items():
        if not isinstance(name, str) or not name.isprintable() or name == _RESERVED:
            raise InputError(f"The state has an array under {name!r}, which is no name for one: give it another.")
        if not isinstance(value, np.ndarray) or value.dtype.name not in _STORABLE:
            found = f"dtype {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
            raise InputError(f"The state has {found} under {name!r}: give NumPy arrays of numbers or booleans.")
    # safetensors (0.8) takes the memory as it lies: an array in another order would come back scrambled.
    return {name: np.asarray(value, order="C") for name, value in state.items()}


def encode_weights(state: State) -> bytes:
    """A safetensors file of the arrays; equal arrays give equal bytes.

    Raises:
        InputError: They are not what such a file can hold.
    """
    from safetensors.numpy import save  # here, since it takes a while and most commands do without it

    return save(plain_arrays(state))


def decode_weights(content: bytes) -> dict[str, npt.NDArray[Any]]:
    """The arrays in the bytes of a safetensors file."""
    from safetensors.numpy import load

    return load(content)
