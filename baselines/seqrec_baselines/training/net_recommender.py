"""What a recommender with one net has, whatever the net is: its size, its weights as a state, tensors beside it."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from seqrec_baselines.training.checkpoints import Moving
from seqrec_baselines.training.epochs import fit_epochs
from seqrec_baselines.training.weights import net_state, restored_net
from seqrec_bench.recommender import FitContext, Sequences, State


class NetRecommender:
    """Has a net that `_new_net` makes, on the CPU and untrained, and that `fit` trains."""

    epochs: int
    patience: int
    weight_averaging: float
    _net: torch.nn.Module

    def _new_net(self, train: Sequences) -> torch.nn.Module:
        raise NotImplementedError

    def _fit_epochs(self, train_epoch: Callable[[], float], context: FitContext, *moving: Moving) -> None:
        """`fit_epochs` of the net, by the recommender's fields; arguments as it takes them."""
        fit_epochs(
            self._net,
            self.epochs,
            train_epoch,
            context,
            moving=moving,
            patience=self.patience,
            averaging=self.weight_averaging,
        )

    @property
    def n_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self._net.parameters())

    def state(self) -> State:
        return net_state(self._net)

    def restore(self, train: Sequences, state: State) -> None:
        self._net = restored_net(lambda: self._new_net(train), state)

    def _tensors(self, *arrays: np.ndarray) -> list[Tensor]:
        """The arrays as tensors where the net is."""
        device = next(self._net.parameters()).device
        return [torch.from_numpy(array).to(device) for array in arrays]
