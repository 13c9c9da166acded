"""How far the training of a cell has come, in one hidden file beside its record's place: arrays and JSON, no code.

It is a safetensors file, whose metadata are the JSON and the sha256 of both. It stands there until the record does.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from seqrec_bench.errors import in_words
from seqrec_bench.recommender import Checkpoint, Epoch, State
from seqrec_bench.records.encoding import decode_epoch, encode_epoch
from seqrec_bench.records.files import put_in_place
from seqrec_bench.records.looking import require_file
from seqrec_bench.records.record import DatasetIdentity, Recipe
from seqrec_bench.records.strict_json import is_finite_number, parse
from seqrec_bench.records.weights import plain_arrays

CHECKPOINT = ".checkpoint.safetensors"
"""The ending of the file's name."""


@dataclass(frozen=True)
class Progress:
    """How far a training has come, and what it is of."""

    recipe: Recipe
    circumstances: Mapping[str, Any]
    """All else that must be the same for the training to go on as if it had not been stopped, by name."""
    curve: Sequence[Epoch]
    """Of its epochs so far, at least one."""
    seconds: Mapping[str, float]
    """What these have taken, all sittings together, as the record will have it: ``fit`` and ``fit_cpu``."""


def checkpoint_path(record: Path) -> Path:
    """Where the file is for the cell whose record has that path."""
    return record.with_name(f".{record.stem}{CHECKPOINT}")


def write_checkpoint(path: Path, progress: Progress, checkpoint: Checkpoint) -> None:
    """Writes it whole or not at all.

    Raises:
        OSError: It can't be written.
        ValueError, TypeError, InputError: The checkpoint has what such a file can't hold.
    """
    arrays = plain_arrays(checkpoint.arrays)
    fields = {
        "recipe": {**asdict(progress.recipe), "absent": {}},
        "circumstances": dict(progress.circumstances),
        "curve": [encode_epoch(epoch) for epoch in progress.curve],
        "seconds": dict(progress.seconds),
        "facts": dict(checkpoint.facts),
    }
    text = json.dumps(fields, allow_nan=False)
    header = _header(arrays, {"training": text, "sha256": _digest(text, arrays)})
    with put_in_place(path) as temporary, temporary.open("xb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for array in arrays.values():
            file.write(_bytes(array))


def _header(arrays: State, metadata: Mapping[str, str]) -> bytes:
    """What goes before the arrays' bytes in a safetensors file, but for its own length.

    The library (0.8) makes all of the file in memory, or writes it under a name of its own choice, which a kill would
    leave there for good.
    """
    fields: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    for name, array in arrays.items():
        begin, end = end, end + array.nbytes
        kind = "BOOL" if array.dtype.kind == "b" else f"{array.dtype.kind.upper()}{8 * array.dtype.itemsize}"
        fields[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [begin, end]}
    return json.dumps(fields).encode()


def read_progress(path: Path) -> Progress:
    """How far the training has come by that file, of whose arrays nothing is read.

    Raises:
        FileNotFoundError: There is none.
        UnreadableError: It can't be read.
        ValueError: It is none.
    """
    return _progress(_read(path)[0])


def read_checkpoint(path: Path) -> tuple[Progress, Checkpoint]:
    """The same, and the checkpoint.

    Raises:
        FileNotFoundError, UnreadableError: As `read_progress` has it.
        ValueError: It is none, or not as it was written.
    """
    text, digest, arrays = _read(path, with_arrays=True)
    if _digest(text, arrays) != digest:
        raise ValueError("it is not as it was written")
    return _progress(text), Checkpoint(arrays, parse(text)["facts"])


def _read(path: Path, with_arrays: bool = False) -> tuple[str, str, dict[str, npt.NDArray[Any]]]:
    from safetensors import safe_open  # here, since it takes a while and most commands do without it

    require_file(path)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
            arrays = {name: file.get_tensor(name) for name in file.keys()} if with_arrays else {}  # noqa: SIM118
        return metadata["training"], metadata["sha256"], arrays
    except Exception as error:  # safetensors' own, and what comes of a file that is none of ours
        raise ValueError(f"it can't be read ({in_words(error)})") from error


def _progress(text: str) -> Progress:
    try:
        fields = parse(text)
        recipe = fields["recipe"]
        seconds = fields["seconds"]
        if not (seconds.keys() == {"fit", "fit_cpu"} and all(map(is_finite_number, seconds.values()))):
            raise ValueError("it does not say what its epochs have taken")
        selection = recipe["selection"]
        return Progress(
            Recipe(**{**recipe, "dataset": DatasetIdentity(**recipe["dataset"])}),
            dict(fields["circumstances"]),
            [decode_epoch(number, epoch, selection) for number, epoch in enumerate(fields["curve"], start=1)],
            seconds,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"it is not what it has to be ({in_words(error)})") from error


def _digest(text: str, arrays: State) -> str:
    digest = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.name} {array.shape}".encode())
        digest.update(_bytes(array))
    return digest.hexdigest()


def _bytes(array: npt.NDArray[Any]) -> memoryview:
    """The array's bytes, the lowest of a number first."""
    return array.astype(array.dtype.newbyteorder("<"), copy=False).ravel().view(np.uint8).data
