"""Explanations as JSON, and back: what a page shows need not be computed again."""

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from natsort import natsorted
from pydantic import TypeAdapter

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.explaining.content import UserExplanation
from seqrec_bench.evaluation.explaining.summary import AttentionSummary
from seqrec_bench.records import CellKey
from seqrec_bench.records.looking import at_depth, is_there
from seqrec_bench.records.strict_json import parse
from seqrec_bench.rendering.document import json_text
from seqrec_bench.rendering.explanations.summary_text import Summaries
from seqrec_bench.text import shortened

_HEAD = "seqrec-bench explain"
MadeT = TypeVar("MadeT", CellKey, UserExplanation, AttentionSummary)


def to_json(explanation: UserExplanation) -> str:
    """All of it, with the command that prints it from a directory with the cell's record and weights."""
    return json_text({"command": command_for(explanation), **asdict(explanation)})


def command_for(explanation: UserExplanation) -> str:
    key = explanation.key
    dimension = f" --dimension {key.dimension}" if key.dimension else ""
    return (
        f"{_HEAD} --user {shlex.quote(explanation.user)} --model {key.model} --variant {key.variant}{dimension} "
        f"--seeds {key.seed} --format json"
    )


def read_either(path: Path) -> UserExplanation | Summaries:
    """What `explain --format json` printed.

    Raises:
        InputError: The file holds neither.
    """
    try:
        is_of_runs = isinstance(parse(path.read_text(encoding="utf-8")), list)
    except ValueError:
        is_of_runs = False  # which `read_explanation` puts into words
    return read_summaries(path) if is_of_runs else read_explanation(path)


def read_explanation(path: Path) -> UserExplanation:
    """The explanation that `to_json` wrote.

    Raises:
        InputError: The file holds none.
    """
    with _refused(f"{path} holds no explanation", f"{_HEAD} --format json"):
        fields = parse(path.read_text(encoding="utf-8"))
        del fields["command"]
        return _made(UserExplanation, fields)


def read_summaries(path: Path) -> Summaries:
    """What `summaries_document` is in JSON.

    Raises:
        InputError: The file holds something else.
    """
    with _refused(f"{path} holds no summaries", f"{_HEAD} --all-users --format json"):
        first, *others = parse(path.read_text(encoding="utf-8"))
        return {_made(CellKey, run.pop("key")): _made(AttentionSummary, run) for run in (first, *others)}


@contextmanager
def _refused(says: str, command: str) -> Iterator[None]:
    """What is wrong with a file's content, as an input error that names what it should be."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        why = shortened(f"{type(error).__name__}: {error}")
        raise InputError(f"{says} ({why}): give what `{command}` prints.") from error


def _made(kind: type[MadeT], fields: Any) -> MadeT:
    """The dataclass that these are the fields of, all of them and of its types.

    Raises:
        ValueError: They are not.
    """
    made = TypeAdapter(kind).validate_python(fields)
    if json.loads(json_text(asdict(made))) != fields:
        raise ValueError(f"{kind.__name__} has other fields")
    return made


def read_kept(folder: Path, dataset: str, protocol: str) -> tuple[list[UserExplanation], Summaries | None]:
    """The users' explanations ``user-ID.json`` and the summaries ``all-users.json`` in a folder that are of these data.

    Raises:
        InputError: One of the files holds something else.
        UnreadableError: The folder can't be read.
    """
    files = [path for path in at_depth(folder, 1) if path.match("user-*.json")]
    users = [read_explanation(path) for path in natsorted(files)]
    users = [user for user in users if (user.key.dataset, user.key.protocol) == (dataset, protocol)]
    path = folder / "all-users.json"
    summaries = read_summaries(path) if is_there(path) else {}
    summaries = {key: found for key, found in summaries.items() if (key.dataset, key.protocol) == (dataset, protocol)}
    return users, summaries or None
