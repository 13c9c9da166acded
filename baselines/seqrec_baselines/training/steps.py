"""One update of a net by its gradient."""

import torch
from torch import Tensor


def descend(net: torch.nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor, max_gradient_norm: float = 0) -> None:
    """Moves the net's weights once, down the gradient of the loss, ().

    Args:
        max_gradient_norm: A gradient with a greater norm, over all weights together, is scaled down to it; 0 for no
            limit.
    """
    optimizer.zero_grad()
    loss.backward()
    if max_gradient_norm:
        torch.nn.utils.clip_grad_norm_(net.parameters(), max_gradient_norm)
    optimizer.step()
