"""Records as JSON text and back. Reading trusts nothing: a record that is not exactly as written is an error."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.recommender import SELECTION_METRIC, Epoch, Int64Array
from seqrec_bench.records.ranks import Ranks
from seqrec_bench.records.record import BY_ROW, SCHEMA, SCHEMA_OF_TARGETS, CellKey, DatasetIdentity, Recipe, Record
from seqrec_bench.records.strict_json import is_finite_number, parse
from seqrec_bench.records.top import TopFile
from seqrec_bench.text import is_name

_KEY_FIELDS = ("protocol", "model", "variant", "dimension", "seed")
_FIELDS = {
    "schema", "dataset", *_KEY_FIELDS, "version", "deterministic", "hyperparameters", "selection", "validation", "test",
    "targets", "curve", "seconds", "peak_memory_bytes", "parameters", "weights_sha256", "top", "environment",
}  # fmt: skip
_LATER_FIELDS = {"targets": None, "weights_sha256": None, "top": None}
"""What a record says without a line for it, which the first records have not. No figure depends on it."""


class LaterSchemaError(ValueError):
    """The record was written by a later version of the bench."""


def encode(record: Record, ranks: Mapping[str, Any]) -> str:
    """JSON text of a record, one top-level field a line, so that a changed field is a changed line.

    Args:
        ranks: What stands in the text for the ranks of ``"validation"`` and of ``"test"``, and for the targets that
            are ``"repeated"``, if the record has any facts on targets.
    """
    key, recipe = record.key, record.recipe
    fields: dict[str, Any] = {
        "schema": SCHEMA if record.test.users is None else SCHEMA_OF_TARGETS,
        "dataset": _encode_dataset(recipe.dataset),
        **{name: getattr(key, name) for name in _KEY_FIELDS},
        "version": recipe.version,
        "deterministic": record.deterministic,
        "hyperparameters": dict(recipe.hyperparameters),
        "selection": recipe.selection,
        "validation": ranks["validation"],
        "test": ranks["test"],
        "targets": record.targets and _encode_targets(record.targets, ranks["repeated"]),
        "curve": [encode_epoch(epoch) for epoch in record.curve],
        "seconds": dict(record.seconds),
        "peak_memory_bytes": record.peak_memory_bytes,
        "parameters": record.parameters,
        "weights_sha256": record.weights,
        "top": record.top and {"k": record.top.k, "sha256": record.top.sha256},
        "environment": dict(record.environment),
    }
    lines = [f"{json.dumps(name)}: {json.dumps(value, allow_nan=False)}" for name, value in fields.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _encode_targets(facts: TargetFacts, repeated: Any) -> dict[str, Any]:
    return {
        "candidates": [facts.fewest, facts.most],
        "tied": facts.tied,
        "untrained": facts.untrained,
        "repeated": repeated,
    }


def _encode_dataset(dataset: DatasetIdentity) -> dict[str, Any]:
    """The order stands there where times do not give it, as they do in all records that say nothing of it."""
    fields = asdict(dataset)
    return fields if dataset.order == BY_ROW else {name: fields[name] for name in fields if name != "order"}


def encode_epoch(epoch: Epoch) -> dict[str, Any]:
    """What stands in a curve for the epoch."""
    return {
        "epoch": epoch.number,
        "loss": epoch.loss,
        "validation": dict(epoch.validation),
        "seconds": round(epoch.seconds, 3),
    }


def decode(
    text: str, decode_ranks: Callable[[str, Any], Ranks], decode_repeated: Callable[[Any], Int64Array]
) -> Record:
    """The record that the text holds.

    Args:
        decode_ranks: Turns what stands in the text for the ranks of ``"validation"`` or ``"test"`` into ranks.
        decode_repeated: Turns what stands in it for the targets that are ``"repeated"`` into their places.

    Raises:
        ValueError: The text is not a complete record of this schema; the message says what is wrong with it.
        LaterSchemaError: Its schema is of a later version.
    """
    fields = parse(text)
    _require(isinstance(fields, dict), "it is not a JSON object")
    schema = fields.get("schema")
    if type(schema) is int and schema > SCHEMA_OF_TARGETS:
        raise LaterSchemaError(f"its schema is {schema}, and this version reads {SCHEMA} and {SCHEMA_OF_TARGETS}")
    known = type(schema) is int and schema in (SCHEMA, SCHEMA_OF_TARGETS)
    _require(known, f"its schema is {schema!r}, and this version reads {SCHEMA} and {SCHEMA_OF_TARGETS}")
    fields = {**_LATER_FIELDS, "selection": _early_selection(fields), **fields}
    missing, unknown = sorted(_FIELDS - fields.keys()), sorted(fields.keys() - _FIELDS)
    _require(not missing and not unknown, f"its fields are not a record's (missing {missing}, unknown {unknown})")
    dataset = _decode_dataset(fields["dataset"])
    validation, test = (decode_ranks(name, fields[name]) for name in ("validation", "test"))
    for part in (validation, test):
        _require((part.users is not None) == (schema == SCHEMA_OF_TARGETS), f"of schema {schema} are other ranks")
    same_users = schema == SCHEMA_OF_TARGETS or len(validation.better) == len(test.better)
    _require(same_users, "its validation and test ranks are not of the same users")
    _require(isinstance(fields["deterministic"], bool), "its deterministic is neither true nor false")
    _require(isinstance(fields["curve"], list), "its curve is not a list")
    selection = _decode_selection(fields["selection"])
    return Record(
        key=_decode_key(dataset.name, fields),
        recipe=Recipe(dataset, _integer(fields, "version", 1), _mapping(fields, "hyperparameters"), selection),
        deterministic=fields["deterministic"],
        validation=validation,
        test=test,
        curve=[decode_epoch(number, epoch, selection) for number, epoch in enumerate(fields["curve"], start=1)],
        seconds=_finite(_mapping(fields, "seconds"), "seconds"),
        peak_memory_bytes=_integer(fields, "peak_memory_bytes", 0),
        parameters=_integer(fields, "parameters", 0),
        environment=_mapping(fields, "environment"),
        weights=_decode_digest(fields["weights_sha256"]),
        top=_decode_top(fields["top"]),
        targets=_decode_targets(fields["targets"], fields["test"], test.n_targets, decode_repeated),
    )


def encode_rank_lists(ranks: Ranks) -> dict[str, list[int]]:
    """Ranks as ``{"better": [...], "tied": [...]}``, with ``"users"`` where they say whose they are."""
    return {name: array.tolist() for name, array in arrays_of(ranks).items()}


def arrays_of(ranks: Ranks) -> dict[str, Int64Array]:
    """What is kept of ranks, by its name in a record."""
    arrays = {"better": ranks.better, "tied": ranks.tied}
    return arrays if ranks.users is None else {**arrays, "users": ranks.users}


def ranks_of(arrays: Mapping[str, Int64Array]) -> Ranks:
    """The ranks of which these arrays were kept.

    Raises:
        ValueError: They are none, or not in the order of their users.
    """
    users = arrays.get("users")
    _require(users is None or bool((np.diff(users) >= 0).all()), "its users are not in ascending order")
    return Ranks(**arrays)


def decode_rank_lists(value: Any) -> Ranks:
    """Ranks from ``{"better": [...], "tied": [...]}``, which may have ``"users"``."""
    fine = isinstance(value, dict) and value.keys() - {"users"} == {"better", "tied"}
    _require(fine, "its ranks are not better and tied, with or without users")
    fine = all(isinstance(numbers, list) and set(map(type, numbers)) <= {int} for numbers in value.values())
    fine = fine and all(min(numbers) > -(2**63) and max(numbers) < 2**63 for numbers in value.values() if numbers)
    _require(fine, "its ranks are not whole numbers that an int64 can hold")
    return ranks_of({name: np.array(numbers, dtype=np.int64) for name, numbers in value.items()})


def decode_places(value: Any) -> Int64Array:
    """Places from a list of whole numbers."""
    _require(isinstance(value, list) and set(map(type, value)) <= {int}, "its repeated targets are no whole numbers")
    _require(all(0 <= place < 2**63 for place in value), "its repeated targets are no places")
    return np.array(value, dtype=np.int64)


def _decode_targets(
    value: Any, test: Any, n_targets: int, decode_repeated: Callable[[Any], Int64Array]
) -> TargetFacts | None:
    """The facts on the test targets.

    Args:
        test: What stands in the record for the ranks of these.
    """
    if value is None:
        return None
    names = {"candidates", "tied", "untrained", "repeated"}
    _require(isinstance(value, dict) and value.keys() == names, f"its targets do not have the fields {sorted(names)}")
    candidates, tied = value["candidates"], value["tied"]
    fine = isinstance(candidates, list) and list(map(type, candidates)) == [int, int]
    _require(fine and 1 <= candidates[0] <= candidates[1], "its candidates are not the fewest and the most")
    for name, count in (("untrained", value["untrained"]), ("tied", 0 if tied is None else tied)):
        fine = type(count) is int and 0 <= count <= n_targets
        _require(fine, f"its {name} targets are {count!r}, not a whole number up to {n_targets}")
    is_beside = isinstance(test, dict) and "sha256" in test
    fine = value["repeated"] == test if is_beside else not isinstance(value["repeated"], dict)
    _require(fine, "its repeated targets are not where its ranks are")
    repeated = decode_repeated(value["repeated"])
    fine = bool(np.all(np.diff(repeated) > 0)) and (len(repeated) == 0 or 0 <= repeated[0] <= repeated[-1] < n_targets)
    _require(fine, f"its repeated targets are not places among its {n_targets}, in ascending order")
    return TargetFacts(candidates[0], candidates[1], tied, value["untrained"], repeated)


def _decode_dataset(value: Any) -> DatasetIdentity:
    names = {"name", "fingerprint", "tags_fingerprint"}
    fine = isinstance(value, dict) and value.keys() in (names, names | {"order"})
    _require(fine, f"its dataset does not have the fields {sorted(names)}")
    _require(value.get("order", BY_ROW) == BY_ROW, f"its order, where it says one, is not {BY_ROW}")
    _require(is_name(value["name"]) and isinstance(value["fingerprint"], str), "its dataset has no name")
    _require(isinstance(value["tags_fingerprint"], str | None), "its tags_fingerprint is not a text")
    return DatasetIdentity(**value)


def _decode_key(dataset: str, fields: Mapping[str, Any]) -> CellKey:
    names = {name: fields[name] for name in ("protocol", "model", "variant")}
    fine = all(is_name(name) for name in names.values())
    _require(fine, "its protocol, model or variant is not a name, of letters, digits, dots, dashes and underscores")
    dimension, seed = _integer(fields, "dimension", 0), _integer(fields, "seed", 0)
    return CellKey(dataset=dataset, **names, dimension=dimension, seed=seed)


def _early_selection(fields: Mapping[str, Any]) -> str | None:
    """What chose where the record has no line for it: NDCG@50, but nothing of a model that only counts."""
    return None if fields.get("deterministic") is True and fields.get("curve") == [] else SELECTION_METRIC


def _decode_selection(value: Any) -> str | None:
    fine = value is None or (isinstance(value, str) and re.fullmatch(r"[A-Za-z]+(@[1-9]\d{0,4})?", value, re.ASCII))
    _require(bool(fine), f"its selection is {value!r}, neither null nor a metric such as NDCG@50")
    selection: str | None = value
    return selection


def _decode_digest(value: Any) -> str | None:
    fine = value is None or _is_digest(value)
    _require(bool(fine), f"its weights_sha256 is {value!r}, neither null nor a sha256")
    digest: str | None = value
    return digest


def _decode_top(value: Any) -> TopFile | None:
    if value is None:
        return None
    fine = isinstance(value, dict) and value.keys() == {"k", "sha256"} and _is_digest(value["sha256"])
    _require(
        fine and type(value["k"]) is int and value["k"] > 0, f"its top is {value!r}, neither null nor k and sha256"
    )
    return TopFile(**value)


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{64}", value))


def decode_epoch(number: int, value: Any, selection: str | None) -> Epoch:
    """The epoch of that number.

    Args:
        value: What stands in a curve for it.
        selection: The metric that chose, if any.

    Raises:
        ValueError: That is not what stands there.
    """
    fine = isinstance(value, dict) and value.keys() == {"epoch", "loss", "validation", "seconds"}
    fine = fine and type(value["epoch"]) is int and value["epoch"] == number and isinstance(value["validation"], dict)
    _require(fine, f"entry {number} of its curve is not epoch {number}")
    own = {name: value[name] for name in ("loss", "seconds")}
    for numbers in (own, value["validation"]):  # apart, since a validation figure may have any name
        _finite(numbers, f"epoch {number}")
    _require(selection in (None, *value["validation"]), f"its epoch {number} has no {selection}, which chose")
    return Epoch(number, value["loss"], value["validation"], value["seconds"])


def _finite(numbers: dict[str, Any], name: str) -> dict[str, Any]:
    _require(all(map(is_finite_number, numbers.values())), f"its {name} is not finite")
    return numbers


def _integer(fields: Mapping[str, Any], name: str, least: int) -> int:
    value = fields[name]
    _require(type(value) is int and value >= least, f"its {name} is {value!r}, not a whole number from {least}")
    return int(value)


def _mapping(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    _require(isinstance(fields[name], dict), f"its {name} is not an object")
    return dict(fields[name])


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
