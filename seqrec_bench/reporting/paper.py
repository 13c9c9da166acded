"""The paper under reproduction: what it reports, read from one TOML file that holds nothing else."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import METRICS
from seqrec_bench.records import PAPER_VARIANT

PAPERS = Path(__file__).parent / "papers"
"""The papers that come with the package, one TOML file each."""


@dataclass(frozen=True)
class PaperRow:
    """A model's row in the table."""

    label: str
    """The model as the paper writes it."""
    model: str
    """The name under which the model is registered."""
    reported: Mapping[str, float]
    """What the paper reports, by metric (``"HR@50"``); empty where it reports nothing of the kind."""
    dimension: int
    """0 for a model without a dimension."""
    variant: str = PAPER_VARIANT
    hits: int | None = None
    """How many of the users' targets the reported hit rate counts, where that is known."""


@dataclass(frozen=True)
class Paper:
    """What a paper reports, and which records are to be held against it."""

    name: str
    citation: str
    dataset: str
    protocol: str
    metrics: tuple[str, ...]
    """The table's metrics in order, such as ``"HR@50"``."""
    dimension: int
    """The table's dimension."""
    n_users: int
    """How many users the reported figures are means over."""
    rows: tuple[PaperRow, ...]
    """The reported models, in the paper's order."""
    references: tuple[PaperRow, ...]
    """Models that stand below them, for comparison."""
    ablations: tuple[PaperRow, ...]
    """Variants of its models with a part taken out, each to be compared with the model as published."""
    figure_metrics: tuple[str, ...]
    """What Figure 1, Figure 2, ... show over the dimension."""
    figure_dimensions: tuple[int, ...]
    margins: Mapping[str, float]
    """By metric, how far a mean over seeds may lie from a reported figure and still reproduce it."""
    margins_reason: str

    def practical_margin(self, metric: str) -> float:
        """The smallest difference between two models that matters: half of what a reported figure may be off."""
        return self.margins[metric] / 2


def load_paper(source: str | Path) -> Paper:
    """The paper of this name that comes with the package or, for a path, the one in that file.

    Raises:
        InputError: There is no such paper, or its file has a key or value that it must not have.
    """
    path = source if isinstance(source, Path) else PAPERS / f"{source}.toml"
    try:
        return _paper(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in PAPERS.glob("*.toml")))
        raise InputError(f"The paper file {path} can't be read ({error.strerror}); built in: {known}.") from error
    except ValueError as error:
        raise InputError(f"The paper file {path} is not valid: {error}.") from error


def _paper(name: str, fields: Any) -> Paper:
    texts = {"citation": str, "dataset": str, "protocol": str}
    tables = {"margins": dict, "table": dict, "figures": dict}
    top = _fields(fields, "", {**texts, "cutoff": int, "metrics": list, **tables})
    table = _fields(
        top["table"], "table", {"dimension": int, "n_users": int, "rows": list, "references": list}, {"ablations": list}
    )
    figures = _fields(top["figures"], "figures", {"metrics": list, "dimensions": list})
    for where, number in (("cutoff", top["cutoff"]), ("table.n_users", table["n_users"])):
        _require(number > 0, f"{where} must be 1 or more")
    metrics = _metrics(top["metrics"], "metrics", top["cutoff"])
    paper = Paper(
        name=name,
        **{key: top[key] for key in texts},
        metrics=metrics,
        dimension=table["dimension"],
        n_users=table["n_users"],
        rows=tuple(
            _reported_row(row, f"table.rows[{i}]", metrics, table["dimension"]) for i, row in enumerate(table["rows"])
        ),
        references=tuple(_reference(row, f"table.references[{i}]") for i, row in enumerate(table["references"])),
        ablations=tuple(
            _ablation(row, f"table.ablations[{i}]", table["dimension"])
            for i, row in enumerate(table.get("ablations", []))
        ),
        figure_metrics=_metrics(figures["metrics"], "figures.metrics", top["cutoff"]),
        figure_dimensions=_dimensions(figures["dimensions"], table["dimension"]),
        **_margins(top["margins"], metrics),
    )
    _require_consistency(paper)
    return paper


def _margins(value: Any, metrics: tuple[str, ...]) -> dict[str, Any]:
    """Every metric's margin, and the reason of them all."""
    kinds = {metric.partition("@")[0]: metric for metric in metrics}
    margins = _fields(value, "margins", {**dict.fromkeys(kinds, float), "reason": str})
    for kind in kinds:
        _require(0 < margins[kind] < 1, f"margins.{kind} is {margins[kind]}, not between 0 and 1")
    return {"margins": {kinds[kind]: margins[kind] for kind in kinds}, "margins_reason": margins["reason"]}


