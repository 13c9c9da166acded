"""Writes a study's file to begin with."""

import re
from pathlib import Path
from string import Template

from seqrec_bench.errors import InputError
from seqrec_bench.studies.loading import studies

_TEMPLATE = Path(__file__).with_name("new.toml")


def write_study(name: str, folder: Path) -> Path:
    """Writes the study ``<name>.toml``, commented and ready to be changed, and returns its path.

    Args:
        folder: It is made where it is not there.

    Raises:
        InputError: The name is none that a study can have, or the file is there already.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or name in studies():
        raise InputError(
            f"{name!r} can't name a study: use small letters, digits and single dashes, like my-study, and none of "
            f"{', '.join(studies())}."
        )
    path = folder / f"{name}.toml"
    if path.exists():
        raise InputError(f"{path} is there already: choose another name, or another place with --out.")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(name=name), encoding="utf-8")
    return path
