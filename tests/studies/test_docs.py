"""docs/studies.md has every key of a study's file, and its example is one."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.studies.claim import KINDS, Order
from seqrec_bench.studies.fields import FieldSet
from seqrec_bench.studies.loading import _OUTSIDE, _claims
from seqrec_bench.studies.study import Ablation, CellGroup, DataFile, Figures, Notes, Study, StudyRow

PAGE = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
TABLES: dict[str, type[FieldSet]] = {
    "datasets": DataFile,
    "rows": StudyRow,
    "ablations": Ablation,
    "cells": CellGroup,
    "figures": Figures,
    "protocol_notes": Notes,
}
ONLY_TABLES = {"figures", "protocol_notes"}


def documented(page: str) -> set[str]:
    table = page.partition("## Keys")[2].partition("| kind |")[0]
    return set(re.findall(r"^\| `([a-z_.]+)` \| ", table, re.MULTILINE))


def declared() -> set[str]:
    names = set(Study.model_fields) - set(_OUTSIDE) - ONLY_TABLES
    return names | {f"{table}.{name}" for table, model in TABLES.items() for name in model.model_fields}


def test_the_page_has_every_key_and_no_other() -> None:
    assert documented(PAGE) == declared()
    assert documented(PAGE.replace("| `title` |", "| `title` | x |\n| `colour` |")) - declared() == {"colour"}


def test_keys_that_are_needed_are_marked() -> None:
    marked = set(re.findall(r"^\| `([a-z_.]+)` \| needed(?: *\||:)", PAGE, re.MULTILINE))
    assert marked == {
        f"{table}.{name}"
        for table, model in TABLES.items()
        for name, of in model.model_fields.items()
        if of.is_required()
    }


def test_the_page_has_every_kind_of_claim_with_its_keys() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (`[^|]*`) \| [^|]+ \|$", PAGE.partition("| kind |")[2], re.MULTILINE)
    found = {kind: re.findall(r"`(\w+)`", keys) for kind, keys in rows}
    assert found == {name: [field.name for field in fields(kind)] for name, kind in KINDS.items()}


def test_the_claim_of_the_example_is_one() -> None:
    (claim,) = tomllib.loads(PAGE.split("```toml\n")[2].partition("```")[0])["claims"]
    read, faults = _claims([claim])
    assert (faults, [each.test for each in read]) == (
        [],
        [Order(("one-step", "two-steps"), (Metric("MRR@50"), Metric("NDCG@50")), Metric("MRR@50"))],
    )


def test_the_example_is_a_study(study_of: Callable[[str], Study]) -> None:
    study = study_of(PAGE.partition("```toml\n")[2].partition("```")[0])
    assert study.dataset_names == ("ml-100k", "shop")
    assert [row.label for row in study.view("shop").rows] == ["FPMC", "FPMC, 2 epochs"]
    assert [group.variant for group in study.groups] == ["paper", "short", "paper"]
