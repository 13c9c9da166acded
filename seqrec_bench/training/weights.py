"""A net's weights as the arrays that a recommender's state consists of, and back."""

from collections.abc import Mapping

import numpy as np
import torch

from seqrec_bench.errors import InputError


def net_state(net: torch.nn.Module) -> dict[str, np.ndarray]:
    """Copies of the net's weights by name."""
    return {name: value.cpu().numpy().copy() for name, value in net.state_dict().items()}


def load_net_state(net: torch.nn.Module, state: Mapping[str, np.ndarray]) -> None:
    """Puts the weights back, and the net into evaluation mode.

    Raises:
        InputError: The names or shapes are not those of this net.
    """
    try:
        net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in state.items()})
    except RuntimeError as error:
        raise InputError(
            f"These weights are not those of this model on these data ({' '.join(str(error).split())}): "
            "restore what was trained with the same settings and data, or train again."
        ) from error
    net.eval()
