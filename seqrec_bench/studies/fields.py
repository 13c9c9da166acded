"""The kinds of values that a study's file holds, each of which says in words what it has to be."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError

from seqrec_bench.data.loading import required_name
from seqrec_bench.data.reading.form import Form
from seqrec_bench.data.sets.registry import is_public, names_like
from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.studies.cells import MAX_DIMENSION, MAX_SEED
from seqrec_bench.text import hint, one_line

MAX_USERS = 2**31 - 1
VARIANT = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
"""A variant's name becomes part of a file's name."""

CONFIG = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FieldSet(BaseModel):
    """A table of the file: every key must be known, and of its type."""

    model_config = CONFIG


def _metric(name: Any) -> Metric:
    if not isinstance(name, str):
        raise ValueError("not a text, as 'NDCG@10' is")
    found: Metric = _in_words(Metric, name)
    return found


def _protocol(name: str) -> str:
    _in_words(find_protocol, name)
    return name


def _model(name: str) -> str:
    known = _in_words(registered)
    if name not in known:
        raise ValueError(f"there is no such recommender{hint(name, known)}: choose from {', '.join(known)}")
    return name


def _variant(name: str) -> str:
    if not VARIANT.fullmatch(name):
        raise ValueError("it becomes part of a file's name: use at most 100 small letters, digits, dots, dashes")
    return name


def _dataset(name: str) -> str:
    if not _in_words(is_public, name):
        known = _in_words(names_like, name)
        raise ValueError(
            f"there is no such data set{hint(name, known)}: choose from {', '.join(known)}, or give "
            "data of your own as {name = ..., interactions = ...}"
        )
    return name


def _layout(name: str) -> str:
    _in_words(Form, name)
    return name


def _separator(name: str) -> str:
    _in_words(Form, None, name)
    return name


def _quoting(name: str) -> str:
    _in_words(Form, None, None, True, True, name)
    return name


def _own_name(name: str) -> str:
    _in_words(required_name, name)
    return name


def _printable(text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError("not a text")
    if not text.strip():
        raise ValueError("it is empty")
    if not " ".join(text.split()).isprintable():
        raise ValueError("it has characters that can't be printed")
    return text


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _setting(value: Any) -> Value:
    if not isinstance(value, Value) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("neither a number nor a text, true or false")
    return value


def _whole(least: int, most: int) -> PlainValidator:
    def check(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"not a whole number from {least} to {most}")
        return value

    return PlainValidator(check)


def _number(words: str, fits: Callable[[float], bool]) -> PlainValidator:
    def check(value: Any) -> float:
        if type(value) not in (int, float) or not math.isfinite(value) or not fits(value):
            raise ValueError(f"not a number {words}")
        return float(value)

    return PlainValidator(check)


def _different(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"it has {repr(str(value)) if isinstance(value, str) else repr(value)} twice")
    return values


def filled(values: Any) -> Any:
    """The values, of which there must be some."""
    if not values:
        raise ValueError("it is empty")
    return values


def _in_words(find: Any, *arguments: Any) -> Any:
    """What is found; where it is refused, the same sentence as an error that goes to the file's other faults."""
    try:
        return find(*arguments)
    except InputError as error:
        sentence = str(error).rstrip(".")
        raise ValueError(sentence[0].lower() + sentence[1:]) from error


_T = TypeVar("_T")
Many = Annotated[tuple[_T, ...], AfterValidator(_different)]
"""Different values."""
Some = Annotated[Many[_T], AfterValidator(filled)]
"""Different values, one at least."""
Flag = Annotated[bool, PlainValidator(_flag)]
Text = Annotated[str, PlainValidator(_printable)]
Dimension = Annotated[int, _whole(0, MAX_DIMENSION)]
TableDimension = Annotated[int, _whole(1, MAX_DIMENSION)]
Seed = Annotated[int, _whole(0, MAX_SEED)]
Users = Annotated[int, _whole(1, MAX_USERS)]
Hits = Annotated[int, _whole(0, MAX_USERS)]
Share = Annotated[float, _number("between 0 and 1", lambda value: 0 < value < 1)]
Rise = Annotated[float, _number("above 0 and below 10, as 0.1398 is for 13.98 %", lambda value: 0 < value < 10)]
Figure = Annotated[float, _number("from 0 up", lambda value: value >= 0)]
MetricName = Annotated[Metric, PlainValidator(_metric)]
ModelName = Annotated[Text, AfterValidator(_model)]
ProtocolName = Annotated[Text, AfterValidator(_protocol)]
VariantName = Annotated[Text, AfterValidator(_variant)]
LayoutName = Annotated[Text, AfterValidator(_layout)]
SeparatorName = Annotated[Text, AfterValidator(_separator)]
QuotingName = Annotated[Text, AfterValidator(_quoting)]
OwnName = Annotated[Text, AfterValidator(_own_name)]
DatasetName = Annotated[Text, AfterValidator(_dataset)]
Settings = Mapping[Text, Annotated[Value, PlainValidator(_setting)]]

NAMED, OWN = "<named>", "<own>"
"""How pydantic tells data that are known by name from those of one's own; no part of a place in the file."""
_WORDS = {
    "tuple_type": "not a list",
    "dict_type": "not a table",
    "mapping_type": "not a table",
    "model_type": "not a table",
    "dataclass_type": "not a table",
}
"""By pydantic's name for what is wrong with a value."""
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def faults_of(error: ValidationError, within: tuple[str | int, ...] = ()) -> list[str]:
    """Each of the faults in words: its place in the file, what stands there, and what it has to be."""
    return [_fault(found, within) for found in error.errors(include_url=False)]


def place(parts: tuple[str | int, ...]) -> str:
    """``rows[2].reported.ml-100k."HR@50"``, as TOML would have the keys."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{key(part)}" for part in parts).removeprefix(".")


def key(name: str) -> str:
    """A key as it stands in a TOML file, within quotes where it has to."""
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _fault(found: Mapping[str, Any], within: tuple[str | int, ...]) -> str:
    is_key = found["loc"][-1:] == ("[key]",)
    where = place((*within, *(part for part in found["loc"] if part not in (NAMED, OWN, "[key]"))))
    if found["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return one_line(f"it has the unknown key {where}")
    if found["type"] == "missing":
        return one_line(f"it lacks the key {where}")
    cause = found.get("ctx", {}).get("error")
    why = _WORDS.get(found["type"], found["msg"]) if cause is None else str(cause)
    return one_line(f"the key {where} is wrong: {why}" if is_key else f"{where} is {shown(found['input'])}: {why}")


def shown(value: Any) -> str:
    """The value in a sentence, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
