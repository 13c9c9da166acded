"""Repeated targets and others in what commands and the report show, in every format; without them all is as before."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.analysis.comparison import compare
from seqrec_bench.analysis.curves import dimension_curves
from seqrec_bench.analysis.side_by_side import side_by_side
from seqrec_bench.analysis.table import table_one
from seqrec_bench.data.targets import TargetFacts
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import Record
from seqrec_bench.rendering.comparison import comparison_document
from seqrec_bench.rendering.curves import curves_chart, data_text
from seqrec_bench.rendering.document import Document
from seqrec_bench.rendering.report.sections.breakdowns import breakdowns_section
from seqrec_bench.rendering.report.sections.main_table import main_table_section
from seqrec_bench.rendering.report.sources import Sources
from seqrec_bench.rendering.side_by_side import side_by_side_document
from seqrec_bench.rendering.table import table_document
from seqrec_bench.studies.view import Row, View

MakeRecord = Callable[..., Record]
METRICS = (Metric("HR@10"),)
FACTS = TargetFacts(fewest=60, most=70, tied=40, untrained=0, repeated=np.arange(12))
CAUTIONS = (
    "Few candidates: a target is ranked among 60 to 70 items, so a random order has HR@10 0.14 to 0.17.",
    "40 of 40 test targets (100 %) have a neighbour of the same time: the order of the file's rows decides that they "
    "are the targets, and another order would give other figures.",
)


def knowing(records: list[Record]) -> list[Record]:
    return [replace(record, targets=FACTS) for record in records]


@pytest.fixture
def records(make_record: MakeRecord) -> list[Record]:
    """Hits for all of the first 12 users and for none of the others, and the other way round, on two data sets."""
    first, other = [0] * 12 + [20] * 28, [20] * 12 + [0] * 28
    return [
        make_record(model, 0, better=better, dataset=name, deterministic=True)
        for name in ("shop", "news")
        for model, better in (("knn", first), ("rules", other))
    ]


@pytest.fixture
def own(view: View) -> View:
    rows = (Row("kNN", "knn", {}, 0), Row("Rules", "rules", {}, 0))
    return replace(view, rows=rows, references=(), ablations=(), claims=(), dataset="shop", metrics=METRICS)


def lines(document: Document, head: str) -> list[list[str]]:
    """The cells of the table whose head begins so."""
    (table,) = [part for part in document.written("md").split("\n\n") if part.startswith(f"| {head}")]
    rows = [re.split(r" *\| *", line)[1:-1] for line in table.splitlines()]
    return [rows[0], *rows[2:]]


APART = [["repeated targets (12)", "other targets (28)"], ["1.0000", "0.0000"], ["0.0000", "1.0000"]]


def test_a_table_has_both_parts_below_and_one_note_a_fact(records: list[Record], own: View) -> None:
    document = table_document(table_one(knowing(records), own))
    assert lines(document, "HR@10, apart") == [
        [name, *cells] for name, cells in zip(["HR@10, apart", "kNN", "Rules"], APART, strict=True)
    ]
    said = " ".join(document.written("md").replace("\n  ", " ").replace("\\", "").split())
    for caution in CAUTIONS:
        assert said.count(caution) == 1
    assert said.count("12 of 40 test targets (30 %) stand in their user's history, and under loo-full-v1") == 1


def test_programs_get_both_parts_too(records: list[Record], own: View) -> None:
    document = table_document(table_one(knowing(records), own))
    rows = json.loads(document.written("json"))["rows"]
    assert [(row["repeated_targets"], row["other_targets"]) for row in rows] == [(1.0, 0.0), (0.0, 1.0)]
    read = list(csv.DictReader(io.StringIO(document.written("csv"))))
    assert [(row["repeated_targets"], row["other_targets"]) for row in read] == [("1.0", "0.0"), ("0.0", "1.0")]
    latex = document.written("latex")
    assert r"Model & repeated targets (12) & other targets (28) \\" in latex
    assert r"kNN & 1.0000 & 0.0000 \\" in latex
    assert "Means of repeated targets and other targets: those that stand in their user's" in latex


def test_a_model_without_records_has_no_figure_apart(records: list[Record], own: View) -> None:
    document = table_document(table_one(knowing(records[:1]), own))
    assert lines(document, "HR@10, apart")[2] == ["Rules", "—", "—"]
    assert json.loads(document.written("json"))["rows"][1]["repeated_targets"] is None


@pytest.mark.parametrize("format", ["md", "latex", "csv", "json"])
def test_records_from_before_are_shown_as_they_were(records: list[Record], own: View, format: str) -> None:
    text = table_document(table_one(records, own)).written(format)
    assert not re.search("apart|repeated|Few candidates|neighbour", text)
    beside = side_by_side_document(side_by_side(records, [own, replace(own, dataset="news")])).written(format)
    assert not re.search("apart|repeated|Few candidates|neighbour", beside)


def test_a_comparison_has_the_differences_of_both_parts(records: list[Record], own: View) -> None:
    document = comparison_document(compare(knowing(records), ["knn", "rules"], own))
    assert lines(document, "HR@10, apart, against")[1] == ["rules", "+1.0000", "-1.0000"]
    found = json.loads(document.written("json"))
    assert (found["rows"][0]["repeated_targets"], found["rows"][0]["other_targets"]) == (1.0, -1.0)
    assert found["notes"][-3:-1] == list(CAUTIONS)


@pytest.mark.parametrize(("n_repeated", "has_interval"), [(9, False), (10, True)])
def test_a_difference_on_few_targets_has_no_interval(
    make_record: MakeRecord, own: View, n_repeated: int, has_interval: bool
) -> None:
    ranks = {"knn": [0, 20] * 20, "rules": [20] * 40}
    records = [
        make_record(model, 0, better=better, dataset="shop", deterministic=True) for model, better in ranks.items()
    ]
    few = [replace(record, targets=replace(FACTS, repeated=np.arange(n_repeated))) for record in records]
    of_few, of_others = lines(comparison_document(compare(few, ["knn", "rules"], own)), "HR@10, apart, against")[1][1:]
    assert ("±" in of_few) == has_interval
    assert "±" in of_others


def test_several_data_sets_have_their_cautions_and_parts(records: list[Record], own: View) -> None:
    mixed = [*knowing(records[:2]), *records[2:]]  # nothing is known of the second
    document = side_by_side_document(side_by_side(mixed, [own, replace(own, dataset="news")]))
    assert lines(document, "shop HR@10, apart")[1][1:] == APART[1]
    assert "news HR@10, apart" not in document.written("md")
    found = json.loads(document.written("json"))
    assert [note for note in found["notes"] if note.startswith("On shop: ")][:2] == [f"On shop: {c}" for c in CAUTIONS]
    assert [(row["dataset"], row["repeated_targets"]) for row in found["rows"]] == [
        ("shop", 1.0), ("shop", 0.0), ("news", None), ("news", None)
    ]  # fmt: skip
    assert len(list(csv.DictReader(io.StringIO(document.written("csv"))))) == 4
    assert "those that do not, on shop." in document.written("latex").replace("\n", " ")


def test_a_report_has_them_apart_also_without_the_data(records: list[Record], own: View) -> None:
    section = breakdowns_section(Sources(knowing(records), own, "This needs the data."))
    assert section.lacking == ["This needs the data."]
    (grid,) = [block for block in section.blocks if hasattr(block, "rows")]
    assert [column.head for column in grid.columns[1:]] == ["repeated targets\n12 users", "other targets\n28 users"]
    assert list(map(list, grid.rows)) == [["kNN", "1.0000", "0.0000"], ["Rules", "0.0000", "1.0000"]]
    assert breakdowns_section(Sources(records, own, "This needs the data.")).blocks == []
    notes = main_table_section(Sources(knowing(records), own, "")).blocks[-1]
    assert set(CAUTIONS) <= set(getattr(notes, "sentences", ()))


def test_a_figure_says_them_below_and_its_data_are_as_before(make_record: MakeRecord, view: View) -> None:
    before = [make_record("fpmc", dimension) for dimension in view.figure_dimensions]
    after = [replace(record, targets=replace(FACTS, most=4_000)) for record in before]
    curves, known = (dimension_curves(found, view, "HR@50") for found in (before, after))
    assert data_text(curves) == data_text(known)
    notes, with_cautions = (list(curves_chart([found], view).notes) for found in (curves, known))
    assert with_cautions == [*notes, *known.cautions]
    assert known.cautions[0] == CAUTIONS[1]
