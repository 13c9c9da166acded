"""Reads a study's file; whatever is not exactly what it has to be is refused, all of it at once."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from seqrec_bench.errors import InputError
from seqrec_bench.studies.claim import KINDS, Claim
from seqrec_bench.studies.consistency import inconsistencies
from seqrec_bench.studies.fields import FieldSet, Text, faults_of, place, shown
from seqrec_bench.studies.study import Study
from seqrec_bench.text import hint

STUDIES = Path(__file__).parent / "files"
"""The studies that come with the package, one TOML file each."""
_OUTSIDE = ("name", "folder")
"""What a study has that does not stand in its file."""
_ADAPTERS = {name: TypeAdapter(kind) for name, kind in KINDS.items()}


class _Words(FieldSet):
    """What claims of all kinds have."""

    id: Text
    text: Text


def studies() -> list[str]:
    """The names of the studies that come with the package."""
    return sorted(file.stem for file in STUDIES.glob("*.toml"))


def load_study(source: str | Path) -> Study:
    """The study of this name that comes with the package or, for a path, the one in that file.

    A text is a path where it has a folder or the ending ``.toml``.

    Raises:
        InputError: There is no such study, or its file has a key or value that it must not have.
    """
    if isinstance(source, Path) or "/" in source or source.endswith(".toml"):
        return _load(Path(source))
    known = studies()
    if source not in known:
        raise InputError(
            f"There is no study {source!r}{hint(source, known)}: choose from {', '.join(known)}, or name a file that "
            "ends with .toml."
        )
    return _load(STUDIES / f"{source}.toml")


def _load(path: Path) -> Study:
    try:
        study, faults = _read(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError(
            f"The study {path} can't be read ({error.strerror}): name another file, or one of {', '.join(studies())}."
        ) from error
    except RecursionError as error:
        raise InputError(f"The study {path} is not valid: it is nested too deeply.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The study {path} is not valid: it is not in UTF-8.") from error
    except ValueError as error:  # a number with too many digits is none of tomllib's own errors
        raise InputError(f"The study {path} is not valid: {str(error).rstrip('.')}.") from error
    if faults:
        raise InputError(f"The study {path} is not valid: {'; '.join(faults)}.")
    return study


def _read(path: Path, fields: dict[str, Any]) -> tuple[Study, list[str]]:
    """The study and all faults; where there are some, the study is without the parts that they are in."""
    faults = [f"it has the unknown key {name}" for name in _OUTSIDE if name in fields]
    claims, of_claims = _claims(fields.get("claims", []))
    whole = {**fields, "name": path.stem, "folder": path.parent, "claims": claims}
    try:
        study, wrong = Study.model_validate(whole), set()
    except ValidationError as error:
        faults += faults_of(error)
        wrong = {str(fault["loc"][0]) for fault in error.errors()}
        study = Study.model_validate({name: value for name, value in whole.items() if name not in wrong})
    return study, [*faults, *of_claims, *inconsistencies(study, wrong | ({"claims"} if of_claims else set()))]


def _claims(values: Any) -> tuple[tuple[Claim, ...], list[str]]:
    """Those that are as their kinds have them, and the faults of the others."""
    if not isinstance(values, list):
        return (), [f"claims is {shown(values)}: not a list"]
    claims, faults = [], []
    for number, value in enumerate(values):
        where = ("claims", number)
        kind = value.get("kind") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            faults.append(f"{place((*where, 'kind'))} is {shown(kind)}, which is none of {', '.join(KINDS)}")
            continue
        of_all = {name: field for name, field in value.items() if name in _Words.model_fields}
        of_kind = {name: field for name, field in value.items() if name not in (*of_all, "kind")}
        try:
            words, test = None, None
            words = _Words.model_validate(of_all)
        except ValidationError as error:
            faults += faults_of(error, where)
        try:
            test = _ADAPTERS[kind].validate_python(of_kind)
        except ValidationError as error:
            faults += faults_of(error, where)
        if words is not None and test is not None:
            claims.append(Claim(words.id, words.text, test))
    return tuple(claims), faults
