"""Randomness that depends on the run's seed and on nothing else, and leaves the process as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int, device: str) -> Iterator[None]:
    """Inside, torch draws (initialisation, dropout) from this seed; afterwards its global state is as before."""
    accelerators = [torch.device(device)] if torch.device(device).type == "cuda" else []
    with torch.random.fork_rng(devices=accelerators):
        torch.manual_seed(seed)
        yield
