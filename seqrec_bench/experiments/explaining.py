"""A recorded cell's model, put back or fitted again, so that it can be asked about its recommendations."""

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from seqrec_bench.data import Dataset, Split
from seqrec_bench.errors import BenchError, InputError, InvalidRecordError, MissingCellsError
from seqrec_bench.evaluation.explaining.content import UserExplanation
from seqrec_bench.evaluation.explaining.summary import AttentionSummary, summarise
from seqrec_bench.evaluation.explaining.user import Question, explain_user
from seqrec_bench.evaluation.metrics import Metric, selection_of, validation_figures
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.evaluation.ranking import rank_targets
from seqrec_bench.evaluation.registry import absent_hyperparameters, build, load, registered, running
from seqrec_bench.experiments.answers import explain
from seqrec_bench.experiments.cell import recipe_of
from seqrec_bench.experiments.restoring import restore_trained
from seqrec_bench.recommender import Explainable, FitContext, Recommender, Restorable
from seqrec_bench.records import CellKey, Record, Store
from seqrec_bench.records.retraining import advise_training, training_command
from seqrec_bench.text import hint
from seqrec_bench.tracking import Track, untracked

_EXPLAINED = "while it was explained"


@dataclass(frozen=True, eq=False)
class Trained:
    """A recorded cell with its model at hand."""

    record: Record
    recommender: Recommender
    dataset: Dataset
    split: Split
    store: Store


def require_explainable(model: str) -> None:
    """Raises `InputError` for a model that does not say what its scores rest on."""
    if not issubclass(load(model), Explainable):
        able = [name for name in registered() if issubclass(load(name), Explainable)]
        raise InputError(f"{model} does not say what its scores rest on: choose from {', '.join(able)}.")


def bring_back(key: CellKey, dataset: Dataset, store: Store, data_options: str | None = None) -> Trained:
    """The cell's model as it was when its targets were ranked.

    Args:
        dataset: As it was read; arranged as the key's protocol has it.
        data_options: How a command names these data.

    Raises:
        MissingCellsError: The cell has no record, or its weights are not here.
        InvalidRecordError: The record was made on other data, or by another version of the model.
        InputError: The record was stored without weights, its model is not installed, or it was made with item tags
            and `dataset` has none, or the other way round.
    """
    record = store.load(key)
    if record is None:
        command = training_command(store.root, key, data_options)
        raise MissingCellsError(f"There is no record {store.path(key)}{_others(key, store)} `{command}`.")
    _require_tags(record, dataset, store)
    recorded = {**absent_hyperparameters(load(key.model)), **record.recipe.hyperparameters}
    settings = {name: value for name, value in recorded.items() if name != "dimension"}
    recommender = build(key.model, key.dimension, settings)
    recipe = recipe_of(recommender, dataset, record.recipe.selection)
    split = find_protocol(key.protocol).hold_out(dataset)
    if not isinstance(recommender, Restorable) and (difference := recipe.difference(record.recipe)):
        raise InvalidRecordError(f"{store.path(key)} was {difference}: run its cell again first.")
    with _running(key.model, "while it was brought back"):
        if isinstance(recommender, Restorable):
            restore_trained(recommender, split.train, key, recipe, store)
        else:
            _fit(recommender, split, key.seed, selection_of([record]))
    return Trained(record, recommender, dataset, split, store)


@contextmanager
def _running(model: str, when: str) -> Iterator[None]:
    """Inside, the model's code runs in this process; what it raises is an `InputError` that names the model."""
    with running(model, when):
        try:
            yield
        except BenchError:
            raise
        except Exception as error:
            raise InputError(f"The recommender {model!r} has failed {when}: {explain(error)}") from error


