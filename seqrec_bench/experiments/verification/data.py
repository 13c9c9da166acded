"""Checks that need the data: are records about them, and could their ranks be?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from seqrec_bench.data import Dataset
from seqrec_bench.data.split import Holdout, Split
from seqrec_bench.data.targets import TargetFacts, n_candidates, seen_items, target_facts
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.protocols import find_protocol, known_protocol
from seqrec_bench.recommender import PADDING, Int32Array, Int64Array
from seqrec_bench.records import Ranks, Record
from seqrec_bench.records.check import Check
from seqrec_bench.tracking import Track

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Arranged:
    """A data set as a protocol has it."""

    dataset: Dataset
    split: Split
    n_candidates: Mapping[str, Int64Array]
    """(n_targets,) what each target of ``validation`` and of ``test`` is ranked against, itself included."""
    facts: TargetFacts
    """On the test targets."""


@dataclass
class Arrangements:
    """The data sets as protocols arrange and split them, each made once."""

    datasets: Mapping[str, Dataset | str]
    """By name; or in words why it is not here."""
    _made: dict[tuple[str, str], Arranged] = field(default_factory=dict)

    def of(self, record: Record) -> Arranged | None:
        """What the record has to be about; None without its data, its protocol or the negatives of that."""
        name, protocol = record.key.dataset, record.key.protocol
        dataset = self.datasets.get(name)
        if not isinstance(dataset, Dataset) or not known_protocol(protocol) or _absent(record, self.datasets):
            return None
        if (name, protocol) not in self._made:
            self._made[name, protocol] = _arrange(dataset, protocol)
        return self._made[name, protocol]

    def make(self, records: Sequence[Record], track: Track) -> None:
        """Makes at once all that these records are about, which takes longer than to check them."""
        one_of_each = {(record.key.dataset, record.key.protocol): record for record in records}
        for record in track("arranging the data by protocol", list(one_of_each.values())):
            self.of(record)


def _arrange(dataset: Dataset, protocol: str) -> Arranged:
    arranged = find_protocol(protocol).arrange(dataset)
    split = find_protocol(protocol).hold_out(arranged)
    candidates = {"validation": n_candidates(split.validation), "test": n_candidates(split.test)}
    return Arranged(arranged, split, candidates, target_facts(arranged, split))


def check_data_are_here(records: Sequence[Record], datasets: Mapping[str, Dataset | str]) -> Check:
    """The records can be held against their data: without these, much of the rest passes unseen.

    Args:
        datasets: By name; or in words why it is not here.
    """
    absent = Counter((record.key.dataset, _absent(record, datasets)) for record in records)
    n_passed = sum(n for (_, reason), n in absent.items() if reason is None)
    faults = [
        f"Neither ranks nor fingerprints of the {n} records on {name} were checked. {reason}"
        for (name, reason), n in absent.items()
        if reason is not None
    ]
    return Check("the data that records are on are here", n_passed, faults, (), ExitCode.CELLS_MISSING)


def _absent(record: Record, datasets: Mapping[str, Dataset | str]) -> str | None:
    """Why the record's data are not here as its protocol needs them, in a sentence; None where they are."""
    dataset, protocol = datasets[record.key.dataset], known_protocol(record.key.protocol)
    if isinstance(dataset, str):
        return dataset
    return protocol.lack(dataset) if protocol else None


def check_data(records: Sequence[Record], arrangements: Arrangements) -> Check:
    """Fingerprints are those of the data and tags, in the order that a known protocol gives them."""
    faults, n_passed = [], 0
    for record in records:
        if not known_protocol(record.key.protocol):
            faults.append(f"{record.key.path()}: no protocol is called {record.key.protocol}.")
        elif found := arrangements.of(record):
            fault = _data_fault(record, found.dataset)
            faults += [fault] if fault else []
            n_passed += fault is None
    return Check("protocols are known, and fingerprints those of the data", n_passed, faults)


def _data_fault(record: Record, dataset: Dataset) -> str | None:
    identity = record.recipe.dataset
    if identity.fingerprint != dataset.fingerprint:
        what = (
            f"its data have the fingerprint {identity.fingerprint[:12]}, and {dataset.name} {dataset.fingerprint[:12]}"
        )
    elif identity.tags_fingerprint != dataset.tags_fingerprint:
        what = f"its item tags are not those of {dataset.name}"
    else:
        return None
    return (
        f"{record.key.path()}: {what} under this protocol: give the data that it was made on, or run its cell again "
        "with --fresh."
    )


def check_ranks(records: Sequence[Record], arrangements: Arrangements) -> Check:
    """As many users as are evaluated, and no target with more candidates above it or level with it than it has."""
    faults, n_passed = [], 0
    for record in records:
        found = arrangements.of(record)
        if found and _data_fault(record, found.dataset) is None:  # of other data, nothing can be said of its ranks
            of_validation = _ranks_fault("validation", record.validation, found.split.validation, found)
            fault = of_validation or _ranks_fault("test", record.test, found.split.test, found)
            faults += [f"{record.key.path()}: {fault}: run its cell again."] if fault else []
            n_passed += fault is None
    return Check("ranks are possible for users, targets and candidates", n_passed, faults)


