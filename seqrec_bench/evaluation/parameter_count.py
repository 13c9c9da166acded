"""How many parameters a recommender would have on data that it has not been fitted to."""

import operator
from itertools import product

from seqrec_bench.data.split import leave_one_out
from seqrec_bench.errors import BenchError, InputError, ScoreError, in_words
from seqrec_bench.evaluation.metrics import VALIDATION_METRICS
from seqrec_bench.evaluation.registry import build, hyperparameters, running
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.recommender import FitContext, Recommender
from seqrec_bench.text import shortened

_USERS, _ITEMS = (20, 28), (30, 42)
"""Sizes of the data that are fitted for the sake of counting."""
_LENGTH = 6


def count_parameters(name: str, dimension: int, n_users: int, n_items: int) -> int | None:
    """The number of parameters on data of that size, extrapolated from fits to tiny data of four sizes.

    A vector for each user and for each item, and what depends on neither, make a number that is linear in both counts.
    Three sizes give that line, and the fourth is held against it.

    Returns:
        None where the fourth size does not lie on it: then only a run on the data can tell.

    Raises:
        InputError: The recommender can't be built with that dimension, or can't be fitted.
    """
    counts = {size: _count(name, dimension, *size) for size in product(_USERS, _ITEMS)}
    (few_users, more_users), (few_items, more_items) = _USERS, _ITEMS
    least = counts[few_users, few_items]
    for_users, for_items = counts[more_users, few_items] - least, counts[few_users, more_items] - least
    if counts[more_users, more_items] != least + for_users + for_items:
        return None
    users, user_rest = divmod(for_users, more_users - few_users)
    items, item_rest = divmod(for_items, more_items - few_items)
    if user_rest or item_rest:
        return None
    return least + users * (n_users - few_users) + items * (n_items - few_items)


def _count(name: str, dimension: int, n_users: int, n_items: int) -> int:
    train = leave_one_out(synthetic_sequences(n_users, n_items, _LENGTH, order=0.5, seed=0)).train
    short = {"epochs": 1} if "epochs" in hyperparameters(build(name, dimension, {})) else {}
    recommender = build(name, dimension, short)
    nothing: dict[str, float] = dict.fromkeys(VALIDATION_METRICS, 0.0)
    with running(name, "while it was fitted to count its parameters"):
        try:
            recommender.fit(train, FitContext(0, "cpu", lambda: nothing, lambda epoch: None))
            return number_of_parameters(recommender)
        except BenchError as error:
            raise InputError(str(error)) from error
        except Exception as error:
            raise InputError(
                f"{name} can't be fitted to {n_users} users and {n_items} items, by which its parameters are counted "
                f"({in_words(error)}): `seqrec-bench conform {name}` says more."
            ) from error


def number_of_parameters(recommender: Recommender) -> int:
    """What a record can hold of `Recommender.n_parameters`.

    Raises:
        ScoreError: It is no whole number from 0.
    """
    found = recommender.n_parameters
    try:
        number = operator.index(found)
    except TypeError:
        number = -1
    if not 0 <= number < 2**63:
        raise ScoreError(
            f"{recommender.name} has {shortened(repr(found))} for n_parameters: give a whole number from 0."
        )
    return number
