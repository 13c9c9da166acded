"""Reads a paper's file; whatever is not exactly what it has to be is refused."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqrec_bench.errors import InputError
from seqrec_bench.evaluation.metrics import KINDS, CutOff
from seqrec_bench.records import PAPER_VARIANT
from seqrec_bench.reporting.paper.claim_loading import read_claims
from seqrec_bench.reporting.paper.fields import read_fields, require
from seqrec_bench.reporting.paper.model import Paper, PaperRow, ProtocolNotes

MAX_CUTOFF = 10_000
MAX_USERS = 2**31 - 1

PAPERS = Path(__file__).parents[1] / "papers"
"""The papers that come with the package, one TOML file each."""


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
    except RecursionError as error:
        raise InputError(f"The paper file {path} is not valid: it is nested too deeply.") from error
    except (ValueError, OverflowError) as error:
        raise InputError(f"The paper file {path} is not valid: {error}.") from error


def _paper(name: str, fields: Any) -> Paper:
    texts = {"citation": str, "dataset": str, "protocol": str}
    tables = {"margins": dict, "table": dict, "figures": dict}
    optional = {"protocol_notes": dict, "claims": list}
    top = read_fields(fields, "", {**texts, "cutoff": int, "metrics": list, **tables}, optional)
    table = read_fields(
        top["table"], "table", {"dimension": int, "n_users": int, "rows": list, "references": list}, {"ablations": list}
    )
    figures = read_fields(top["figures"], "figures", {"metrics": list, "dimensions": list})
    for where, number, most in (("cutoff", top["cutoff"], MAX_CUTOFF), ("table.n_users", table["n_users"], MAX_USERS)):
        require(0 < number <= most, f"{where} is {number}, not a whole number from 1 to {most}")
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
        protocol_notes=_protocol_notes(top.get("protocol_notes", {})),
    )
    _require_consistency(paper)
    return replace(paper, claims=read_claims(top.get("claims", []), paper))


def _margins(value: Any, metrics: tuple[str, ...]) -> dict[str, Any]:
    """Every metric's margin, and the reason of them all."""
    kinds = {metric.partition("@")[0]: metric for metric in metrics}
    margins = read_fields(value, "margins", {**dict.fromkeys(kinds, float), "reason": str})
    for kind in kinds:
        require(0 < margins[kind] < 1, f"margins.{kind} is {margins[kind]}, not between 0 and 1")
    return {"margins": {kinds[kind]: margins[kind] for kind in kinds}, "margins_reason": margins["reason"]}


def _protocol_notes(value: Any) -> ProtocolNotes:
    notes = read_fields(value, "protocol_notes", {}, {"stated": list, "inferred": list, "disclosed": list})
    for kind, sentences in notes.items():
        fine = all(isinstance(sentence, str) and sentence for sentence in sentences)
        require(fine, f"protocol_notes.{kind} must be sentences")
    return ProtocolNotes(**{kind: tuple(sentences) for kind, sentences in notes.items()})


def _reported_row(value: Any, where: str, metrics: tuple[str, ...], dimension: int) -> PaperRow:
    row = read_fields(value, where, {"label": str, "model": str, "reported": dict}, optional={"hits": int})
    kinds = {metric.partition("@")[0]: metric for metric in metrics}
    reported = read_fields(row["reported"], f"{where}.reported", dict.fromkeys(kinds, float))
    for kind, number in reported.items():
        require(0 <= number <= 1, f"{where}.reported.{kind} is {number}, not between 0 and 1")
    figures = {kinds[kind]: reported[kind] for kind in kinds}
    return PaperRow(row["label"], row["model"], figures, dimension, hits=row.get("hits"))


def _reference(value: Any, where: str) -> PaperRow:
    row = read_fields(value, where, {"label": str, "model": str}, optional={"dimension": int})
    require(row.get("dimension", 1) > 0, f"{where}.dimension must be 1 or more")
    return PaperRow(row["label"], row["model"], {}, row.get("dimension", 0))


def _ablation(value: Any, where: str, dimension: int) -> PaperRow:
    row = read_fields(value, where, {"label": str, "model": str, "variant": str})
    return PaperRow(row["label"], row["model"], {}, dimension, row["variant"])


def _metrics(value: Any, where: str, cutoff: int) -> tuple[str, ...]:
    known = [kind for kind in KINDS if KINDS[kind].cut_off is not CutOff.NONE]
    require(len(value) > 0, f"{where} is empty")
    for kind in value:
        require(isinstance(kind, str) and kind in known, f"{where} has {kind!r}, which is none of {', '.join(known)}")
    require(len(set(value)) == len(value), f"{where} has one metric twice")
    return tuple(f"{kind}@{cutoff}" for kind in value)


def _dimensions(value: Any, table_dimension: int) -> tuple[int, ...]:
    fine = all(type(dimension) is int and dimension > 0 for dimension in value)
    require(fine and sorted(set(value)) == value, "figures.dimensions must be positive, rising whole numbers")
    require(table_dimension in value, f"figures.dimensions lacks the table's dimension {table_dimension}")
    return tuple(value)


def _require_consistency(paper: Paper) -> None:
    """Each model has one row, ablations are of these, and counted hits give the reported hit rate to four digits."""
    models = [row.model for row in (*paper.rows, *paper.references)]
    require(len(paper.rows) > 0, "table.rows is empty")
    require(len(set(models)) == len(models), "table has two rows of one model")
    _require_ablations(paper)
    hit_rate = next((metric for metric in paper.metrics if metric.startswith("HR@")), None)
    for row in paper.rows:
        if row.hits is not None:
            require(hit_rate is not None, f"{row.label} has hits, but metrics has no HR")
            rate = row.hits / paper.n_users
            require(abs(rate - row.reported[str(hit_rate)]) <= 0.5e-4, f"{row.label} has hits of another hit rate")


def _require_ablations(paper: Paper) -> None:
    """Each is another variant of a reported model: a reference is nothing that the paper takes parts out of."""
    reported = [row.model for row in paper.rows]
    for row in paper.ablations:
        require(row.model in reported, f"the ablation {row.label!r} is of {row.model!r}, which has no row")
        require(row.variant != PAPER_VARIANT, f"the ablation {row.label!r} is of the variant {PAPER_VARIANT!r}")
    cells = {(row.model, row.variant) for row in paper.ablations}
    require(len(cells) == len(paper.ablations), "table has two ablations of one model and variant")
