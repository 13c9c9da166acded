"""What a run says before it begins: why figures on its data will mean less than they seem to."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from seqrec_bench.analysis.cautions import Caution, cautions
from seqrec_bench.data import Dataset
from seqrec_bench.data.repeats import count_repeats
from seqrec_bench.data.targets import TargetFacts, target_facts
from seqrec_bench.evaluation.protocol_parts import FILE_ORDER, UNSEEN, Sample
from seqrec_bench.evaluation.protocols import Protocol, find_protocol, place_in_order
from seqrec_bench.studies.cells import Cell


def cautions_before(cells: Sequence[Cell], datasets: Sequence[Dataset]) -> list[str]:
    """What is to be known of figures of these cells on each of the data sets.

    Under several protocols, of each kind what is to be said under the first: the others would say much the same.

    Raises:
        InputError: Under a protocol, nobody is left to evaluate.
    """
    protocols = [find_protocol(name) for name in sorted({cell.protocol for cell in cells}, key=place_in_order)]
    metrics = sorted({cell.selection for cell in cells})  # what a run shows
    return [
        f"{f'{dataset.name}: ' if len(datasets) > 1 else ''}{sentence}"
        for dataset in datasets
        for sentence in _on(dataset, protocols, metrics)
    ]


def _on(dataset: Dataset, protocols: Sequence[Protocol], metrics: Collection[str]) -> list[str]:
    found: dict[Caution, str] = {}
    for protocol, facts, n_targets, n_repeats in _facts(dataset, protocols):
        for about, sentence in cautions(facts, n_targets, protocol, metrics, n_repeats).items():
            is_named = len(protocols) == 1 or about is Caution.REPEATED
            found.setdefault(about, sentence if is_named else f"under {protocol.name}: {sentence}")
    return [found[about] for about in Caution if about in found]


def _facts(dataset: Dataset, protocols: Sequence[Protocol]) -> Iterator[tuple[Protocol, TargetFacts, int, int]]:
    """The facts under each protocol, how many targets it has, and how many interactions repeat an item.

    No order of ties changes how many targets are tied; and samples, which take long, are not drawn to be counted.
    """
    made: dict[Protocol, tuple[TargetFacts, int, int]] = {}
    for protocol in protocols:
        sample = protocol.candidates if isinstance(protocol.candidates, Sample) else None
        simple = replace(protocol, ties=FILE_ORDER, candidates=UNSEEN if sample else protocol.candidates)
        if simple not in made:
            arranged = simple.arrange(dataset)
            split = simple.hold_out(arranged)
            made[simple] = target_facts(arranged, split), len(split.test.targets), count_repeats(arranged.sequences)
        facts, n_targets, n_repeats = made[simple]
        if sample:
            fewest, most = (min(number, 1 + sample.number) for number in (facts.fewest, facts.most))
            facts = replace(facts, fewest=fewest, most=most)
        yield protocol, facts, n_targets, n_repeats
