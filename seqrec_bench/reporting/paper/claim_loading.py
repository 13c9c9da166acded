"""Reads a paper's claims; each must be of a known kind, and about what the paper has."""

from collections.abc import Callable, Mapping
from typing import Any

from seqrec_bench.reporting.paper.claim import (
    Ablation,
    Claim,
    ClaimTest,
    Convergence,
    Order,
    Peak,
    RelativeRise,
    Trend,
)
from seqrec_bench.reporting.paper.fields import read_fields, require
from seqrec_bench.reporting.paper.model import Paper

_COMMON = {"id": str, "text": str, "kind": str}


def read_claims(values: Any, paper: Paper) -> tuple[Claim, ...]:
    """The claims in the list, which are about the models, metrics, dimensions and ablations of the paper.

    Raises:
        ValueError: One of them is not a claim, or about something that the paper does not have.
    """
    claims = tuple(_claim(value, f"claims[{i}]", paper) for i, value in enumerate(values))
    ids = [claim.id for claim in claims]
    require(len(set(ids)) == len(ids), "claims has two of one id")
    return claims


def _claim(value: Any, where: str, paper: Paper) -> Claim:
    kind = value.get("kind") if isinstance(value, dict) else None
    require(
        isinstance(kind, str) and kind in _READERS, f"{where}.kind is {kind!r}, which is none of {', '.join(_READERS)}"
    )
    return Claim(value.get("id", ""), value.get("text", ""), _READERS[str(kind)](value, where, paper))


def _order(value: Any, where: str, paper: Paper) -> Order:
    fields = read_fields(value, where, {**_COMMON, "models": list, "metrics": list, "primary": str})
    models = _models(fields["models"], f"{where}.models", paper)
    require(len(models) > 1, f"{where}.models are not two or more")
    metrics = tuple(_metric(kind, f"{where}.metrics", paper) for kind in fields["metrics"])
    primary = _metric(fields["primary"], f"{where}.primary", paper)
    require(len(set(metrics)) == len(metrics), f"{where}.metrics has one metric twice")
    require(primary in metrics, f"{where}.primary is none of its metrics")
    return Order(models, metrics, primary)


def _relative_rise(value: Any, where: str, paper: Paper) -> RelativeRise:
    fields = read_fields(value, where, {**_COMMON, "model": str, "over": str, "claimed": dict})
    model, over = _models([fields["model"], fields["over"]], where, paper)
    claimed = read_fields(fields["claimed"], f"{where}.claimed", {}, dict.fromkeys(_kinds(paper), float))
    require(len(claimed) > 0, f"{where}.claimed is empty")
    reported = {row.model: row.reported for row in paper.rows}
    for kind, share in claimed.items():
        require(0 < share < 10, f"{where}.claimed.{kind} is {share}, not a share above 0, as .1398 for 13.98 %")
        for row in (model, over):
            require(reported[row][_kinds(paper)[kind]] > 0, f"{where}.claimed.{kind}: {row} has a reported figure of 0")
    return RelativeRise(model, over, {_kinds(paper)[kind]: share for kind, share in claimed.items()})


def _trend(value: Any, where: str, paper: Paper) -> Trend:
    fields = read_fields(value, where, {**_COMMON, "model": str, "metric": str})
    _require_curve(where, paper)
    (model,) = _models([fields["model"]], f"{where}.model", paper)
    return Trend(model, _metric(fields["metric"], f"{where}.metric", paper))


def _peak(value: Any, where: str, paper: Paper) -> Peak:
    optional = {"highest": list, "lowest": list, "rises": bool, "falls": bool}
    fields = read_fields(value, where, {**_COMMON, "metric": str, "at": int}, optional)
    _require_curve(where, paper)
    dimensions, at = paper.figure_dimensions, fields["at"]
    require(at in dimensions, f"{where}.at is {at}, which is none of figures.dimensions")
    highest, lowest = (fields.get(key, []) for key in ("highest", "lowest"))
    _models([*highest, *lowest], f"{where}.highest and lowest", paper)
    require(len(highest) + len(lowest) > 0, f"{where} has neither highest nor lowest")
    rises, falls = fields.get("rises", False), fields.get("falls", False)
    require(len(highest) > 0 or not (rises or falls), f"{where} has rises or falls, but no highest")
    require(not rises or at != dimensions[0], f"{where}.rises: {at} is the first of figures.dimensions")
    require(not falls or at != dimensions[-1], f"{where}.falls: {at} is the last of figures.dimensions")
    metric = _metric(fields["metric"], f"{where}.metric", paper)
    return Peak(metric, at, tuple(highest), tuple(lowest), rises, falls)


def _ablation(value: Any, where: str, paper: Paper) -> Ablation:
    fields = read_fields(value, where, {**_COMMON, "model": str, "variants": list, "metric": str})
    variants = fields["variants"]
    require(len(variants) > 0, f"{where}.variants is empty")
    for variant in variants:
        _require_variant(fields["model"], variant, f"{where}.variants", paper)
    require(len(set(variants)) == len(variants), f"{where}.variants has one twice")
    return Ablation(fields["model"], tuple(variants), _metric(fields["metric"], f"{where}.metric", paper))


def _convergence(value: Any, where: str, paper: Paper) -> Convergence:
    fields = read_fields(value, where, {**_COMMON, "model": str, "than": str, "share": float}, {"shown_shares": list})
    _require_variant(fields["model"], fields["than"], f"{where}.than", paper)
    shares = [fields["share"], *fields.get("shown_shares", [])]
    fine = all(type(share) is float and 0 < share < 1 for share in shares)
    require(fine and len(set(shares)) == len(shares), f"{where}: shares must be different numbers between 0 and 1")
    return Convergence(fields["model"], fields["than"], shares[0], tuple(shares[1:]))


_READERS: Mapping[str, Callable[[Any, str, Paper], ClaimTest]] = {
    "order": _order,
    "relative-rise": _relative_rise,
    "trend": _trend,
    "peak": _peak,
    "ablation": _ablation,
    "convergence": _convergence,
}
"""The kinds of claims by their names in the file."""


def _kinds(paper: Paper) -> Mapping[str, str]:
    """The paper's metrics by their names in the file."""
    return {metric.partition("@")[0]: metric for metric in paper.metrics}


def _metric(kind: Any, where: str, paper: Paper) -> str:
    kinds = _kinds(paper)
    require(isinstance(kind, str) and kind in kinds, f"{where} has {kind!r}, which is none of {', '.join(kinds)}")
    return kinds[kind]


def _models(names: list[Any], where: str, paper: Paper) -> tuple[str, ...]:
    """Different models, each of which has a row."""
    known = [row.model for row in paper.rows]
    for name in names:
        require(name in known, f"{where} has {name!r}, which is none of the rows' models {', '.join(known)}")
    require(len(set(names)) == len(names), f"{where} has one model twice")
    return tuple(names)


def _require_variant(model: str, variant: Any, where: str, paper: Paper) -> None:
    known = [row.variant for row in paper.ablations if row.model == model]
    require(variant in known, f"{where} has {variant!r}, which is none of the ablations of {model!r}")


def _require_curve(where: str, paper: Paper) -> None:
    require(len(paper.figure_dimensions) > 1, f"{where} needs two or more figures.dimensions")
