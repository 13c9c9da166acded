"""What a search tries: read from a TOML file, and checked as a whole before anything is run."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as shorten
from typing import Any

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.evaluation.settings import Value
from seqrec_bench.studies.cells import MAX_DIMENSION, MAX_SEED

MAX_TRIALS = 10_000

SEARCHES = Path(__file__).parent / "searches"
"""The searches that come with the package, one TOML file each."""

Settings = Mapping[str, Value]
Space = Mapping[str, Sequence[Value]]
"""The values to choose from, by setting; the first of each makes the starting point."""


@dataclass(frozen=True)
class ModelSpace:
    """What is tried with one model."""

    model: str
    space: Space
    fixed: Settings
    """What is set in every trial."""

    @property
    def n_combinations(self) -> int:
        return math.prod(len(values) for values in self.space.values())


@dataclass(frozen=True)
class Search:
    """As many trials of every model."""

    name: str
    dimension: int
    seed: int
    """Of the training in every trial, and of the choice of what is tried."""
    n_trials: int
    """Of each model."""
    models: Sequence[ModelSpace]


def load_search(source: str | Path) -> Search:
    """The search of this name that comes with the package or, for a path, the one in that file.

    Raises:
        InputError: There is no such search, or its file has a key or value that it must not have.
    """
    path = source if isinstance(source, Path) else _built_in(source)
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        return _search(path.stem, fields)
    except OSError as error:
        raise InputError(f"The search file {path} can't be read ({error.strerror}): name one that can.") from error
    except RecursionError as error:
        raise InputError(f"The search file {path} is not valid: it is nested too deeply.") from error
    except (ValueError, InputError) as error:
        raise InputError(f"The search file {path} is not valid: {str(error).removesuffix('.')}.") from error


def _built_in(name: str) -> Path:
    """The file of the search of this name; refuses another, with the models of those that there are."""
    files = {file.stem: file for file in sorted(SEARCHES.glob("*.toml"))}
    if name in files:
        return files[name]
    models = {stem: list(tomllib.loads(file.read_text(encoding="utf-8"))["spaces"]) for stem, file in files.items()}
    *others, last = (f"{stem} (of {', '.join(searched)})" for stem, searched in models.items())
    known = f"{', '.join(others)} and {last}"
    stem = next((stem for stem, searched in models.items() if name in searched), None)
    own = "name one, or a .toml file of your own (docs/your-own-model.md)"
    mend = f"`seqrec-bench search {stem} --models {name}` searches {name}" if stem else own
    raise InputError(f"There is no search {shorten(name)}, but {known}: {mend}.")


def _search(name: str, fields: Mapping[str, Any]) -> Search:
    required, known = {"dimension", "seed", "trials", "spaces"}, {"dimension", "seed", "trials", "spaces", "fixed"}
    missing, unknown = sorted(required - fields.keys()), sorted(fields.keys() - known)
    _require(not missing, f"it lacks {', '.join(missing)}")
    _require(not unknown, f"it has {', '.join(unknown)}, but may have only {', '.join(sorted(known))}")
    for key, least, most in (("dimension", 1, MAX_DIMENSION), ("seed", 0, MAX_SEED), ("trials", 1, MAX_TRIALS)):
        fine = type(fields[key]) is int and least <= fields[key] <= most
        _require(fine, f"{key} is {fields[key]!r}: give a whole number from {least} to {most}")
    spaces, fixed = _tables(fields, "spaces"), _tables(fields, "fixed")
    _require(len(spaces) > 0, "spaces has no model: add a table [spaces.MODEL]")
    for model in fixed:
        _require(model in spaces, f"fixed.{model} is for a model that has no space: add [spaces.{model}]")
    dimension = fields["dimension"]
    models = [_model_space(model, spaces[model], fixed.get(model, {}), dimension) for model in spaces]
    return Search(name, dimension, fields["seed"], fields["trials"], models)


def _tables(fields: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
    """The tables [key.MODEL] by model."""
    tables = fields.get(key, {})
    _require(isinstance(tables, dict), f"{key} is no table: write [{key}.MODEL]")
    for model, table in tables.items():
        _require(isinstance(table, dict), f"{key}.{model} is no table: write [{key}.{model}]")
    return dict(tables)


def _model_space(model: str, lists: Mapping[str, Any], fixed: Mapping[str, Any], dimension: int) -> ModelSpace:
    _require(len(lists) > 0, f"spaces.{model} names no setting to search")
    for key, values in lists.items():
        place = f"spaces.{model}.{key}"
        _require(isinstance(values, list) and len(values) > 0, f"{place} is {values!r}: give a list of values")
        _require(key not in fixed, f"{place} is also in fixed.{model}: remove one of the two")
    first = {key: values[0] for key, values in lists.items()}
    start = _built({**fixed, **first}, model, dimension)
    space = {
        key: [_built({**fixed, **first, key: value}, model, dimension)[key] for value in values]
        for key, values in lists.items()
    }
    for key, values in space.items():
        _require(len(set(values)) == len(values), f"spaces.{model}.{key} has one value twice")
    return ModelSpace(model, space, {key: start[key] for key in fixed})


def _built(settings: Mapping[str, Any], model: str, dimension: int) -> dict[str, Any]:
    """All settings of the model that is built with these, as its fields have them."""
    return hyperparameters(build(model, dimension, settings))


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
