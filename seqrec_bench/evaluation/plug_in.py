"""Writes a small distribution with a recommender of its own, found by the bench once it is installed."""

import importlib.util
import json
import keyword
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.registry import registered

_TEMPLATES = files("seqrec_bench.evaluation") / "plug_in_template"
_PLACES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "init.py": "src/$package/__init__.py",
    "test_conformance.py": "tests/test_conformance.py",
}
"""Where the text of each template goes that all plug-ins have."""


@dataclass(frozen=True)
class Kind:
    """What a plug-in is to begin with."""

    model: str
    """The template of its model."""
    does: str
    """What that does, after "As it came, it"."""
    dependencies: tuple[str, ...]
    dev: tuple[str, ...]
    """What its checks need."""
    mypy: str
    """What is said to mypy beside `strict`, a template too."""


COUNTING = Kind(
    "model.py",
    "counts which item follows which",
    ("numpy", "scipy", "seqrec-bench"),
    ("mypy", "pytest", "ruff", "scipy-stubs"),
    "",
)
TORCH = Kind(
    "torch_model.py",
    "is a recurrent net (a GRU) in PyTorch",
    ("numpy", "seqrec-bench", "torch"),
    ("mypy", "pytest", "ruff"),
    """
[[tool.mypy.overrides]]  # torch leaves many of its calls untyped
module = ["$package.*"]
disallow_untyped_calls = false
""",
)


def write_plug_in(name: str, parent: Path, kind: Kind = COUNTING) -> list[Path]:
    """Writes the distribution into a new folder of that name and returns its files.

    The package is called after it too (``my_model``), and so is the class (``MyModel``).

    Args:
        parent: The folder that the new one goes into; it is made where it is not there.

    Raises:
        InputError: The name can't serve for all of these, is taken, or the folder is there already.
    """
    _require_usable(name, kind)
    folder = parent / name
    if folder.exists():
        raise InputError(f"{folder} is there already: choose another name, or another place with --out.")
    names = {
        "name": name,
        "package": _package(name),
        "class_name": _class_name(name),
        "does": kind.does,
        "dependencies": json.dumps(kind.dependencies)[1:-1],
        "dev": json.dumps(kind.dev)[1:-1],
        "mypy": Template(kind.mypy).substitute(package=_package(name)),
    }
    texts = {
        folder / Template(place).substitute(names): Template(_template(file)).substitute(names)
        for file, place in {**_PLACES, kind.model: "src/$package/model.py"}.items()
    }
    texts[folder / "src" / _package(name) / "py.typed"] = ""
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _require_usable(name: str, kind: Kind) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise InputError(
            f"{name!r} can't name a model: use small letters, digits and single dashes, beginning with a letter, "
            "like my-model."
        )
    if name in registered():
        raise InputError(f"A recommender {name!r} is installed already: choose another name.")
    package, class_name = _package(name), _class_name(name)
    if keyword.iskeyword(package) or importlib.util.find_spec(package) is not None:
        raise InputError(f"{name!r} would hide Python's own or another package's {package}: choose another name.")
    if keyword.iskeyword(class_name) or re.search(rf"\b{class_name}\b", _template(kind.model)):
        raise InputError(f"{name!r} would make a class {class_name}, a name its source needs: choose another.")


def _package(name: str) -> str:
    return name.replace("-", "_")


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def _template(file: str) -> str:
    return _TEMPLATES.joinpath(f"{file}.template").read_text(encoding="utf-8")
