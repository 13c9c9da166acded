"""The files of a given split as one data set: training and test, with a validation or without."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from seqrec_bench.data.dataset import TEST, TRAIN, VALIDATION, Dataset, GivenParts, prepare
from seqrec_bench.data.interactions import Interactions
from seqrec_bench.data.loading import not_public, path_safe_name, require_several_items, required_name, safe_name
from seqrec_bench.data.reading.columns import Columns
from seqrec_bench.data.reading.doubtful_ids import refuse_doubtful
from seqrec_bench.data.reading.form import PLAIN, Form
from seqrec_bench.data.reading.readers import read_interactions
from seqrec_bench.data.reading.tag_files import read_tags
from seqrec_bench.errors import InputError
from seqrec_bench.recommender import TimeArray
from seqrec_bench.text import listed

LARGEST_EXACT = 2**53
"""Up to which all whole numbers are float64 numbers."""
NAMES = {TRAIN: "training", VALIDATION: "validation", TEST: "test"}


@dataclass(frozen=True)
class PartFiles:
    """Where the parts are."""

    train: Path
    test: Path
    validation: Path | None = None
    """None where each user's last training interaction validates."""

    @property
    def by_part(self) -> Mapping[int, Path]:
        """In the order of the parts."""
        files = {TRAIN: self.train, VALIDATION: self.validation, TEST: self.test}
        return {part: path for part, path in files.items() if path is not None}


def load_parts(
    files: PartFiles, columns: Columns, tags: Path | None, name: str | None = None, form: Form = PLAIN
) -> Dataset:
    """Returns the data set whose split these files are, all of one form.

    Users and items are numbered over all of them. The data are called after the training's file, or after its folder
    where the file's name says no more than that it is the training.

    Args:
        name: What they are called instead.

    Raises:
        InputError: As `load_file` has it; or two of the files hold the same; or times can't stand beside one another.
    """
    chosen = _name_of(files.train) if name is None else required_name(name)
    _require_different_files(files.by_part)
    as_read = {part: read_interactions(path, columns, form) for part, path in files.by_part.items()}
    if form.layout == "sequences-without-users":
        _require_as_many_lines(as_read, files.by_part)
    _require_different_rows(as_read, files.by_part)
    parts = _with_one_unit(as_read, files.by_part)
    codes = np.repeat(list(parts), [len(rows.users) for rows in parts.values()]).astype(np.int8)
    given = GivenParts(codes, has_validation=files.validation is not None)
    whole = Interactions.concatenate(list(parts.values()))
    if not form.ids_as_written:  # 12 in one part and 12.0 in another
        refuse_doubtful(whole, "Interaction", f"{_listed(files.by_part)}, counted through,")
    dataset = prepare(chosen, whole, None if tags is None else read_tags(tags, form.ids_as_written), given)
    return require_several_items(dataset, files.train)


def _name_of(train: Path) -> str:
    """``ml-1m`` for ml-1m.train.csv and for ml-1m/train.csv."""
    own = re.sub(r"(?i)(^|[._-])train(ing)?([._-]?(set|data))?(?=[._-]|$)", "", path_safe_name(train)).strip("._-")
    return not_public(own or safe_name(train.absolute().parent.name))


def _require_different_files(paths: Mapping[int, Path]) -> None:
    for (part, path), (other, other_path) in combinations(paths.items(), 2):
        if path.exists() and other_path.exists() and path.samefile(other_path):
            raise InputError(f"{path} is the same file as {NAMES[part]} and {NAMES[other]}: give each part its own.")


def _require_as_many_lines(parts: Mapping[int, Interactions], paths: Mapping[int, Path]) -> None:
    """Raises `InputError` where users, who are called by their lines' numbers, can't be the same in all parts."""
    n_lines = [len(rows.user_ids) for rows in parts.values()]
    if len(set(n_lines)) > 1:
        raise InputError(
            f"{_listed(paths)} have {listed(list(map(str, n_lines)))} lines, and without users a line is of the one "
            "who has the same line in the other parts: put users first, and give --layout sequences."
        )


def _listed(paths: Mapping[int, Path]) -> str:
    return listed(list(map(str, paths.values())))


def _require_different_rows(parts: Mapping[int, Interactions], paths: Mapping[int, Path]) -> None:
    for (part, rows), (other, other_rows) in combinations(parts.items(), 2):
        if rows.says_the_same(other_rows):
            raise InputError(
                f"{paths[part]} and {paths[other]} hold the same rows, as {NAMES[part]} and {NAMES[other]}: give each "
                "part its own."
            )


def _with_one_unit(parts: Mapping[int, Interactions], paths: Mapping[int, Path]) -> Mapping[int, Interactions]:
    """The parts with times that stay exact beside one another: those of dates all in the finest unit of any part."""
    units = {rows.per_second for rows in parts.values()}
    if units == {None}:
        _require_exact([rows.times for rows in parts.values() if rows.times is not None], paths)
        return parts
    dates = [str(paths[part]) for part, rows in parts.items() if rows.per_second is not None]
    numbers = [str(paths[part]) for part, rows in parts.items() if rows.per_second is None]
    if numbers:
        raise InputError(
            f"The times in {listed(dates)} are dates, and those in {listed(numbers)} numbers: write those of all parts "
            "in one way."
        )
    finest = max(unit for unit in units if unit is not None)
    return {part: rows.in_unit(finest) for part, rows in parts.items()}


def _require_exact(stamps: Sequence[TimeArray], paths: Mapping[int, Path]) -> None:
    """Raises `InputError` for whole numbers that would not stay exact beside fractions."""
    if len({times.dtype.kind for times in stamps}) > 1 and any(np.abs(times).max() > LARGEST_EXACT for times in stamps):
        raise InputError(
            f"Of {_listed(paths)}, some have fractions of a unit of time, and others whole "
            "numbers beyond 2^53, which would not stay exact beside them: give all times as whole numbers of one unit."
        )
