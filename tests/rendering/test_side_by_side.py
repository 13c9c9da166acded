"""The table over several data sets as text."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.analysis.side_by_side import SideBySide, side_by_side
from seqrec_bench.cli.table import Format
from seqrec_bench.evaluation.metrics import Metric
from seqrec_bench.records import Record
from seqrec_bench.rendering.side_by_side import notes, side_by_side_document
from seqrec_bench.studies.view import Row, View

MakeRecord = Callable[..., Record]
HOSTILE = r"<b>_x_ & $y$ | \input{z}"


@pytest.fixture
def make_table(view: View, make_record: MakeRecord) -> Callable[..., SideBySide]:
    """Of a reference and a model on as many data sets, on the first of which the model is better."""

    def make(n_datasets: int, n_seeds: int = 3, label: str = "Ours") -> SideBySide:
        row, reference = Row(label, "ours", {}, 8), Row("Chance", "chance", {}, 0)
        metrics = (Metric("HR@10"), Metric("NDCG@10"))
        bare = replace(view, rows=(row,), references=(reference,), ablations=(), claims=(), metrics=metrics)
        names = [f"d{number}" for number in range(n_datasets)]
        records = []
        for name in names:
            middle = 6 if name == "d0" else 30
            for seed in range(n_seeds):
                drawn = np.random.default_rng([seed, middle]).integers(0, 2 * middle, 40).tolist()
                records.append(make_record("ours", 8, seed, better=drawn, dataset=name))
            drawn = np.random.default_rng(9).integers(0, 100, 40).tolist()
            records.append(make_record("chance", 0, 0, better=drawn, dataset=name, deterministic=True))
        return side_by_side(records, [replace(bare, dataset=name) for name in names])

    return make


def test_markdown_marks_the_best_and_what_the_primary_model_differs_from(make_table: Callable[..., SideBySide]) -> None:
    head, _, ours, chance = side_by_side_document(make_table(2)).written("md").split("\n\n")[0].splitlines()
    assert re.split(r" *\| *", head)[1:-1] == [
        "model", "d0 HR@10", "d0 NDCG@10", "d1 HR@10", "d1 NDCG@10", "mean rank", "wins"
    ]  # fmt: skip
    assert re.match(r"\| Ours +\| \*\*0\.\d{4}\*\* \| +\*\*0\.\d{4}\*\* \|", ours)
    assert re.match(r"\| Chance +\| +0\.\d{4}† \| +0\.\d{4}† \| +(\*\*)?0\.\d{4}(\*\*)? \|", chance)


def test_latex_stands_by_data_set(make_table: Callable[..., SideBySide]) -> None:
    text = side_by_side_document(make_table(2)).written("latex")
    assert r"& \multicolumn{2}{c}{d0} & \multicolumn{2}{c}{d1} & \multicolumn{2}{c}{Over all} \\" in text
    assert r"\cmidrule(lr){2-3}\cmidrule(lr){4-5}\cmidrule(lr){6-7}" in text
    assert text.count(r"\midrule") == 2  # the reference stands apart
    assert re.search(r"^Ours & \\textbf\{0\.\d{4}\} &", text, re.MULTILINE)
    assert re.search(r"^Chance & 0\.\d{4}\$\^\\dagger\$ &", text, re.MULTILINE)
    assert "†" not in text


def test_programs_get_a_line_for_each_figure(make_table: Callable[..., SideBySide]) -> None:
    table = make_table(2)
    fields, rows = (
        json.loads(side_by_side_document(table).written("json")),
        list(csv.DictReader(io.StringIO(side_by_side_document(table).written("csv")))),
    )
    assert [row["label"] for row in fields["over_all"]] == ["Ours", "Chance"]
    assert len(rows) == len(fields["rows"]) == 2 * 2 * 2
    for row, line in zip(fields["rows"], rows, strict=True):
        assert list(row) == list(line)
        assert float(line["mean"]) == row["mean"]
        assert (row["p_holm"] is None) == (row["label"] == "Ours") == (line["p_holm"] == "")
    assert {row["primary_is"] for row in fields["rows"] if row["dataset"] == "d0"} == {None, "better"}


@pytest.mark.parametrize(
    ("n_datasets", "says"), [(2, "2 (1/2)^2 = .5,"), (5, "2 (1/2)^5 = .0625,"), (6, "are no sample of all data sets")]
)
def test_no_rank_test_is_made_and_the_table_says_why(
    make_table: Callable[..., SideBySide], n_datasets: int, says: str
) -> None:
    assert says in " ".join(notes(make_table(n_datasets)))


def test_too_few_seeds_are_named_and_not_marked(make_table: Callable[..., SideBySide]) -> None:
    table = make_table(2, n_seeds=2)
    said = " ".join(notes(table))
    assert "a verdict takes 3 seeds of each model: Chance on d0 (HR@10, NDCG@10); Chance on d1" in said
    assert "Holm" not in said
    assert "†" not in side_by_side_document(table).written("md").split("\n\n")[0]


def test_nothing_in_it_is_of_a_paper(make_table: Callable[..., SideBySide]) -> None:
    document = side_by_side_document(make_table(2))
    for form in Format:
        assert not re.search("reported|reproduced|missing|Table 1", document.written(form), re.IGNORECASE)


def test_names_are_no_mark_up(make_table: Callable[..., SideBySide]) -> None:
    table = make_table(2, label=HOSTILE)
    assert r"\<b\>\_x\_ & \$y\$ \| \\input\{z\}" in side_by_side_document(table).written("md")
    assert r"\textless{}b\textgreater{}\_x\_ \& \$y\$ \textbar{} \textbackslash{}input\{z\} &" in side_by_side_document(
        table
    ).written("latex")
