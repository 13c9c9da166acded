"""All that the epochs to come depend on, as arrays and plain values, and back: bit for bit."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Checkpoint

RESUMABLE = ("cpu", "cuda")
"""The kinds of devices whose random state can be kept, and so trainings on them."""


class Stateful(Protocol):
    """A net, an optimiser, a schedule."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any: ...


Moving = Stateful | np.random.Generator
"""What an epoch changes, and the next one depends on."""

Parts = Mapping[str, Sequence[Moving]]
"""All of it that a training has, by what it is for."""


def checkpoint_of(parts: Parts, device: torch.device, epoch: int) -> Checkpoint:
    """A checkpoint after that epoch, of these objects and of torch's random state for that device."""
    states: dict[str, Any] = {name: [_state(one) for one in objects] for name, objects in parts.items()}
    arrays: dict[str, npt.NDArray[Any]] = {}
    told = {
        "processor": _name(device),
        "epoch": epoch,
        "states": _taken_apart({**states, "torch": _random_states(device)}, "", arrays),
    }
    return Checkpoint(arrays, told)


def put_back(checkpoint: Checkpoint, parts: Parts, device: torch.device) -> int:
    """Gives the objects, and torch's random state, what `checkpoint_of` was given; returns the epoch.

    Raises:
        InputError: It is no checkpoint of such objects, or was made on another processor, which rounds otherwise.
    """
    if (before := checkpoint.facts.get("processor")) != _name(device):
        raise InputError(f"it was made on {before}, and this is {_name(device)}.")
    try:
        states = _put_together(checkpoint.facts["states"], checkpoint.arrays)
        for name, objects in parts.items():
            for one, state in zip(objects, states[name], strict=True):
                _restore(one, state)
        _set_random_states(states["torch"], device)
        return int(checkpoint.facts["epoch"])
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:  # each object has its own
        raise InputError(f"it is not one of this training ({type(error).__name__}: {error}).") from error


def _state(one: Moving) -> Any:
    return dict(one.bit_generator.state) if isinstance(one, np.random.Generator) else one.state_dict()


def _restore(one: Moving, state: Any) -> None:
    if isinstance(one, np.random.Generator):
        one.bit_generator.state = state
    else:
        one.load_state_dict(state)


def _random_states(device: torch.device) -> dict[str, Tensor]:
    states = {"cpu": torch.get_rng_state()}
    return states | {"cuda": torch.cuda.get_rng_state(device)} if device.type == "cuda" else states


def _set_random_states(states: Mapping[str, Tensor], device: torch.device) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(states["cuda"], device)


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def _taken_apart(value: Any, name: str, arrays: dict[str, npt.NDArray[Any]]) -> Any:
    """What JSON can hold of the value; its tensors and arrays go into `arrays`, under names that follow their places.

    A container is a pair of its kind and its parts, so that keys that are no text come back as they were.
    """
    if isinstance(value, Tensor | np.ndarray):
        arrays[name] = value.detach().cpu().numpy() if isinstance(value, Tensor) else value
        return ["tensor" if isinstance(value, Tensor) else "array", name]
    if isinstance(value, Mapping):
        return ["mapping", [[key, _taken_apart(part, _below(name, key), arrays)] for key, part in value.items()]]
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return [kind, [_taken_apart(part, _below(name, place), arrays) for place, part in enumerate(value)]]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a {type(value).__name__} under {name}")


def _below(name: str, key: object) -> str:
    return f"{name}.{key}" if name else str(key)


def _put_together(value: Any, arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    """The value that `_taken_apart` was given; tensors are on the CPU, in memory of torch's own."""
    if not isinstance(value, list):
        return value
    kind, parts = value
    match kind:
        case "tensor":
            return torch.tensor(arrays[parts])
        case "array":
            return np.array(arrays[parts])
        case "mapping":
            return {key: _put_together(part, arrays) for key, part in parts}
        case "list":
            return [_put_together(part, arrays) for part in parts]
        case "tuple":
            return tuple(_put_together(part, arrays) for part in parts)
        case _:
            raise ValueError(f"a {kind!r} in it")
