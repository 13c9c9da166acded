"""Dropout whose masks are cheap to draw."""

import torch
from torch import Tensor, nn


class Dropout(nn.Dropout):
    """nn.Dropout, but for how its mask is drawn: a CPU makes uniform numbers four times as fast as Bernoulli's."""

    def forward(self, values: Tensor) -> Tensor:
        if not self.training:
            return values
        kept = torch.rand_like(values) >= self.p
        return values * (kept / (1 - self.p))
