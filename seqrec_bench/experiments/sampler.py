"""What to try next, by the tree-structured Parzen estimator (Bergstra et al. 2011) as optuna has it."""

import itertools
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.experiments.search_file import Settings, Space

if TYPE_CHECKING:
    import optuna

_RANDOM_TRIALS = 4
"""So many sound trials, the starting point among them, come before the estimator is asked."""
_DRAWS = 100
"""So often the estimator is asked for a combination that is new."""

Tried = Sequence[tuple[Settings, float | None]]
"""Settings and what they brought, the greater the better; None where the trial failed."""


def next_settings(space: Space, tried: Tried, seed: int) -> Settings:
    """Returns the combination to try after these, which must leave one that was not tried.

    The first is the starting point: the first value of every list. The answer depends on nothing but the arguments, so
    that a search that is continued goes on as if it had not been stopped.
    """
    known = {_values(space, settings) for settings, _ in tried}
    if tried:
        study, distributions = _study(space, tried, seed)
        for _ in range(_DRAWS):
            drawn = study.ask(distributions).params
            if _values(space, drawn) not in known:
                return {key: drawn[key] for key in space}
    untried = (values for values in itertools.product(*space.values()) if values not in known)
    return dict(zip(space, next(untried), strict=True))


def require_optuna() -> None:
    """Raises `InputError` if optuna is not installed: better known before the first trial than after."""
    try:
        import optuna  # noqa: F401
    except ImportError as error:
        raise InputError("A search needs optuna: install it with `pip install 'seqrec-bench[search]'`.") from error


def _values(space: Space, settings: Settings) -> tuple[Value, ...]:
    return tuple(settings[key] for key in space)


def _study(
    space: Space, tried: Tried, seed: int
) -> tuple["optuna.Study", "dict[str, optuna.distributions.BaseDistribution]"]:
    """A study that knows what was tried, and what it is to choose from."""
    import optuna  # here, since it takes long to import

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions: dict[str, optuna.distributions.BaseDistribution] = {
        key: optuna.distributions.CategoricalDistribution(tuple(values)) for key, values in space.items()
    }
    study = optuna.create_study(direction="maximize", sampler=_sampler(seed, len(tried)))
    for settings, value in tried:
        failed = value is None
        state = optuna.trial.TrialState.FAIL if failed else optuna.trial.TrialState.COMPLETE
        study.add_trial(
            optuna.trial.create_trial(state=state, value=value, params=dict(settings), distributions=distributions)
        )
    return study, distributions


def _sampler(seed: int, n_tried: int) -> "optuna.samplers.BaseSampler":
    """A sampler with a random state of its own for every trial: a log does not hold the state of one that goes on."""
    import optuna

    state = int(np.random.SeedSequence((seed, n_tried)).generate_state(1)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # of multivariate
        return optuna.samplers.TPESampler(multivariate=True, seed=state, n_startup_trials=_RANDOM_TRIALS)
