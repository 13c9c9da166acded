"""Settings that make no sense, refused before anything is trained."""

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import Recommender


def require_at_least(recommender: Recommender, least: float, *fields: str) -> None:
    """Raises `InputError` if one of these fields is less than `least`."""
    for field in fields:
        value = getattr(recommender, field)
        if not value >= least:
            raise InputError(f"{recommender.name}.{field} is {value}: give {least} or more.")


def require_training_settings(recommender: Recommender) -> None:
    """Refuses what makes no sense in the fields that every model has whose vectors `fit_epochs` trains.

    Raises:
        InputError: One of them is out of its range.
    """
    require_at_least(recommender, 1, "dimension", "batch_size")
    require_at_least(recommender, 0, "epochs", "patience", "learning_rate")
    require_share(recommender, "weight_averaging")


def require_share(recommender: Recommender, *fields: str) -> None:
    """Raises `InputError` if one of these fields is not from 0 to 1."""
    for field in fields:
        value = getattr(recommender, field)
        if not 0 <= value <= 1:
            raise InputError(f"{recommender.name}.{field} is {value}: give 0 to 1.")


def require_equal_shares(recommender: Recommender, field: str, among: str) -> None:
    """Raises `InputError` if the first of these fields is no multiple of the other."""
    value, parts, name = getattr(recommender, field), getattr(recommender, among), recommender.name
    if value % parts != 0:
        raise InputError(
            f"{name}.{field} is {value}, which {parts} {among} can't share: give a multiple of {name}.{among}."
        )
