"""Attacks with what must change nothing: the numbers of items and users, who is asked for, and in which process."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np

from seqrec_bench.data.split import Split
from seqrec_bench.evaluation.attacks.attack import Attack, Deviation, Evaluator
from seqrec_bench.evaluation.attacks.expectations import count_targets, parts, require_ranks
from seqrec_bench.evaluation.attacks.holdouts import rename_items, select_users
from seqrec_bench.evaluation.attacks.scorers import Hashed, Spy, Unsteady
from seqrec_bench.recommender import Int64Array
from seqrec_bench.records import Ranks

_LEVELS = 100
_SEED = 0
_N_PROCESSES = 2


def item_ids_mean_nothing(evaluate: Evaluator, split: Split) -> str:
    """Other numbers for the items, in the histories, the targets and the columns of the scores alike."""
    n_items = split.train.n_items
    names = np.concatenate([[0], 1 + np.random.default_rng(_SEED).permutation(n_items)])
    for part, holdout in parts(split):
        expected = evaluate(Hashed(n_items, _LEVELS), holdout)
        renamed = Hashed(n_items, _LEVELS, item_labels=np.argsort(names))
        require_ranks(evaluate(renamed, rename_items(holdout, names)), expected, holdout.users, part)
    return f"equal for {count_targets(split)}"


def user_numbers_mean_nothing(evaluate: Evaluator, split: Split) -> str:
    """Other numbers for the users, so that each stands beside others; their scores stay the same."""
    order = np.random.default_rng(_SEED).permutation(split.train.n_users)
    for part, holdout in parts(split):
        expected = evaluate(Hashed(split.train.n_items, _LEVELS), holdout)
        reordered = select_users(holdout, order)
        found = evaluate(Hashed(split.train.n_items, _LEVELS, user_labels=order), reordered)
        due = _of(expected, holdout.places_of(order[reordered.evaluated]))
        renamed = replace(found, users=None if found.users is None else order[found.users])
        require_ranks(renamed, due, order[reordered.users], part)
    return f"equal for {count_targets(split)}"


def it_does_not_matter_who_is_asked_for(evaluate: Evaluator, split: Split) -> str:
    """One user, a few, all, in any order, by a scorer whose rounding depends on who is scored together."""
    rng = np.random.default_rng(_SEED)
    for part, holdout in parts(split):
        scorer, evaluated = Unsteady(split.train.n_items), holdout.evaluated
        everyone, n_users = evaluate(scorer, holdout), len(evaluated)
        sizes = sorted({min(size, n_users) for size in (1, 2, 17, 1 + n_users // 2, n_users)})
        for size in sizes:
            users = evaluated[rng.permutation(n_users)[:size]]
            places = holdout.places_of(users)
            found = evaluate(scorer, holdout, users)
            require_ranks(found, _of(everyone, places), holdout.users[places], f"{part}, {size:,} asked for")
    return f"equal for calls with {', '.join(f'{size:,}' for size in sizes)} of {n_users:,} users"


def users_are_scored_in_fixed_blocks(evaluate: Evaluator, split: Split) -> str:
    """What a block is stands in the protocol, since rounding may depend on it."""
    for part, holdout in parts(split):
        spy = Spy(split.train.n_items, length=1)
        evaluate(spy, holdout)
        size = _block_size(split.train.n_items)
        due = [
            np.resize(np.arange(block * size, min((block + 1) * size, holdout.history.n_users)), size)
            for block in np.unique(holdout.users // size).tolist()
        ]
        found = [users for users, _ in spy.calls]
        if len(found) != len(due) or not all(map(np.array_equal, found, due)):
            sizes = ", ".join(str(len(users)) for users in found[:5])
            raise Deviation(f"{len(found):,} blocks at {part} (of {sizes}, ... users) where {len(due):,} of {size} "
                            "consecutive users were due, the last one filled up")  # fmt: skip
    return f"{len(due):,} blocks of {size} users"


def fresh_processes_rank_alike(evaluate: Evaluator, split: Split) -> str:
    """Half of the users in each of two new processes, beside all of them in this one.

    The processes are spawned: a fork server that is started here would be the one that cells are forked from later,
    and lack what is imported ahead for those.
    """
    scorer, holdout = Hashed(split.train.n_items, _LEVELS), split.test
    expected = evaluate(scorer, holdout)
    shares = [share for share in np.array_split(holdout.evaluated, _N_PROCESSES) if len(share)]
    with ProcessPoolExecutor(len(shares), mp_context=multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(evaluate, [scorer] * len(shares), [holdout] * len(shares), shares))
    better, tied = (np.concatenate([getattr(ranks, field) for ranks in found]) for field in ("better", "tied"))
    users = None if expected.users is None else np.concatenate([ranks.users for ranks in found])
    together = Ranks(better=better, tied=tied, users=users)
    require_ranks(together, expected, holdout.users, "the test in other processes")
    return f"equal for {len(holdout.users):,} targets in {len(shares)} processes"


def _of(ranks: Ranks, places: Int64Array) -> Ranks:
    users = None if ranks.users is None else ranks.users[places]
    return Ranks(better=ranks.better[places], tied=ranks.tied[places], users=users)


def _block_size(n_items: int) -> int:
    """The greatest power of two up to 256 whose float32 scores take at most 128 MiB, or 1."""
    return next((size for size in (256, 128, 64, 32, 16, 8, 4, 2) if size * (n_items + 1) * 4 <= 128 * 2**20), 1)


ATTACKS = (
    Attack("the same better and tied once the items are renumbered", item_ids_mean_nothing),
    Attack("the same better and tied for each user once the users are renumbered", user_numbers_mean_nothing),
    Attack(
        "the same better and tied for each user, alone or among any others, though rounding depends on the batch",
        it_does_not_matter_who_is_asked_for,
    ),
    Attack(
        "blocks of B consecutive users, the last one filled up: B is the greatest power of two up to 256 whose scores "
        "take at most 128 MiB",
        users_are_scored_in_fixed_blocks,
    ),
    Attack("the same better and tied from new processes as from this one", fresh_processes_rank_alike),
)
