"""The trained model of another protocol's cell, put back instead of being trained again."""

from seqrec_bench.errors import InvalidRecordError, MissingCellsError
from seqrec_bench.recommender import Restorable, Sequences
from seqrec_bench.records import CellKey, Recipe, Record, Store


def restore_trained(recommender: Restorable, train: Sequences, key: CellKey, recipe: Recipe, store: Store) -> Record:
    """Gives the recommender what the cell `key` has learnt.

    Args:
        train: What that cell's recommender was fitted to.
        recipe: What that cell must have been made by.

    Returns:
        That cell's record.

    Raises:
        MissingCellsError: The cell has no record, or its weights are not here.
        InvalidRecordError: The record was made otherwise, or its weights are not those that it names.
        InputError: The record was stored without weights.
    """
    record = store.load(key)
    if record is None:
        raise MissingCellsError(f"There is no record {store.path(key)}, whose weights are wanted: run that first.")
    if difference := recipe.difference(record.recipe):
        again = (
            "give --select as that was given it" if recipe.other_choice(record.recipe) else "run its cell again first"
        )
        raise InvalidRecordError(f"{store.path(key)}, whose weights are wanted, was {difference}: {again}.")
    recommender.restore(train, store.load_weights(record))
    return record


def stale_weights(weights: str | None, base: CellKey, store: Store) -> str | None:
    """Says in a few words why a record ranked with these weights is of no use, or None where it is."""
    trained = store.load(base)
    if weights is None or trained is None or trained.weights in (None, weights):
        return None
    return f"made with other weights than those of {base.protocol}"
