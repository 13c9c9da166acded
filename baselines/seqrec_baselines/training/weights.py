"""A net's weights as the state of a recommender, and back."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch

from seqrec_baselines.training.seeding import seeded
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import State

NetT = TypeVar("NetT", bound=torch.nn.Module)


def net_state(net: torch.nn.Module) -> dict[str, np.ndarray]:
    """Copies of the net's weights by name."""
    return {name: value.cpu().numpy().copy() for name, value in net.state_dict().items()}


def restored_net(make_net: Callable[[], NetT], state: State) -> NetT:
    """A new net with these weights, in evaluation mode.

    Raises:
        InputError: The names or shapes are not those of this net.
    """
    with seeded(0, "cpu"):  # what it draws is thrown away, and the process's random state is left as it was
        net = make_net()
    try:
        net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()})
    except RuntimeError as error:
        raise InputError(
            f"These weights are not those of this model on these data ({' '.join(str(error).split())}): "
            "restore what was trained with the same settings and data, or train again."
        ) from error
    return net.eval()
