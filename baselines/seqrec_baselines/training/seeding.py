"""Randomness that depends on the run's seed and on nothing else, and leaves the process as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from seqrec_bench.errors import InputError


@contextmanager
def seeded(seed: int, device: str) -> Iterator[None]:
    """Inside, torch draws (initialisation, dropout) from this seed; afterwards its global state is as before.

    Raises:
        InputError: The device is not there.
    """
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:  # torch has no one error for it
        raise InputError(f"The device {device!r} can't be used here: name another with --device, cpu say.") from error
    accelerators = [torch.device(device)] if torch.device(device).type == "cuda" else []
    with torch.random.fork_rng(devices=accelerators):
        torch.manual_seed(seed)
        yield
