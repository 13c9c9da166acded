"""Records survive being written and read, and whatever is not exactly a record is refused."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.recommender import Epoch
from seqrec_bench.records import BY_ROW, BY_TIME, CellKey, DatasetIdentity, Ranks, Recipe, Record
from seqrec_bench.records.encoding import decode, decode_places, decode_rank_lists, encode, encode_rank_lists

names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,7}", fullmatch=True)
numbers = st.floats(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | st.text(), lambda inner: st.lists(inner, max_size=3)
)
mappings = st.dictionaries(st.text(), plain, max_size=4)


def ranks_of(n_targets: int, names_users: bool) -> st.SearchStrategy[Ranks]:
    better = st.lists(st.integers(0, 2**62), min_size=n_targets, max_size=n_targets)
    tied = st.lists(st.integers(1, 2**62), min_size=n_targets, max_size=n_targets)
    users = st.lists(st.integers(0, 3), min_size=n_targets, max_size=n_targets).map(sorted)
    whose = users.map(np.array) if names_users else st.none()
    return st.builds(Ranks, better=better.map(np.array), tied=tied.map(np.array), users=whose)


def epochs(losses: list[float], values: dict[str, float]) -> list[Epoch]:
    return [Epoch(number, loss, values, number / 8) for number, loss in enumerate(losses, start=1)]


@st.composite
def facts_on(draw: st.DrawFn, n_targets: int) -> TargetFacts:
    fewest, most = sorted((draw(st.integers(1)), draw(st.integers(1))))
    counts = st.integers(0, n_targets)
    repeated = sorted(draw(st.sets(st.integers(0, n_targets - 1))))
    return TargetFacts(fewest, most, draw(st.none() | counts), draw(counts), np.array(repeated, dtype=np.int64))


@st.composite
def any_record(draw: st.DrawFn) -> Record:
    orders = st.sampled_from([BY_TIME, BY_ROW])
    dataset = draw(st.builds(DatasetIdentity, names, st.text(), st.none() | st.text(), orders))
    key = draw(st.builds(CellKey, st.just(dataset.name), names, names, names, st.integers(0), st.integers(0)))
    names_users = draw(st.booleans())
    n_targets = draw(st.integers(1, 4))
    n_others = draw(st.integers(1, 4)) if names_users else n_targets
    selection = draw(st.sampled_from(["NDCG@50", "MRR", "HR@1", None]))
    figures = draw(st.dictionaries(st.text(), numbers, max_size=2)) | ({selection: 0.5} if selection else {})
    return Record(
        key=key,
        recipe=Recipe(dataset, draw(st.integers(1)), draw(mappings), selection),
        deterministic=draw(st.booleans()),
        validation=draw(ranks_of(n_others, names_users)),
        test=draw(ranks_of(n_targets, names_users)),
        curve=draw(st.builds(epochs, st.lists(numbers, max_size=3), st.just(figures))),
        seconds=draw(st.dictionaries(names, numbers, max_size=2)),
        peak_memory_bytes=draw(st.integers(0)),
        parameters=draw(st.integers(0)),
        environment=draw(mappings),
        weights=draw(st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)),
        targets=draw(st.none() | facts_on(n_targets)),
    )


def written(record: Record) -> str:
    ranks = {part: encode_rank_lists(getattr(record, part)) for part in ("validation", "test")}
    return encode(record, {**ranks, "repeated": record.targets and record.targets.repeated.tolist()})


def read(text: str) -> Record:
    return decode(text, lambda part, value: decode_rank_lists(value), decode_places)


@given(any_record())
def test_a_record_is_read_back_as_it_was_written(record: Record) -> None:
    text = written(record)
    assert read(text) == record
    assert written(read(text)) == text
    assert text.isascii()


def test_every_field_has_a_line_of_its_own(record: Record) -> None:
    lines = written(record).splitlines()
    assert (lines[0], lines[-1]) == ("{", "}")
    fields = [json.loads("{" + line.removesuffix(",") + "}") for line in lines[1:-1]]
    assert [list(field) for field in fields] == [[name] for name in json.loads(written(record))]


def test_the_order_of_rows_is_said_and_that_of_times_is_not(record: Record) -> None:
    """So that a record of data with times is what it was, byte for byte, before there were others."""
    by_row = replace(record, recipe=replace(record.recipe, dataset=replace(record.recipe.dataset, order=BY_ROW)))
    timed, of_rows = (json.loads(written(each))["dataset"] for each in (record, by_row))
    assert list(timed) == ["name", "fingerprint", "tags_fingerprint"]
    assert of_rows == {**timed, "order": "rows"}
    assert by_row.recipe.is_of_same_data(record.recipe)


def test_the_seconds_of_an_epoch_are_written_to_the_millisecond(record: Record) -> None:
    timed = Record(**{**vars(record), "curve": [Epoch(1, 0.5, {}, 1.23456)]})
    assert json.loads(written(timed))["curve"][0]["seconds"] == 1.235


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_not_written(record: Record, value: float) -> None:
    record = Record(**{**vars(record), "environment": {"load": value}})
    with pytest.raises(ValueError, match="JSON compliant"):
        written(record)


Edit = Callable[[dict[str, Any]], object]


def setting(name: str, value: Any) -> Edit:
    return lambda fields: fields.update({name: value})


def setting_epoch(**values: Any) -> Edit:
    return lambda fields: fields["curve"][0].update(values)


def ranks(better: Any, tied: Any, **users: Any) -> Mapping[str, Any]:
    return {"better": better, "tied": tied, **users}


def of_targets(users: Any) -> Edit:
    """Several targets a user at the test, and one of each user at the validation."""

    def edit(fields: dict[str, Any]) -> None:
        fields["schema"] = 2
        fields["validation"]["users"] = list(range(len(fields["validation"]["better"])))
        fields["test"] = ranks([0, 1, 2], [1, 1, 1], users=users)

    return edit


def setting_fact(name: str, value: Any) -> Edit:
    return lambda fields: fields["targets"].update({name: value})


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (setting("targets", [3]), "its targets do not have the fields"),
        (lambda fields: fields["targets"].pop("tied"), "its targets do not have the fields"),
        (setting_fact("cold", 3), "its targets do not have the fields"),
        (setting_fact("candidates", 1_682), "its candidates are not the fewest and the most"),
        (setting_fact("candidates", [1_682]), "its candidates are not the fewest and the most"),
        (setting_fact("candidates", [1_682, 1_650]), "its candidates are not the fewest and the most"),
        (setting_fact("candidates", [0, 1_650]), "its candidates are not the fewest and the most"),
        (setting_fact("candidates", [True, 1_650]), "its candidates are not the fewest and the most"),
        (setting_fact("tied", 4), "its tied targets are 4, not a whole number up to 3"),
        (setting_fact("tied", -1), "its tied targets are -1"),
        (setting_fact("untrained", None), "its untrained targets are None"),
        (setting_fact("untrained", 1.0), "its untrained targets are 1.0"),
        (setting_fact("repeated", None), "its repeated targets are no whole numbers"),
        (setting_fact("repeated", [0.5]), "its repeated targets are no whole numbers"),
        (setting_fact("repeated", [2**70]), "its repeated targets are no places"),
        (setting_fact("repeated", [3]), "its repeated targets are not places among its 3"),
        (setting_fact("repeated", [-1]), "its repeated targets are no places"),
        (setting_fact("repeated", [2, 0]), "in ascending order"),
        (setting_fact("repeated", [0, 0]), "in ascending order"),
        (
            setting_fact("repeated", {"file": "x.npz", "sha256": "a" * 64}),
            "its repeated targets are not where its ranks",
        ),
        (setting("schema", 3), "its schema is 3, and this version reads 1 and 2"),
        (setting("schema", 2), "of schema 2 are other ranks"),
        (lambda fields: fields.pop("schema"), "its schema is None"),
        (lambda fields: fields.pop("curve"), r"missing \['curve'\]"),
        (setting("score", 0.9), r"unknown \['score'\]"),
        (setting("dataset", "toy"), "its dataset does not have the fields"),
        (lambda fields: fields["dataset"].update(rows=3), "its dataset does not have the fields"),
        (lambda fields: fields["dataset"].update(name=None), "its dataset has no name"),
        (lambda fields: fields["dataset"].update(tags_fingerprint=7), "its tags_fingerprint is not a text"),
        (lambda fields: fields["dataset"].update(order="times"), "its order, where it says one, is not rows"),
        (lambda fields: fields["dataset"].update(order=None), "its order, where it says one, is not rows"),
        (setting("model", ""), "its protocol, model or variant is not a name"),
        (setting("variant", 3), "its protocol, model or variant is not a name"),
        (setting("dimension", -1), "its dimension is -1"),
        (setting("seed", True), "its seed is True"),
        (setting("seed", "0"), "its seed is '0'"),
        (setting("version", 0), "its version is 0"),
        (setting("parameters", 1.5), "its parameters is 1.5"),
        (setting("weights_sha256", 7), "its weights_sha256 is 7, neither null nor a sha256"),
        (setting("weights_sha256", "../../secret"), "its weights_sha256 is '../../secret'"),
        (setting("weights_sha256", "a" * 64 + "\n"), "its weights_sha256 is"),
        (setting("top", 10), "its top is 10, neither null nor k and sha256"),
        (setting("top", {"k": 0, "sha256": "a" * 64}), "its top is"),
        (setting("top", {"k": True, "sha256": "a" * 64}), "its top is"),
        (setting("top", {"k": 5, "sha256": "../../secret"}), "its top is"),
        (setting("top", {"k": 5, "sha256": "a" * 64, "path": "/etc/passwd"}), "its top is"),
        (setting("selection", 10), "its selection is 10, neither null nor a metric such as NDCG@50"),
        (setting("selection", "NDCG@0"), "its selection is"),
        (setting("selection", "NDCG@10\n"), "its selection is"),
        (setting("selection", "HR@5"), "its epoch 1 has no HR@5, which chose"),
        (setting("deterministic", "no"), "its deterministic is neither true nor false"),
        (setting("hyperparameters", [1]), "its hyperparameters is not an object"),
        (setting("seconds", {"fit": "long"}), "its seconds is not finite"),
        (setting("environment", None), "its environment is not an object"),
        (setting("curve", {}), "its curve is not a list"),
        (setting("curve", [None]), "entry 1 of its curve is not epoch 1"),
        (lambda fields: fields["curve"].pop(0), "entry 1 of its curve is not epoch 1"),
        (setting_epoch(note="good"), "entry 1 of its curve is not epoch 1"),
        (setting_epoch(validation=[0.1]), "entry 1 of its curve is not epoch 1"),
        (setting_epoch(loss=None), "its epoch 1 is not finite"),
        (setting_epoch(validation={"NDCG@50": "0.1"}), "its epoch 1 is not finite"),
        (setting_epoch(loss=None, validation={"loss": 0.1}), "its epoch 1 is not finite"),
        (setting("test", [1, 2, 3]), "its ranks are not better and tied"),
        (setting("test", {"better": [0]}), "its ranks are not better and tied"),
        (setting("test", ranks([0.5, 1, 2], [1, 1, 1])), "its ranks are not whole numbers"),
        (setting("test", ranks([True, True, True], [1, 1, 1])), "its ranks are not whole numbers"),
        (setting("test", ranks([2**70, 1, 2], [1, 1, 1])), "its ranks are not whole numbers"),
        (setting("test", ranks([], [])), "at least one user"),
        (setting("test", ranks([0, 1, 2], [1, 1])), "equal, 1-d"),
        (setting("test", ranks([0, -1, 2], [1, 1, 1])), "better must be 0 or more"),
        (setting("test", ranks([0, 1], [1, 1])), "not of the same users"),
        (setting("test", ranks([0, 1, 2], [1, 1, 1], users=[0, 0, 1])), "of schema 1 are other ranks"),
        (of_targets([0, 0]), "they must be equal"),
        (of_targets([1, 1, 0]), "its users are not in ascending order"),
        (of_targets([-1, 0, 0]), "users must be 0 or more"),
        (of_targets([0, 0.5, 1]), "its ranks are not whole numbers"),
        (of_targets(None), "its ranks are not whole numbers"),
    ],
)
def test_what_is_not_exactly_a_record_is_refused(record: Record, edit: Edit, complaint: str) -> None:
    fields = json.loads(written(record))
    edit(fields)
    with pytest.raises(ValueError, match=complaint):
        read(json.dumps(fields))


def test_a_record_from_before_weights_lists_and_facts_were_kept_has_none(record: Record) -> None:
    fields = json.loads(written(replace(record, targets=None)))
    assert (fields.pop("weights_sha256"), fields.pop("top"), fields.pop("targets")) == (None, None, None)
    assert read(json.dumps(fields)) == replace(record, targets=None)


@pytest.mark.parametrize(
    ("deterministic", "curve", "selection"),
    [(False, True, "NDCG@50"), (True, True, "NDCG@50"), (False, False, "NDCG@50"), (True, False, None)],
)
def test_a_record_from_before_the_selection_was_named_was_chosen_by_ndcg_at_50(
    record: Record, deterministic: bool, curve: bool, selection: str | None
) -> None:
    """But a model that only counts was not chosen: what is ranked again has no curve, and is not deterministic."""
    early = replace(record, deterministic=deterministic, curve=record.curve if curve else [])
    fields = json.loads(written(early))
    del fields["selection"]
    assert read(json.dumps(fields)).recipe.selection == selection


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_constant_that_is_no_number_is_refused(record: Record, constant: str) -> None:
    with pytest.raises(ValueError, match=f"it holds {constant}"):
        read(written(record).replace("300000000", constant))


@pytest.mark.parametrize("place", ["6.25", "1e-06", '"2.1.0"'])
def test_a_number_too_great_to_be_finite_is_refused(record: Record, place: str) -> None:
    assert place in written(record)
    with pytest.raises(ValueError, match="it holds 1e999, which is greater than any float"):
        read(written(record).replace(place, "1e999"))


@pytest.mark.parametrize("value", ["true", "1.0"])
@pytest.mark.parametrize("field", ["schema", "epoch"])
def test_what_equals_one_is_not_one(record: Record, field: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"its schema is|is not epoch 1"):
        read(written(record).replace(f'"{field}": 1', f'"{field}": {value}'))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '"record"'])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a JSON object|Expecting"):
        read(text)


def test_a_record_cut_off_anywhere_is_refused(record: Record) -> None:
    text = written(record).rstrip()
    for length in range(0, len(text), 7):
        with pytest.raises(ValueError, match=r"."):
            read(text[:length])
