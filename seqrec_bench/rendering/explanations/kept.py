"""Explanations as JSON, and back: what a page shows need not be computed again."""

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from natsort import natsorted

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.explaining.content import (
    HeldOut,
    Item,
    Memory,
    Neighbour,
    PastItem,
    ScoredItem,
    Spread,
    UserExplanation,
)
from seqrec_bench.records import CellKey
from seqrec_bench.records.looking import at_depth, is_there
from seqrec_bench.records.strict_json import parse
from seqrec_bench.rendering.explanations.printable import escaped
from seqrec_bench.rendering.explanations.summary_text import Summaries, read_summaries
from seqrec_bench.rendering.json_text import json_text

_HEAD = "seqrec-bench explain"


def to_json(explanation: UserExplanation) -> str:
    """All of it, with the command that prints it from a directory with the cell's record and weights."""
    return escaped(json_text({"command": command_for(explanation), **asdict(explanation)}))


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
    try:
        fields = parse(path.read_text(encoding="utf-8"))
        del fields["command"]
        return _explanation(fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path} holds no explanation ({type(error).__name__}: {error}): give what `{_HEAD} --format json` prints."
        ) from error


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


def _explanation(fields: Mapping[str, Any]) -> UserExplanation:
    attention, memory, held_out = fields["attention"], fields["memory"], fields["held_out"]
    return UserExplanation(
        **{
            **fields,
            "key": CellKey(**fields["key"]),
            "history": tuple(PastItem(**{**past, "item": _item(past["item"])}) for past in fields["history"]),
            "attention": attention and tuple(tuple(float(weight) for weight in row) for row in attention),
            "memory": memory and Memory(**{**memory, "nearest": tuple(map(_neighbour, memory["nearest"]))}),
            "candidates": {name: Spread(**spread) for name, spread in fields["candidates"].items()},
            "recommendations": tuple(map(_scored, fields["recommendations"])),
            "held_out": held_out and HeldOut(**{**held_out, "scored": _scored(held_out["scored"])}),
        }
    )


def _item(fields: Mapping[str, Any]) -> Item:
    return Item(str(fields["id"]), str(fields["title"]), tuple(map(str, fields["tags"])))


def _neighbour(fields: Mapping[str, Any]) -> Neighbour:
    return Neighbour(**{**fields, "items": tuple(map(_item, fields["items"]))})


def _scored(fields: Mapping[str, Any]) -> ScoredItem:
    return ScoredItem(**{**fields, "item": _item(fields["item"])})
