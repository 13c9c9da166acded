"""Whether one model is better than others, for users like these: paired by user, its runs and theirs.

Seeds are not paired, since the same seed means nothing to two models.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np

from seqrec_bench.analysis.cautions import cautions_of
from seqrec_bench.analysis.notes import order_notes, target_notes
from seqrec_bench.analysis.repeated import Part, parts
from seqrec_bench.analysis.selection import require_side_by_side, runs, whereabouts
from seqrec_bench.analysis.statistics.families import LEVEL, holm
from seqrec_bench.analysis.statistics.inference import Inference
from seqrec_bench.analysis.statistics.power import seeds_needed, smallest_detectable
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.rounding import settled, variance
from seqrec_bench.analysis.statistics.runs import MIN_SEEDS, Runs, joined
from seqrec_bench.errors import InputError, MissingCellsError
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import PAPER_VARIANT, Configuration, Record
from seqrec_bench.studies.view import View


class Outcome(StrEnum):
    """What a paired test says of the first model."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SEPARATED = "not separated"
    TOO_FEW_USERS = "too few users differ"
    """Or there is one only."""
    TOO_FEW_SEEDS = "too few seeds"


@dataclass(frozen=True)
class Pair:
    """The first model against one of the others, in one metric."""

    first: Configuration
    other: Configuration
    difference: float
    """The first model's mean minus the other's."""
    inference: Inference | None
    """The same for users like these; None for a single user, and where seeds are too few for a verdict."""
    relative: float | None
    """The difference over the other's mean; None where that is 0."""
    effect_size: float | None
    """d_z: the mean over users of their differences over its standard deviation; None where that is 0."""
    shares: tuple[float, ...]
    """Of the users for whom the first is better, equal and worse, each with the mean over seeds."""
    n_differing: int
    """The users for whom the two are not equal."""
    few_users: bool
    """Whether there is no verdict since there is one user only, or since so few differ."""
    p_value: float | None
    """Two-sided, by Holm over the comparisons of this metric."""
    detectable: float | None
    """The smallest true difference that these runs would find with a chance of 80 %."""
    sign: int
    """-1 where less is better."""
    seeds_needed: int | None
    """The seeds a model with which a difference as great as the observed one would be found; None if there is none."""

    @property
    def half_width(self) -> float | None:
        """Half the difference's 95 % interval; None where there is none."""
        return self.inference.half_width if self.inference else None

    @property
    def outcome(self) -> Outcome:
        if self.p_value is not None and self.p_value <= LEVEL:
            return Outcome.BETTER if self.sign * self.difference > 0 else Outcome.WORSE
        if self.few_users:
            return Outcome.TOO_FEW_USERS
        return Outcome.TOO_FEW_SEEDS if self.p_value is None else Outcome.NOT_SEPARATED


@dataclass(frozen=True)
class Comparison:
    """One model against others."""

    dataset: str
    protocol: str
    n_users: int
    n_seeds: Mapping[Configuration, int | None]
    """Of each model; None for a deterministic one."""
    pairs: Mapping[Metric, Sequence[Pair]]
    """By metric, each a family of its own; the first is the primary one, the others are secondary."""
    is_selected_by: Metric
    """The validation metric by which epochs are chosen."""
    selections: Mapping[Configuration, str] = field(default_factory=dict)
    """The one that has chosen them, of each model of which any were chosen."""
    not_tested: tuple[Metric, ...] = ()
    """Metrics that were asked for and have one value a run."""
    of_targets: tuple[str, ...] = ()
    """What is to be said of users with several targets."""
    cautions: tuple[str, ...] = ()
    """What makes these figures mean less than they seem to."""
    apart: Mapping[Metric, Mapping[Part, Sequence[Pair]]] = field(default_factory=dict)
    """By metric of ranks, the comparisons on targets that their users have had before and on the others; none where
    nothing repeats. Nothing is tested on them: their p-values mean nothing."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return tuple(self.pairs)

    @property
    def too_few(self) -> list[Configuration]:
        """The models that have not the seeds for a verdict."""
        return [
            configuration
            for configuration, n_seeds in self.n_seeds.items()
            if n_seeds is not None and n_seeds < MIN_SEEDS
        ]


def compare(records: Iterable[Record], names: Sequence[str], view: View) -> Comparison:
    """The first of the named models against each of the others.

    Args:
        names: ``model``, ``model:variant``, ``model@dimension`` or ``model:variant@dimension``. A variant that is not
            named is the model as published or, where that has no record, the only one that has.
        view: Its dimension is meant where none is named and the model was recorded at several.

    Raises:
        InputError: Fewer than two models are named, one of them twice, or by a name that can't be read.
        MissingCellsError: One of them has no record.
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    wanted = [_read_name(name) for name in names]
    records, cells = sorted(records, key=lambda record: record.key), defaultdict(list)
    for record in records:
        if view.is_about(record.key):
            cells[record.key.configuration].append(record)
    if not cells:
        raise MissingCellsError(
            f"There is no record of {names[0]} on {view.dataset} under {view.protocol}{whereabouts(records)}: run it "
            "first, or name others with --dataset and --protocol."
        )
    configurations = [_place(*parts, cells, view.dimension) for parts in wanted]
    if len(set(configurations)) < max(2, len(configurations)):
        raise InputError(f"{', '.join(names)} are not two or more different models: name each once.")
    return compare_configurations({configuration: cells[configuration] for configuration in configurations}, view)


