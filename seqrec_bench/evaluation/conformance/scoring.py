"""Checks of what a recommender is, and of what it answers once it is fitted."""

import numpy as np

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.conformance.small_fits import (
    SEED,
    ConformanceError,
    Factory,
    SmallFit,
    require,
    shared_fit,
)
from seqrec_bench.evaluation.conformance.torch_nets import moved_padding, net_in_training_mode
from seqrec_bench.evaluation.conformance.unsound_scores import usual_cause
from seqrec_bench.evaluation.contract import contract_fault
from seqrec_bench.evaluation.ranking import latest_items
from seqrec_bench.evaluation.registry import hyperparameters
from seqrec_bench.recommender import PADDING, Float32Array, Int64Array

ROUNDING = 1e-4
"""The greatest relative difference that float rounding explains: other batch shapes were seen to give up to 4e-5."""
LONGEST = 12
"""The greatest number of columns that a history is padded to; no user in the data has as many items."""


def check_is_a_dataclass_with_json_hyperparameters(make: Factory) -> None:
    """The class has what the contract asks for, and its fields, taken through JSON, build an equal recommender."""
    recommender = make()
    fault = contract_fault(type(recommender))
    undecorated = "`@dataclass` is missing above the class" if fault == "is not a dataclass" else None
    require(fault is None, recommender, f"it {fault}", undecorated)
    try:
        values = hyperparameters(recommender)
        rebuilt = hyperparameters(type(recommender)(**values))
    except (InputError, TypeError) as error:
        complaint = f"{recommender.name}: its fields are not plain hyperparameters ({error})"
        usual = "what is learnt, a net say, is a field: `field(init=False, repr=False, compare=False)` makes it none"
        raise ConformanceError(complaint, usual) from error
    derived = "__post_init__ writes what it computes into them: give that another name, without an annotation"
    require(rebuilt == values, recommender, "its fields don't keep the values they are given", derived)


def check_history_length_and_parameters_are_whole_numbers(make: Factory) -> None:
    """`history_length` is None or at least 1 before and after fitting, and `n_parameters` 0 or more after it."""
    fitted = shared_fit(make).recommender
    for recommender in (make(), fitted):
        length = recommender.history_length
        whole = length is None or _is_whole(length, 1)
        require(whole, recommender, f"its history_length is {length!r}", "None is for all items, and int() for NumPy's")
    number = fitted.n_parameters
    require(
        _is_whole(number, 0), fitted, f"its n_parameters is {number!r}", "NumPy's and torch's numbers want an int()"
    )


def check_scores_have_one_column_per_item(make: Factory) -> None:
    """Scores are float32, (B, n_items + 1), and finite for every item, also for one that nobody had."""
    fitted = shared_fit(make)
    users, histories = fitted.inputs()
    _require_scores(fitted, fitted.recommender.score(users, histories), len(users))


def check_empty_history_still_scores(make: Factory) -> None:
    """Rows of nothing but padding get finite scores."""
    fitted = shared_fit(make)
    users, histories = fitted.inputs()
    _require_scores(fitted, fitted.recommender.score(users, np.zeros_like(histories)), len(users))


def check_scores_tell_items_apart(make: Factory) -> None:
    """Most users get more than one score: only those whose history says nothing may get the same for every item."""
    fitted = shared_fit(make)
    constant = np.ptp(fitted.scores(), axis=1) == 0
    complaint = f"it scores all items alike for {constant.mean():.0%} of users"
    usual = "weights that begin at zero never move, or the last layer ends in a ReLU that is never above zero"
    require(constant.mean() < 0.5, fitted.recommender, complaint, usual)


def check_scores_do_not_depend_on_the_batch(make: Factory) -> None:
    """A row's scores are the same alone, among others, and among the same others in another order."""
    fitted = shared_fit(make)
    users, histories = fitted.inputs()
    together = fitted.scores()
    again = np.array_equal(fitted.scores(), together)
    usual = _MIXED_ROWS if again else _randomness(fitted)
    for row in range(0, len(users), 7):
        alone = fitted.recommender.score(users[[row]], histories[[row]])[:, 1:]
        complaint = "it scores a user otherwise alone than in a batch"
        require(is_close(alone, together[[row]]), fitted.recommender, complaint, usual)
    order = np.random.default_rng(SEED).permutation(len(users))
    shuffled = fitted.recommender.score(users[order], histories[order])[:, 1:]
    complaint = "a row's scores depend on its place in the batch"
    require(is_close(shuffled, together[order]), fitted.recommender, complaint, usual)


def check_scoring_changes_nothing(make: Factory) -> None:
    """The same call gives the same scores again, whoever was scored in between."""
    fitted = shared_fit(make)
    users, histories = fitted.inputs()
    before = fitted.scores().copy()
    complaint = "it scores the same batch otherwise again"
    require(np.array_equal(fitted.scores(), before), fitted.recommender, complaint, _randomness(fitted))
    fitted.recommender.score(users[::-1].copy(), histories[::-1].copy())
    complaint = "its scores depend on who was scored before"
    usual = "a hidden state, running statistics or a cache live on from call to call: begin anew in each"
    require(np.array_equal(fitted.scores(), before), fitted.recommender, complaint, usual)