def _others(key: CellKey, store: Store) -> str:
    """Which other runs of the model there are on these data, and the beginning of the advice."""
    place = key.dataset, key.protocol, key.model
    others = sorted(other for other in store.recorded() if (other.dataset, other.protocol, other.model) == place)
    if not others:
        return ": train the cell by"
    runs: dict[str, list[str]] = {}
    for other in others:
        dimension = f" --dimension {other.dimension}" if other.dimension else ""
        runs.setdefault(f"--variant {other.variant}{dimension}", []).append(str(other.seed))
    named = "; ".join(f"{options} --seeds {','.join(seeds)}" for options, seeds in runs.items())
    return f", but of {key.model} there is {named}: name one of these, or train the cell by"


def _require_tags(record: Record, dataset: Dataset, store: Store) -> None:
    """Raises `InputError` where only the record, or only the data set, has item tags."""
    recorded, given = record.recipe.dataset.tags_fingerprint, dataset.tags_fingerprint
    if record.recipe.dataset.fingerprint != dataset.fingerprint or (recorded is None) == (given is None):
        return
    made, mend = ("with", "give them with --tags FILE") if given is None else ("without", "leave --tags away")
    raise InputError(f"{store.path(record.key)} was made {made} item tags: {mend}.")


def explain_from_record(trained: Trained, raw_user: str, top: int) -> UserExplanation:
    """What the model recommends to the user of this raw id, and why.

    Raises:
        InputError: The data have no such user.
        InvalidRecordError: The model does not rank the held-out item where its record has it.
    """
    question = Question(
        trained.recommender,
        trained.dataset,
        trained.split,
        _user_number(trained.dataset, raw_user),
        trained.record.key,
        trained.record.weights,
    )
    with _running(trained.record.key.model, _EXPLAINED):
        explanation = explain_user(question, top)
    _require_recorded_rank(trained, question.user, explanation)
    return explanation


def summarise_from_record(trained: Trained, track: Track = untracked) -> AttentionSummary:
    """What the model's attention looks like over all test users.

    Raises:
        InputError: It has none, nor parts of scores.
        InvalidRecordError: The model does not rank the held-out items where its record has them.
    """
    with _running(trained.record.key.model, _EXPLAINED):
        if rank_targets(trained.recommender, trained.split.test) != trained.record.test:
            raise _not_as_recorded(trained, "the held-out items")
        summary = summarise(trained.recommender, trained.split.test, trained.record.key.seed, track)
    if summary.items is None and summary.users is None and not summary.parts:
        raise InputError(f"{trained.record.key} has neither attention nor parts to sum up: explain it to one user.")
    return summary


def _fit(recommender: Recommender, split: Split, seed: int, selection: Metric) -> None:
    def validate() -> Mapping[str, float]:
        return validation_figures(rank_targets(recommender, split.validation), selection)

    context = FitContext(seed, "cpu", validate, lambda epoch: None, str(selection), selection.sign < 0)
    recommender.fit(split.train, context)


def _user_number(dataset: Dataset, raw_user: str) -> int:
    found = np.flatnonzero(dataset.user_ids == raw_user)
    if len(found) == 0:
        raise InputError(
            f"{dataset.name} has no user {raw_user!r}{hint(raw_user, dataset.user_ids.tolist())}: give an id as the "
            f"data have it, such as {dataset.user_ids[0]!s}."
        )
    return int(found[0])


def _require_recorded_rank(trained: Trained, user: int, explanation: UserExplanation) -> None:
    if explanation.held_out is None:
        return
    row = int(np.searchsorted(trained.split.test.users, user))
    recorded = int(trained.record.test.better[row]), int(trained.record.test.tied[row])
    if recorded != (explanation.held_out.better, explanation.held_out.tied):
        raise _not_as_recorded(trained, f"the held-out item of user {explanation.user}")


def _not_as_recorded(trained: Trained, what: str) -> InvalidRecordError:
    path = shlex.quote(str(trained.store.path(trained.record.key)))
    return InvalidRecordError(
        f"The model does not rank {what} where {path} has it, since it was made by other software or on another "
        f"machine: {advise_training(trained.store.root, trained.record)}"
    )
