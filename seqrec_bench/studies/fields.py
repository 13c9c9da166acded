"""The kinds of values that a study's file holds, each of which says in words what it has to be."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, Strict, ValidationError

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.evaluation.protocols import find_protocol
from seqrec_bench.evaluation.registry import hint, registered
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.studies.cells import MAX_DIMENSION, MAX_SEED
from seqrec_bench.text import one_line

MAX_USERS = 2**31 - 1
VARIANT = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")
"""A variant's name becomes part of a file's name."""

CONFIG = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FieldSet(BaseModel):
    """A table of the file: every key must be known, and of its type."""

    model_config = CONFIG


def _metric(name: Any) -> Metric:
    if not isinstance(name, str):
        raise ValueError("a metric is a text, as 'NDCG@10' is")
    found: Metric = _in_words(Metric, name)
    return found


def _protocol(name: str) -> str:
    _in_words(find_protocol, name)
    return name


def _model(name: str) -> str:
    known = _in_words(registered)
    if name not in known:
        raise ValueError(f"there is no recommender {name!r}{hint(name, known)}: choose from {', '.join(known)}")
    return name


def _variant(name: str) -> str:
    if not VARIANT.fullmatch(name):
        raise ValueError("it becomes part of a file's name: use at most 100 small letters, digits, dots, dashes")
    return name


def _printable(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty")
    if not " ".join(text.split()).isprintable():
        raise ValueError("it has characters that can't be printed")
    return text


def _different(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"it has {value!r} twice")
    return values


def _in_words(find: Any, *arguments: Any) -> Any:
    """What is found; where it is refused, the same sentence as an error that goes to the file's other faults."""
    try:
        return find(*arguments)
    except InputError as error:
        raise ValueError(str(error).rstrip(".")) from error


_T = TypeVar("_T")
Many = Annotated[tuple[_T, ...], AfterValidator(_different)]
"""Different values."""
Flag = Annotated[bool, Strict()]
Text = Annotated[str, Strict(), AfterValidator(_printable)]
Dimension = Annotated[int, Strict(), Field(ge=0, le=MAX_DIMENSION)]
Seed = Annotated[int, Strict(), Field(ge=0, le=MAX_SEED)]
Users = Annotated[int, Strict(), Field(ge=1, le=MAX_USERS)]
Hits = Annotated[int, Strict(), Field(ge=0, le=MAX_USERS)]
Share = Annotated[float, Strict(), Field(gt=0, lt=1)]
Rise = Annotated[float, Strict(), Field(gt=0, lt=10)]
"""A share above 0, as .1398 for 13.98 %."""
Figure = Annotated[float, Strict(), Field(ge=0)]
MetricName = Annotated[Metric, PlainValidator(_metric)]
ModelName = Annotated[Text, AfterValidator(_model)]
ProtocolName = Annotated[Text, AfterValidator(_protocol)]
VariantName = Annotated[Text, AfterValidator(_variant)]
Settings = Mapping[str, Value]


def faults_of(error: ValidationError, within: tuple[str | int, ...] = ()) -> list[str]:
    """Each of the faults in words: its place in the file, what stands there, and what it has to be."""
    return [_fault(found, within) for found in error.errors(include_url=False)]


def place(parts: tuple[str | int, ...]) -> str:
    """``rows[2].reported.ml-100k``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def _fault(found: Mapping[str, Any], within: tuple[str | int, ...]) -> str:
    where = place((*within, *found["loc"]))
    if found["type"] == "extra_forbidden":
        return f"it has the unknown key {where}"
    if found["type"] == "missing":
        return f"it lacks the key {where}"
    cause = found.get("ctx", {}).get("error")
    why = str(cause) if cause else found["msg"].replace("Input should", "it should")
    return one_line(f"{where} is {_shown(found['input'])}: {why}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