def check_more_padding_changes_nothing(make: Factory) -> None:
    """A short history scores the same however much padding stands before it."""
    fitted = shared_fit(make)
    limit = fitted.recommender.history_length
    users, histories = fitted.inputs()
    short = histories[:, -2:]
    expected = fitted.recommender.score(users, short)[:, 1:]
    for length in range(short.shape[1] + 1, 1 + min(limit or LONGEST, LONGEST)):
        padded = np.pad(short, ((0, 0), (length - short.shape[1], 0)), constant_values=PADDING)
        scores = fitted.recommender.score(users, padded)[:, 1:]
        complaint = f"padding to length {length} changes its scores: an item number of 0 is no item"
        require(is_close(scores, expected), fitted.recommender, complaint, _seen_padding(fitted))


def check_order_matters_only_where_declared(make: Factory) -> None:
    """The items' order in the histories given changes nothing if `uses_order` is False.

    If it is True, turning round the users' whole histories changes scores.
    """
    fitted = shared_fit(make)
    users, histories = fitted.inputs()
    if not fitted.recommender.uses_order:
        scores = fitted.recommender.score(users, _turned_round(histories))[:, 1:]
        complaint = "it uses order but is not declared to"
        require(is_close(scores, fitted.scores()), fitted.recommender, complaint, "uses_order has to be True")
        return
    whole = latest_items(fitted.split.test.history, users, None)
    turned = _turned_round(whole)[:, -histories.shape[1] :]
    scores = fitted.recommender.score(users, turned)[:, 1:]
    usual = "attention without positions, or a mean, sees a set of items: give each place a vector, or say False"
    differs = not is_close(scores, fitted.scores())
    require(differs, fitted.recommender, "it is declared to use order but does not", usual)


_MIXED_ROWS = (
    "the batch is taken for another axis (a recurrent layer without `batch_first=True`, a softmax over dim=0), or its "
    "mean is taken away (batch normalisation in training mode: call eval() in score)"
)
_PADDING_SEEN = (
    "padding takes part in attention, a mean or a recurrence, or positions are counted from the left: mask the places "
    "where histories are 0 and count from the latest item, or put the padding on the right with `shift_left`"
)


def _randomness(fitted: SmallFit) -> str:
    """What makes two calls of `score` differ."""
    if name := net_in_training_mode(fitted.recommender):
        return f"dropout is on, since {name} is in training mode: call `self.{name}.eval()` in score()"
    return "something is drawn at random in score(): leave that to fit()"


def _seen_padding(fitted: SmallFit) -> str:
    """What makes padding count."""
    if name := moved_padding(fitted.recommender, fitted.split.train.n_items):
        return (
            f"the padding item's row of {name} is not 0, since the scores train it (tied weights: score with the rows "
            "from 1 on) or it was drawn after the layer had made it 0 (set it to 0 after that)"
        )
    return _PADDING_SEEN


def is_close(scores: Float32Array, expected: Float32Array) -> bool:
    """Whether float rounding can be all that differs."""
    return np.allclose(scores, expected, rtol=ROUNDING, atol=ROUNDING * float(np.abs(expected).max()))


def _require_scores(fitted: SmallFit, scores: Float32Array, n_rows: int) -> None:
    expected = (n_rows, fitted.split.train.n_items + 1)
    usual = usual_cause(scores, expected)
    require(isinstance(scores, np.ndarray), fitted.recommender, f"its scores are a {type(scores).__name__}", usual)
    found = f"its scores are {scores.dtype} {scores.shape}, not float32 {expected}"
    require(scores.shape == expected and scores.dtype == np.float32, fitted.recommender, found, usual)
    require(np.isfinite(scores[:, 1:]).all(), fitted.recommender, "some of its scores are NaN or infinite", usual)


def _is_whole(value: object, least: int) -> bool:
    return type(value) is int and value >= least


def _turned_round(histories: Int64Array) -> Int64Array:
    """The items of each row in the opposite order, the padding still on the left."""
    length = histories.shape[1]
    counts = (histories != PADDING).sum(axis=1, keepdims=True)
    return np.take_along_axis(histories, (2 * length - 1 - counts - np.arange(length)) % length, axis=1)


CHECKS = (
    check_is_a_dataclass_with_json_hyperparameters,
    check_history_length_and_parameters_are_whole_numbers,
    check_scores_have_one_column_per_item,
    check_empty_history_still_scores,
    check_scores_tell_items_apart,
    check_scores_do_not_depend_on_the_batch,
    check_scoring_changes_nothing,
    check_more_padding_changes_nothing,
    check_order_matters_only_where_declared,
)
