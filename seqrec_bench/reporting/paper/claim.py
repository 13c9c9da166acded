"""What a paper claims: its words, and a test of one of a few kinds.

Models stand under the names by which they are registered, metrics as in ``"HR@50"``. The claims are about the models as
published, at the table's dimension or, for curves, at those of the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    """Each model is better than the one before it, in each metric."""

    models: tuple[str, ...]
    """From the worst to the best."""
    metrics: tuple[str, ...]
    primary: str
    """The metric that comes first when the order that is established is said in words."""


@dataclass(frozen=True)
class RelativeRise:
    """The model is better than the other by a stated share."""

    model: str
    over: str
    claimed: Mapping[str, float]
    """By metric: .1398 for +13.98 %."""


@dataclass(frozen=True)
class Trend:
    """The model's metric rises with the dimension."""

    model: str
    metric: str


@dataclass(frozen=True)
class Peak:
    """Curves over the dimension are highest, or lowest, at one of them."""

    metric: str
    at: int
    highest: tuple[str, ...]
    """The models that have their peak there."""
    lowest: tuple[str, ...]
    """The models that have their low there."""
    rises: bool
    """Whether the curves of the former are claimed to rise from the first dimension to the peak."""
    falls: bool
    """Whether they are claimed to fall markedly from the peak to the last dimension."""


@dataclass(frozen=True)
class Ablation:
    """The model is worse without each of some parts."""

    model: str
    variants: tuple[str, ...]
    """The model without each of them."""
    metric: str
    """The metric that decides; the paper's others are shown."""


@dataclass(frozen=True)
class Convergence:
    """The model learns faster than one of its variants, by its validation figures."""

    model: str
    than: str
    """The variant."""
    share: float
    """What has to be reached: this share of the lower of the two means over seeds of the best validation figure."""
    shown_shares: tuple[float, ...]
    """Other shares, for which the same is shown without a verdict."""


ClaimTest = Order | RelativeRise | Trend | Peak | Ablation | Convergence


@dataclass(frozen=True)
class Claim:
    """One claim."""

    id: str
    text: str
    """What the paper says."""
    test: ClaimTest
