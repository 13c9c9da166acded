"""Checks of `Restorable`; a recommender that is none passes them all."""

import numpy as np

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.conformance.small_fits import (
    SEED,
    SHARED_MEMORY,
    ConformanceError,
    Factory,
    SmallFit,
    arrays_of,
    everyday_split,
    leaving_data_alone,
    require,
    shared_fit,
)
from seqrec_bench.recommender import Recommender, Restorable, Sequences, State
from seqrec_bench.records.weights import decode_weights, encode_weights, plain_arrays


def check_state_can_be_kept(make: Factory) -> None:
    """`state` gives named arrays of numbers or booleans."""
    recommender = shared_fit(make).recommender
    if isinstance(recommender, Restorable):
        try:
            plain_arrays(recommender.state())
        except InputError as error:
            complaint = f"{recommender.name}: its state can't be kept ({error})"
            usual = "it holds tensors or whole objects: `net_state(net)` gives the weights of a net as arrays"
            raise ConformanceError(complaint, usual) from error


def check_state_is_a_copy(make: Factory) -> None:
    """Whoever writes into the arrays that `state` gave does not change the recommender."""
    fitted = shared_fit(make)
    if isinstance(fitted.recommender, Restorable):
        restored = _restore(make(), everyday_split().train, _kept(fitted.recommender))
        assert isinstance(restored, Restorable)
        for array in restored.state().values():
            if array.flags.writeable:
                array.fill(0)
        complaint = "its scores change with the arrays that state() gave"
        usual = "a tensor's numpy() shares its memory: `.numpy().copy()`, as `net_state` does"
        _require_scores_of(fitted, restored, complaint, usual)


def check_restored_scores_are_the_same(make: Factory) -> None:
    """A fresh recommender that is given the state, taken through a file, scores bit for bit like the fitted one."""
    fitted = shared_fit(make)
    if isinstance(fitted.recommender, Restorable):
        restored = _restore(make(), everyday_split().train, _kept(fitted.recommender))
        usual = (
            "something that score() needs is neither in the state nor made anew from the data (counts, a tensor that "
            "is neither a parameter nor a buffer), or restore() leaves the net in training mode: call eval()"
        )
        _require_scores_of(fitted, restored, "it scores otherwise once its state is restored", usual)


def check_restoring_forgets_the_last_fit(make: Factory) -> None:
    """A recommender that was fitted before, to other users and items, does so too."""
    fitted = shared_fit(make)
    if isinstance(fitted.recommender, Restorable):
        used = SmallFit(make(), everyday_split(n_users=50, n_items=45)).fit(SEED).recommender
        restored = _restore(used, everyday_split().train, _kept(fitted.recommender))
        complaint = "an earlier fit() changes its scores once its state is restored"
        usual = "restore() keeps the old net, or something beside it: set all that score() needs"
        _require_scores_of(fitted, restored, complaint, usual)


def check_restoring_leaves_its_inputs_alone(make: Factory) -> None:
    """`restore` changes no array that was handed in."""
    recommender = shared_fit(make).recommender
    if isinstance(recommender, Restorable):
        state, train = _kept(recommender), everyday_split().train
        _restore(make(), train, state)
        for given, original in zip(arrays_of(train), arrays_of(everyday_split().train), strict=True):
            complaint = "restore() changed the training data"
            require(np.array_equal(given, original), recommender, complaint, SHARED_MEMORY)
        unchanged = encode_weights(state) == encode_weights(recommender.state())
        require(unchanged, recommender, "restore() changed the state", SHARED_MEMORY)


def _kept(recommender: Restorable) -> State:
    """The state as it comes back from a file."""
    return decode_weights(encode_weights(recommender.state()))


def _restore(recommender: Recommender, train: Sequences, state: State) -> Recommender:
    """Gives the recommender this state and returns it."""
    assert isinstance(recommender, Restorable)
    try:
        with leaving_data_alone(recommender, "restore"):
            recommender.restore(train, state)
    except InputError as error:
        complaint = f"{recommender.name}: it refuses its own state ({error})"
        usual = "restore() builds the net otherwise than fit() does: let both call one method"
        raise ConformanceError(complaint, usual) from error
    return recommender


def _require_scores_of(fitted: SmallFit, restored: Recommender, complaint: str, usually: str) -> None:
    scores = SmallFit(restored, fitted.split).scores()
    require(np.array_equal(scores, fitted.scores()), restored, complaint, usually)


CHECKS = (
    check_state_can_be_kept,
    check_state_is_a_copy,
    check_restored_scores_are_the_same,
    check_restoring_forgets_the_last_fit,
    check_restoring_leaves_its_inputs_alone,
)
