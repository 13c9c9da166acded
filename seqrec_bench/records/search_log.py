"""The log of a search for settings: a JSON Lines file for each model, one trial a line."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seqrec_bench.errors import InputError
from seqrec_bench.recommender import SELECTION_METRIC, Epoch
from seqrec_bench.records.looking import is_there, read_bytes
from seqrec_bench.records.strict_json import is_finite_number, parse

_FIELDS = {"trial", "conditions", "settings", "epoch", "failure", "seconds", "environment", "curve"}
"""Of each line; beside them, it has the validation figure under the name of its metric."""
_EARLY_CONDITIONS = {"selection": SELECTION_METRIC, "lower_is_better": False}
"""What a log was made with that does not say so, as the first logs do not."""


ALLOWED = "epochs"
"""The setting that says how many epochs a training has at most."""


@dataclass(frozen=True)
class Trial:
    """One model, trained once with some settings and looked at on validation."""

    number: int
    """1 for the first."""
    settings: Mapping[str, bool | int | float | str | None]
    """Those that are searched."""
    value: float | None
    """The validation figure of the fitted model that chooses; None if the trial failed."""
    epoch: int | None
    """Its best epoch; None if it failed or does not train in epochs."""
    failure: str | None
    """Why it failed, or None."""
    seconds: float
    """From the start of its process to its end."""
    environment: Mapping[str, Any]
    """Commit, package versions and so on."""
    curve: Sequence[Mapping[str, float]]
    """``epoch``, ``loss`` and the validation figure that chooses, by its metric's name, of each epoch."""
    selection: str = SELECTION_METRIC
    """The metric that chooses."""
    lower_is_better: bool = False
    """Whether less of it is better."""
    allowed: int | None = None
    """How many epochs its settings allow, `ALLOWED`; None for a model that has no such setting."""

    @property
    def is_best_at_last(self) -> bool:
        """Whether its best epoch is the last one allowed: a longer training might have been better."""
        return self.epoch is not None and self.epoch == self.allowed


def encode_curve(curve: Sequence[Epoch], selection: str) -> list[dict[str, float]]:
    """What a log has of the epochs."""
    return [{"epoch": epoch.number, "loss": epoch.loss, selection: epoch.validation[selection]} for epoch in curve]


def best_trial(trials: Sequence[Trial]) -> Trial | None:
    """The trial with the best validation figure, the first of equal ones; None if all failed."""
    sound = [
        (-trial.value if trial.lower_is_better else trial.value, trial) for trial in trials if trial.value is not None
    ]
    return max(sound, key=lambda pair: pair[0])[1] if sound else None


class SearchLog:
    """The trials of one model in one file."""

    def __init__(
        self, path: Path, conditions: Mapping[str, Any] | None = None, absent: Mapping[str, Any] | None = None
    ) -> None:
        """Reads what is there; a last line that was not written to its end counts for nothing.

        Args:
            conditions: What all trials of the log have in common, as JSON has it, among them the metric that chooses,
                ``selection``, and whether it is ``lower_is_better``: NDCG@50, which is not, if they are left out. For
                a log that is only to be read all may be left out: then the trials must be made under the first's.
            absent: By setting, what a log means that lacks it among what is ``fixed``.

        Raises:
            InputError: The file holds something else than trials under these conditions.
            UnreadableError: It can't be read.
        """
        self.path, self._conditions = path, {**_EARLY_CONDITIONS, **conditions} if conditions else {}
        self._absent = absent or {}
        self._written: Mapping[str, Any] = {}
        self.trials: list[Trial] = []
        content = read_bytes(path) if is_there(path) else b""
        self._size = content.rfind(b"\n") + 1
        for number, line in enumerate(content[: self._size].splitlines(), start=1):
            self.trials.append(self._read(number, line))

    def append(self, trial: Trial) -> None:
        """Adds the trial; it is on the disk when this returns."""
        fields = {
            "trial": trial.number,
            "conditions": self._written or self._conditions,  # one log says the same throughout
            "settings": dict(trial.settings),
            self._conditions["selection"]: trial.value,
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
        self.trials.append(replace(trial, allowed=_allowed(self._conditions, trial.settings)))

    def _completed(self, conditions: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same with what they mean by not saying it."""
        if "fixed" not in conditions:
            return conditions
        wanted, fixed = self._conditions.get("fixed", {}), conditions["fixed"]
        implied = {name: self._absent[name] for name in self._absent.keys() & wanted.keys() - fixed.keys()}
        return {**conditions, "fixed": {**fixed, **implied}}

    def _read(self, number: int, line: bytes) -> Trial:
        place = f"{self.path}, line {number},"
        try:
            fields = parse(line)
            conditions = {**_EARLY_CONDITIONS, **fields["conditions"]}
            self._conditions, self._written = self._conditions or conditions, self._written or conditions
            difference = _difference(self._completed(conditions), self._conditions)
            first = self.trials[0] if self.trials else None
            trial = None if difference else _trial(fields, number, first, conditions)
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
        its, mine = found.get(key), wanted.get(key)
        if its != mine:
            if isinstance(its, Mapping) and isinstance(mine, Mapping):
                return f"{key} {_difference(its, mine)}"
            return f"{key} {json.dumps(its)}, not {json.dumps(mine)}"
    return None


def _trial(fields: Mapping[str, Any], number: int, first: Trial | None, conditions: Mapping[str, Any]) -> Trial:
    """The trial that a line holds.

    Args:
        first: The first trial of the log, which sets the same; None where this is the first.
        conditions: Under which it was made.

    Raises:
        ValueError: The line does not hold this trial.
    """
    selection, lower_is_better = str(conditions["selection"]), conditions["lower_is_better"] is True
    value, failure, epoch, settings = fields[selection], fields["failure"], fields["epoch"], fields["settings"]
    _require(
        fields.keys() == {*_FIELDS, selection} != _FIELDS and fields["trial"] == number,
        "its fields or its number are others",
    )
    fine = value is None or (is_finite_number(value) and value >= 0 and (value <= 1 or lower_is_better))
    _require(fine, "its figure is not from 0 to 1")
    _require((value is None) != (failure is None), "it has neither a figure nor a failure, or both")
    _require(failure is None or isinstance(failure, str), "its failure is not a text")
    _require(epoch is None or (type(epoch) is int and epoch > 0), "its epoch is not a whole number")
    _require(is_finite_number(fields["seconds"]) and fields["seconds"] >= 0, "its seconds are not a number")
    _require(isinstance(settings, dict) and isinstance(fields["curve"], list), "its settings or curve are others")
    _require(
        first is None or settings.keys() == first.settings.keys(), "its settings are others than the first trial's"
    )
    environment, curve = dict(fields["environment"]), fields["curve"]
    seconds = fields["seconds"]
    return Trial(
        number, settings, value, epoch, failure, seconds, environment, curve, selection, lower_is_better,
        _allowed(conditions, settings),
    )  # fmt: skip


def _allowed(conditions: Mapping[str, Any], settings: Mapping[str, Any]) -> int | None:
    """How many epochs a trial with these settings has at most, under the log's conditions."""
    found = {**conditions.get("fixed", {}), **settings}.get(ALLOWED)
    return found if type(found) is int else None


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