def _ranks_fault(part: str, ranks: Ranks, holdout: Holdout, found: Arranged) -> str | None:
    users, most = holdout.users, found.n_candidates[part]
    if ranks.n_users != len(holdout.evaluated):
        return f"{part} has the ranks of {ranks.n_users} users, and {len(holdout.evaluated)} are evaluated"
    if not np.array_equal(users if holdout.names_users else [], [] if ranks.users is None else ranks.users):
        return f"{part} ranks are not one of each target of the evaluated users"
    impossible = np.flatnonzero(ranks.better + ranks.tied > most)
    if len(impossible) == 0:
        return None
    first = impossible[0]
    return (
        f"{len(impossible)} {part} ranks are impossible (user {users[first]} has {most[first]} candidates, of "
        f"which {ranks.better[first]} are said to be better and {ranks.tied[first]} tied)"
    )


def check_targets(records: Sequence[Record], arrangements: Arrangements) -> Check:
    """What records say of their test targets is so; the first records say nothing."""
    faults, n_passed = [], 0
    for record in records:
        found = arrangements.of(record)
        if record.targets and found and _data_fault(record, found.dataset) is None:
            fault = _targets_fault(record.targets, found.facts)
            faults += [f"{record.key.path()}: {fault}: run its cell again with --fresh."] if fault else []
            n_passed += fault is None
    n_silent = sum(record.targets is None for record in records)
    notes = [f"{n_silent} records say nothing of their targets: they are older than that."] if n_silent else []
    return Check("what is said of test targets is so in the data", n_passed, faults, notes)


def _targets_fault(said: TargetFacts, due: TargetFacts) -> str | None:
    """The first thing that is said and not so."""
    for words, mine, its in (
        ("the fewest and the most candidates of a target are", (said.fewest, said.most), (due.fewest, due.most)),
        ("the targets with a neighbour of their time are", said.tied, due.tied),
        ("the targets that were never trained on are", said.untrained, due.untrained),
    ):
        if mine != its:
            return f"it says that {words} {mine}, and they are {its}"
    differing = np.setxor1d(said.repeated, due.repeated)
    if len(differing) == 0:
        return None
    return (
        f"of {len(differing)} targets it says wrongly whether they stand in their user's history (the first is number "
        f"{differing[0]}, counted from 0)"
    )


def check_ranked_again(records: Sequence[Record], arrangements: Arrangements) -> Check:
    """What was ranked again has the weights of what was trained, and moves no target but as other rivals can."""
    trained = {record.key: record for record in records}
    faults, n_passed, n_alone = [], 0, 0
    for record in records:
        protocol = known_protocol(record.key.protocol)
        if protocol is None or protocol.base is None:
            continue
        base = trained.get(replace(record.key, protocol=protocol.base))
        if base is None:
            n_alone += 1
            continue
        fault = _again_fault(record, base, arrangements)
        faults += [f"{record.key.path()}: {fault}: run its cell again."] if fault else []
        n_passed += fault is None
    notes = [f"Not checked: {n_alone} records whose trained one is not here."] if n_alone else []
    return Check("what was ranked again is what was trained", n_passed, faults, notes)


def _again_fault(record: Record, base: Record, arrangements: Arrangements) -> str | None:
    if record.weights is not None and base.weights not in (None, record.weights):
        return f"its weights are not those of {base.key.path()}"
    found = arrangements.of(record)
    if found is None:
        return None
    split = found.split
    parts = ((split.validation, record.validation, base.validation), (split.test, record.test, base.test))
    for holdout, ranks, trained in parts:
        are_alike = ranks.has_same_targets(trained) and len(holdout.users) == ranks.n_targets
        if are_alike and (fault := _moved(holdout, ranks, trained)):
            return f"{fault} {base.key.path()}"
    return None


def _moved(holdout: Holdout, ranks: Ranks, trained: Ranks) -> str | None:
    """Why the ranks can't be of the model that has the others among its user's unseen items; None if they can.

    The end of the sentence is to be the other record's path.
    """
    if holdout.zeroes_seen:
        wrong = ~_fits_zeroed(holdout, ranks, trained)
        says = "others above or level with them than seen items scored 0 can make of those of"
    else:
        more, fewer = (ranks, trained) if holdout.ranks_seen else (trained, ranks)
        wrong = (more.better < fewer.better) | (more.tied < fewer.tied)
        if holdout.negatives is not None:
            wrong &= _are_unseen_once(holdout, holdout.negatives)
        says = "more above or level with them among fewer candidates than"
    return f"{wrong.sum()} targets have {says}" if wrong.any() else None


def _fits_zeroed(holdout: Holdout, ranks: Ranks, trained: Ranks) -> BoolArray:
    """(n_targets,) whether the history's items, all scored 0, can have come to the unseen ones.

    They are all above the target, all level with it, or all below. A target that the user has had before is one of
    them, and what else is above it or level with it depends on scores that nobody has.
    """
    n_seen, target_seen = seen_items(holdout)
    above, level = ranks.better - trained.better, ranks.tied - trained.tied
    fits = ((above == 0) & ((level == 0) | (level == n_seen))) | ((above == n_seen) & (level == 0))
    found: BoolArray = (fits & ~target_seen) | (target_seen & (ranks.tied >= n_seen))
    return found


def _are_unseen_once(holdout: Holdout, negatives: Int32Array) -> BoolArray:
    """(n_targets,) whose negatives are all different items that the user has not had: among all unseen ones."""
    seen = np.isin(holdout.users[:, None] * (holdout.history.n_items + 1) + negatives, holdout.history.pairs)
    once = n_different(negatives) == (negatives != PADDING).sum(axis=1)
    found: BoolArray = once & ~(seen & (negatives != PADDING)).any(axis=1)
    return found


def n_different(negatives: Int32Array) -> Int64Array:
    """(n,) how many different items each row has, the padding left out."""
    found: Int64Array = (np.diff(np.sort(negatives, axis=1), axis=1, prepend=PADDING) != 0).sum(axis=1)
    return found
