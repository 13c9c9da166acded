"""The log of a search for settings: a JSON Lines file for each model, one trial a line."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import SELECTION_METRIC, Epoch
from seqrec_bench.records.looking import is_there, read_bytes
from seqrec_bench.records.strict_json import is_finite_number, parse

_FIELDS = {"trial", "conditions", "settings", SELECTION_METRIC, "epoch", "failure", "seconds", "environment", "curve"}


@dataclass(frozen=True)
class Trial:
    """One model, trained once with some settings and looked at on validation."""

    number: int
    """1 for the first."""
    settings: Mapping[str, bool | int | float | str | None]
    """Those that are searched."""
    value: float | None
    """Validation NDCG@50 of the fitted model; None if the trial failed."""
    epoch: int | None
    """Its best epoch; None if it failed or does not train in epochs."""
    failure: str | None
    """Why it failed, or None."""
    seconds: float
    """From the start of its process to its end."""
    environment: Mapping[str, Any]
    """Commit, package versions and so on."""
    curve: Sequence[Mapping[str, float]]
    """``epoch``, ``loss`` and the validation ``NDCG@50`` of each epoch."""


def encode_curve(curve: Sequence[Epoch]) -> list[dict[str, float]]:
    """What a log has of the epochs."""
    return [
        {"epoch": epoch.number, "loss": epoch.loss, SELECTION_METRIC: epoch.validation[SELECTION_METRIC]}
        for epoch in curve
    ]


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """The trial with the greatest validation NDCG@50, the first of equal ones; None if all failed."""
    return max((trial for trial in trials if trial.value is not None), key=lambda trial: trial.value or 0, default=None)


class SearchLog:
    """The trials of one model in one file."""

    def __init__(self, path: Path, conditions: Mapping[str, Any] | None = None) -> None:
        """Reads what is there; a last line that was not written to its end counts for nothing.

        Args:
            conditions: What all trials of the log have in common, as JSON has it. For a log that is only to be read
                they may be left out: then all trials must be made under those of the first.

        Raises:
            InputError: The file holds something else than trials under these conditions.
            UnreadableError: It can't be read.
        """
        self.path, self._conditions = path, dict(conditions or {})
        self.trials: list[Trial] = []
        content = read_bytes(path) if is_there(path) else b""
        self._size = content.rfind(b"\n") + 1
        for number, line in enumerate(content[: self._size].splitlines(), start=1):
            self.trials.append(self._read(number, line))

    def append(self, trial: Trial) -> None:
        """Adds the trial; it is on the disk when this returns."""
        fields = {
            "trial": trial.number,
            "conditions": self._conditions,
            "settings": dict(trial.settings),
            SELECTION_METRIC: trial.value,
            "epoch": trial.epoch,
            "failure": trial.failure,
            "seconds": round(trial.seconds, 3),
            "environment": dict(trial.environment),
            "curve": list(trial.curve),
        }
        line = json.dumps(fields, allow_nan=False).encode() + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.truncate(self._size)  # without the half line that an interruption may have left
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._size += len(line)
        self.trials.append(trial)

    def _read(self, number: int, line: bytes) -> Trial:
        place = f"{self.path}, line {number},"
        try:
            fields = parse(line)
            conditions = dict(fields["conditions"])
            self._conditions = self._conditions or conditions
            difference = _difference(conditions, self._conditions)
            trial = None if difference else _trial(fields, number, self.trials[0] if self.trials else None)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{place} is not trial {number} of a search ({error}): move that file away.") from error
        if trial is None:
            raise InputError(
                f"{place} was made with {difference}: move that file away to search anew, or name another --out."
            )
        return trial


def _difference(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    """The first of the conditions that differs, in words."""
    for key in (*wanted, *found):
        if found.get(key) != wanted.get(key):
            return f"{key} {json.dumps(found.get(key))}, not {json.dumps(wanted.get(key))}"
    return None


def _trial(fields: Mapping[str, Any], number: int, first: Trial | None) -> Trial:
    """The trial that a line holds.

    Args:
        first: The first trial of the log, which sets the same; None where this is the first.

    Raises:
        ValueError: The line does not hold this trial.
    """
    value, failure, epoch, settings = fields[SELECTION_METRIC], fields["failure"], fields["epoch"], fields["settings"]
    _require(fields.keys() == _FIELDS and fields["trial"] == number, "its fields or its number are others")
    _require(value is None or (is_finite_number(value) and 0 <= value <= 1), "its figure is not from 0 to 1")
    _require((value is None) != (failure is None), "it has neither a figure nor a failure, or both")
    _require(failure is None or isinstance(failure, str), "its failure is not a text")
    _require(epoch is None or (type(epoch) is int and epoch > 0), "its epoch is not a whole number")
    _require(is_finite_number(fields["seconds"]) and fields["seconds"] >= 0, "its seconds are not a number")
    _require(isinstance(settings, dict) and isinstance(fields["curve"], list), "its settings or curve are others")
    _require(
        first is None or settings.keys() == first.settings.keys(), "its settings are others than the first trial's"
    )
    return Trial(
        number, settings, value, epoch, failure, fields["seconds"], dict(fields["environment"]), fields["curve"]
    )  # fmt: skip


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
