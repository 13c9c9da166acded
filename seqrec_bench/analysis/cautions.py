"""What makes figures mean less than they seem to, in sentences: the same wherever figures are shown."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import cast

import numpy as np

from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.evaluation.protocol_parts import FILE_ORDER, Whole
from seqrec_bench.evaluation.protocols import Protocol, known_protocol
from seqrec_bench.evaluation.repeats_note import repeats_note, repeats_problem
from seqrec_bench.evaluation.training_end import TrainingEnd, training_end
from seqrec_bench.records import Ranks, Record
from seqrec_bench.text import listed

SHARE_SHOWN = 0.1
"""Of the candidates: where a metric looks at more of them, chance brings so many hits that users should know."""
SHARE_OF_SAMPLE_SHOWN = 0.01
"""The same of candidates that are sampled or given, which are few whatever the catalogue is: 10 of 100 is usual."""
SHARE_TIED = 0.1
"""Of the targets: where the order of ties decides more of them, another order might give other figures."""
SHARE_UNTRAINED = 0.05
"""Of the targets: where more of them were never trained on, figures stay below what models could reach otherwise."""


class Caution(Enum):
    """What a sentence is about."""

    CANDIDATES = auto()
    ORDER = auto()
    UNTRAINED = auto()
    REPEATED = auto()


def cautions(
    facts: TargetFacts, n_targets: int, protocol: Protocol | None, metrics: Iterable[str], n_repeats: int = 0
) -> dict[Caution, str]:
    """What a reader of figures on these test targets has to know.

    Args:
        n_targets: How many they are.
        protocol: Under which they are ranked; None for one that is not known here.
        metrics: Those that are shown.
        n_repeats: How many interactions repeat an item of their user, where the data are here.
    """
    found = {
        Caution.CANDIDATES: _few_candidates(facts, [Metric(metric) for metric in metrics], protocol),
        Caution.ORDER: _order(facts, n_targets, protocol),
        Caution.UNTRAINED: _untrained(facts, n_targets),
        Caution.REPEATED: _repeated(facts, n_targets, protocol, n_repeats),
    }
    return {about: sentence for about, sentence in found.items() if sentence}


def cautions_of(records: Iterable[Record], metrics: Iterable[str]) -> list[str]:
    """The same of records on one data set under one protocol, and which of them may still have been learning.

    Where none of them says anything of its targets, nothing is said of these.

    Args:
        metrics: Those that are shown.
    """
    records = list(records)
    found: list[str] = []
    if record := next((record for record in records if record.targets is not None), None):
        protocol = known_protocol(record.key.protocol)
        found += cautions(cast(TargetFacts, record.targets), record.test.n_targets, protocol, metrics).values()
    return found + learning_notes(map(training_end, records))


def learning_notes(ends: Iterable[TrainingEnd | None], of: str = "runs") -> list[str]:
    """Which models were best in the last epoch that they were allowed, in how many of these runs; nothing if none were.

    It is a fact of a training that somebody wants to be so long, too: what a longer one would give, nobody knows.

    Args:
        ends: How each run's training ended; None for one that had no epochs.
        of: What these runs are called.
    """
    runs: dict[str, list[TrainingEnd]] = {}
    for end in filter(None, ends):
        runs.setdefault(end.name, []).append(end)
    last = {name: [end for end in group if end.is_best_at_last] for name, group in runs.items()}
    counted = [
        f"{len(last[name])} of {len(group)} {of} of {name} ({_allowed(last[name])})"
        for name, group in runs.items()
        if last[name]
    ]
    if not counted:
        return []
    were = "was" if len(counted) == 1 and sum(map(len, last.values())) == 1 else "were"
    settings = listed(sorted({end.setting for group in last.values() for end in group}))
    allow = "allow" if " and " in settings else "allows"
    return [
        f"{listed(counted)} {were} best in the last epoch allowed, and may still have been learning: "
        f"{settings} {allow} more."
    ]


def _allowed(ends: Sequence[TrainingEnd]) -> str:
    numbers = sorted({end.allowed for end in ends if end.allowed is not None})
    return f"{' or '.join(map(str, numbers))} epoch{'' if numbers == [1] else 's'}"


def _few_candidates(facts: TargetFacts, metrics: Sequence[Metric], protocol: Protocol | None) -> str | None:
    """What a random order gives in the metrics that look at many of the candidates."""
    is_whole = protocol is None or isinstance(protocol.candidates, Whole)
    share = SHARE_SHOWN if is_whole else SHARE_OF_SAMPLE_SHOWN
    looked_at = [
        metric
        for metric in metrics
        if metric.is_of_ranks and metric.cut_off is not None and metric.cut_off > share * facts.most
    ]
    if not looked_at:
        return None
    chances = [
        f"{metric} {_between(_by_chance(metric, facts.most), _by_chance(metric, facts.fewest), '.2f')}"
        for metric in looked_at
    ]
    among = f"{_between(facts.fewest, facts.most, ',')} item{'' if facts.most == 1 else 's'}"
    return f"Few candidates: a target is ranked among {among}, so a random order has {listed(chances)}."


def _by_chance(metric: Metric, n_candidates: int) -> float:
    """What scores that are all equal give, in expectation."""
    ranks = Ranks(better=np.zeros(1, dtype=np.int64), tied=np.full(1, n_candidates))
    return float(metric.values(ranks)[0])


def _between(low: float, high: float, form: str) -> str:
    """Both ends, or one where they look the same."""
    return " to ".join(dict.fromkeys((format(low, form), format(high, form))))


def _order(facts: TargetFacts, n_targets: int, protocol: Protocol | None) -> str | None:
    """By what it was decided which items are the targets, if not by time."""
    if facts.tied is None or facts.tied <= SHARE_TIED * n_targets:  # of data without times, `order_notes` speaks
        return None
    is_of_file = protocol is not None and protocol.ties == FILE_ORDER
    decides = "the order of the file's rows" if is_of_file else "the protocol's order of ties"
    return (
        f"{_counted(facts.tied, n_targets)} have a neighbour of the same time: {decides} decides that they are the "
        "targets, and another order would give other figures."
    )


def _untrained(facts: TargetFacts, n_targets: int) -> str | None:
    if facts.untrained <= SHARE_UNTRAINED * n_targets:
        return None
    return (
        f"{_counted(facts.untrained, n_targets)} are items that nobody has in the training data: a model that learns "
        "from interactions alone finds them by chance only."
    )


def _repeated(facts: TargetFacts, n_targets: int, protocol: Protocol | None, n_repeats: int) -> str | None:
    """What repeats and what becomes of it; of records, also where the protocol fits, since tables have it apart."""
    counted = _counted(len(facts.repeated), n_targets) if len(facts.repeated) else ""
    if n_repeats:
        among = f", {counted} among them" if counted else ""
        return repeats_note(protocol, n_repeats, among) if protocol else None
    if not counted:
        return None
    problem = protocol and repeats_problem(protocol)
    ending = f", and {problem}" if problem else "; tables have their figures and those of the others apart."
    return f"{counted} stand in their user's history{ending}"


def _counted(number: int, n_targets: int) -> str:
    """``80 of 80 test targets (100 %)``."""
    return f"{number:,} of {n_targets:,} test targets ({_percent(100 * number / n_targets)} %)"


def _percent(value: float) -> str:
    return "less than 0.1" if value < 0.1 else format(value, ".0f" if value >= 10 else ".1f")