def compare_configurations(chosen: Mapping[Configuration, Sequence[Record]], view: View) -> Comparison:
    """The model at the first of the configurations against each of the others.

    Raises:
        InvalidRecordError: Records that would stand side by side were not made in the same way.
    """
    require_side_by_side(chosen)
    records = [record for group in chosen.values() for record in group]
    found = parts(records)
    return Comparison(
        view.dataset,
        view.protocol,
        next(iter(chosen.values()))[0].test.n_users,
        {configuration: None if group[0].deterministic else len(group) for configuration, group in chosen.items()},
        {metric: _pairs(chosen, metric) for metric in view.by_importance},
        view.selection,
        {
            configuration: selection
            for configuration, group in chosen.items()
            if (selection := group[0].recipe.selection)
        },
        tuple(metric for metric in view.metrics if not metric.is_per_user),
        tuple(target_notes(next(iter(chosen.values())))),
        (*order_notes(records), *cautions_of(records, view.by_importance)),
        {
            metric: {part: _pairs(_of(part, chosen), metric) for part in found}
            for metric in view.by_importance
            if found and metric.is_of_ranks
        },
    )


def _of(part: Part, chosen: Mapping[Configuration, Sequence[Record]]) -> dict[Configuration, list[Record]]:
    return {configuration: part.of(group) for configuration, group in chosen.items()}


def _read_name(name: str) -> tuple[str, str, str | None, str | None]:
    """The name, and the model, variant and dimension in it; None for what it leaves open."""
    found = re.fullmatch(r"([^:@]+)(?::([^:@]+))?(?:@(\d+))?", name)
    if found is None:
        raise InputError(f"{name!r} names no model: write MODEL, MODEL:VARIANT or MODEL:VARIANT@DIMENSION.")
    return name, found[1], found[2], found[3]


def _place(
    name: str,
    model: str,
    variant: str | None,
    dimension: str | None,
    cells: Mapping[Configuration, object],
    usual_dimension: int,
) -> Configuration:
    """The configuration that is meant by a name that was read."""
    variant = variant or _usual_variant(model, cells)
    fitting = [
        configuration
        for configuration in cells
        if (configuration.model, configuration.variant) == (model, variant)
        and dimension in (None, str(configuration.dimension))
    ]
    if not fitting:
        known = (
            ", ".join(sorted({f"{configuration.model}:{configuration.variant}" for configuration in cells})) or "none"
        )
        raise MissingCellsError(f"There is no record of {name} (there are {known}): run it first, or name another.")
    usual = [configuration for configuration in fitting if configuration.dimension == usual_dimension] or fitting
    if len(usual) > 1:
        dimensions = ", ".join(str(configuration.dimension) for configuration in usual)
        raise InputError(f"{name} was recorded at the dimensions {dimensions}: name one, like {name}@{usual[0][2]}.")
    return usual[0]


def _usual_variant(model: str, cells: Mapping[Configuration, object]) -> str:
    """The variant that is meant where none is named."""
    variants = {configuration.variant for configuration in cells if configuration.model == model}
    return variants.pop() if len(variants) == 1 else PAPER_VARIANT


def as_family(pairs: Iterable[Pair]) -> list[Pair]:
    """The same comparisons as one family: their p-values are by Holm's procedure over all of these."""
    pairs = list(pairs)
    adjusted = iter(holm([pair.inference.p_other() for pair in pairs if pair.inference]))
    return [_judged(pair, next(adjusted)) if pair.inference else pair for pair in pairs]


def _judged(pair: Pair, p_value: float) -> Pair:
    few_users = _too_few_differ(pair.inference, p_value)
    return replace(pair, p_value=p_value, few_users=few_users, seeds_needed=None if few_users else pair.seeds_needed)


def _pairs(chosen: Mapping[Configuration, Sequence[Record]], metric: Metric) -> list[Pair]:
    """The comparisons of one metric, which are one family."""
    (first, ours), *others = ((configuration, runs(group, metric)) for configuration, group in chosen.items())
    return as_family(_pair(first, ours, configuration, theirs, metric.sign) for configuration, theirs in others)


def _too_few_differ(inference: Inference | None, p_value: float | None) -> bool:
    """Whether the p-value is not significant, and could not be with so few users who differ, or is held up by them."""
    if inference is None or p_value is None:
        return False
    least = 2 * inference.least_p()
    return p_value > LEVEL and (inference.p_other() <= least or least > LEVEL)


def _pair(first: Configuration, ours: Runs, other: Configuration, theirs: Runs, sign: int) -> Pair:
    """The comparison before its p-value is one of a family."""
    of_users = joined([ours, theirs], [1, -1])
    is_known = len(of_users) > 1 and ours.are_enough and theirs.are_enough
    inference = population([ours, theirs], [1, -1]) if is_known else None
    difference = settled(ours.mean - theirs.mean)
    spread = math.sqrt(variance(of_users, 2)) if len(of_users) > 1 else 0.0
    shares = sign * of_users > 0, of_users == 0, sign * of_users < 0
    return Pair(
        first,
        other,
        difference,
        inference,
        difference / theirs.mean if theirs.mean else None,
        difference / spread if spread else None,
        tuple(np.count_nonzero(share) / len(of_users) for share in shares),
        int(np.count_nonzero(of_users)),
        len(of_users) < 2,
        None,
        smallest_detectable(inference) if inference else None,
        sign,
        seeds_needed(ours, theirs, difference) if inference else None,
    )