def _reported_row(value: Any, where: str, metrics: tuple[str, ...], dimension: int) -> PaperRow:
    row = _fields(value, where, {"label": str, "model": str, "reported": dict}, optional={"hits": int})
    kinds = {metric.partition("@")[0]: metric for metric in metrics}
    reported = _fields(row["reported"], f"{where}.reported", dict.fromkeys(kinds, float))
    for kind, number in reported.items():
        _require(0 <= number <= 1, f"{where}.reported.{kind} is {number}, not between 0 and 1")
    figures = {kinds[kind]: reported[kind] for kind in kinds}
    return PaperRow(row["label"], row["model"], figures, dimension, hits=row.get("hits"))


def _reference(value: Any, where: str) -> PaperRow:
    row = _fields(value, where, {"label": str, "model": str}, optional={"dimension": int})
    _require(row.get("dimension", 1) > 0, f"{where}.dimension must be 1 or more")
    return PaperRow(row["label"], row["model"], {}, row.get("dimension", 0))


def _ablation(value: Any, where: str, dimension: int) -> PaperRow:
    row = _fields(value, where, {"label": str, "model": str, "variant": str})
    return PaperRow(row["label"], row["model"], {}, dimension, row["variant"])


def _metrics(value: Any, where: str, cutoff: int) -> tuple[str, ...]:
    known = ", ".join(METRICS)
    _require(len(value) > 0, f"{where} is empty")
    for kind in value:
        _require(isinstance(kind, str) and kind in METRICS, f"{where} has {kind!r}, which is none of {known}")
    _require(len(set(value)) == len(value), f"{where} has one metric twice")
    return tuple(f"{kind}@{cutoff}" for kind in value)


def _dimensions(value: Any, table_dimension: int) -> tuple[int, ...]:
    fine = all(type(dimension) is int and dimension > 0 for dimension in value)
    _require(fine and sorted(set(value)) == value, "figures.dimensions must be positive, rising whole numbers")
    _require(table_dimension in value, f"figures.dimensions lacks the table's dimension {table_dimension}")
    return tuple(value)


def _require_consistency(paper: Paper) -> None:
    """Each model has one row, ablations are of these, and counted hits give the reported hit rate to four digits."""
    models = [row.model for row in (*paper.rows, *paper.references)]
    _require(len(paper.rows) > 0, "table.rows is empty")
    _require(len(set(models)) == len(models), "table has two rows of one model")
    _require_ablations(paper)
    hit_rate = next((metric for metric in paper.metrics if metric.startswith("HR@")), None)
    for row in paper.rows:
        if row.hits is not None:
            _require(hit_rate is not None, f"{row.label} has hits, but metrics has no HR")
            rate = row.hits / paper.n_users
            _require(abs(rate - row.reported[str(hit_rate)]) <= 0.5e-4, f"{row.label} has hits of another hit rate")


def _require_ablations(paper: Paper) -> None:
    """Each is another variant of a reported model: a reference is nothing that the paper takes parts out of."""
    reported = [row.model for row in paper.rows]
    for row in paper.ablations:
        _require(row.model in reported, f"the ablation {row.label!r} is of {row.model!r}, which has no row")
        _require(row.variant != PAPER_VARIANT, f"the ablation {row.label!r} is of the variant {PAPER_VARIANT!r}")
    cells = {(row.model, row.variant) for row in paper.ablations}
    _require(len(cells) == len(paper.ablations), "table has two ablations of one model and variant")


def _fields(
    value: Any, where: str, types: Mapping[str, type], optional: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """The table's fields, after every key was found to be known, there, and of its type."""
    _require(isinstance(value, dict), f"{where} is not a table")
    prefix = f"{where}." if where else ""
    known = {**types, **(optional or {})}
    for key, field in value.items():
        _require(key in known, f"it has the unknown key {prefix}{key} (known here: {', '.join(known)})")
        _require(type(field) is known[key], f"{prefix}{key} is {field!r}, which is not of type {known[key].__name__}")
        _require(known[key] is not str or bool(field), f"{prefix}{key} is empty")
    for key in types:
        _require(key in value, f"it lacks the key {prefix}{key}")
    return dict(value)


def _require(holds: bool, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
