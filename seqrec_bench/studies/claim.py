"""What a study claims: its words, and a test of one of a few kinds.

Models stand under the names by which they are registered, metrics as in ``"HR@50"``. The claims are about the models as
published, at the table's dimension or, for curves, at those of the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from seqrec_bench.studies.fields import (
    CONFIG,
    Dimension,
    Flag,
    Many,
    MetricName,
    Rise,
    Share,
    Some,
    Text,
    filled,
)


def _two_or_more(models: tuple[str, ...]) -> tuple[str, ...]:
    if len(models) < 2:
        raise ValueError("an order takes two models or more")
    return models


@dataclass(frozen=True)
class Order:
    """Each model is better than the one before it, in each metric."""

    __pydantic_config__ = CONFIG

    models: Annotated[Many[Text], AfterValidator(_two_or_more)]
    """From the worst to the best."""
    metrics: Some[MetricName]
    primary: MetricName
    """The metric that comes first when the order that is established is said in words."""


@dataclass(frozen=True)
class RelativeRise:
    """The model is better than the other by a stated share."""

    __pydantic_config__ = CONFIG

    model: Text
    over: Text
    claimed: Annotated[Mapping[MetricName, Rise], AfterValidator(filled)]
    """By metric: .1398 for +13.98 %."""


@dataclass(frozen=True)
class Trend:
    """The model's metric rises with the dimension."""

    __pydantic_config__ = CONFIG

    model: Text
    metric: MetricName


@dataclass(frozen=True)
class Peak:
    """Curves over the dimension are highest, or lowest, at one of them."""

    __pydantic_config__ = CONFIG

    metric: MetricName
    at: Dimension
    highest: Many[Text] = ()
    """The models that have their peak there."""
    lowest: Many[Text] = ()
    """The models that have their low there."""
    rises: Flag = False
    """Whether the curves of the former are claimed to rise from the first dimension to the peak."""
    falls: Flag = False
    """Whether they are claimed to fall markedly from the peak to the last dimension."""


@dataclass(frozen=True)
class Ablation:
    """The model is worse without each of some parts."""

    __pydantic_config__ = CONFIG

    model: Text
    variants: Some[Text]
    """The model without each of them."""
    metric: MetricName
    """The metric that decides; the study's others are shown."""


@dataclass(frozen=True)
class Convergence:
    """The model learns faster than one of its variants, by its validation figures."""

    __pydantic_config__ = CONFIG

    model: Text
    than: Text
    """The variant."""
    share: Share
    """What has to be reached: this share of the lower of the two means over seeds of the best validation figure."""
    shown_shares: Many[Share] = ()
    """Other shares, for which the same is shown without a verdict."""


ClaimTest = Order | RelativeRise | Trend | Peak | Ablation | Convergence

KINDS: Mapping[str, type[ClaimTest]] = {
    "order": Order,
    "relative-rise": RelativeRise,
    "trend": Trend,
    "peak": Peak,
    "ablation": Ablation,
    "convergence": Convergence,
}
"""By the names that the file gives them."""


@dataclass(frozen=True)
class Claim:
    """One claim."""

    id: str
    text: str
    """What the study says."""
    test: ClaimTest
