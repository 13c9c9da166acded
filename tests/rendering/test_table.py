"""Table 1 is a pure function of the records that belong in it, and says what it lacks."""

import csv
import io
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.analysis.statistics.estimates import estimate_over_seeds
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.analysis.table import Table, TableRow, table_one
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.evaluation.metrics import TOO_GOOD, Metric, metric
from seqrec_bench.records import Record, TopFile, TopLists
from seqrec_bench.records.top import encode_top
from seqrec_bench.rendering.latex import escape_latex
from seqrec_bench.rendering.table import table_document
from seqrec_bench.studies.view import Row, View

MakeRecord = Callable[..., Record]


def written(content: Table, format: str) -> str:
    return table_document(content).written(format)


def row(table: Table, model: str) -> TableRow:
    (found,) = [row for row in table.rows if row.model == model]
    return found


def without(records: list[Record], model: str, seeds: tuple[int, ...] = (0, 1, 2)) -> list[Record]:
    return [record for record in records if record.key.model != model or record.key.seed not in seeds]


def test_rows_stand_in_the_papers_order_with_the_references_below(all_records: list[Record], view: View) -> None:
    table = table_one(all_records, view)
    trained = ["GRU4Rec", "FPMC", "Caser", "AM-LSTM"]
    references = ["Popularity", "Item-kNN", "Markov chain", "Sequential rules", "SASRec"]
    assert [row.label for row in table.rows] == trained + references
    assert [row.is_reference for row in table.rows] == [False] * 4 + [True] * 5
    assert [row.n_seeds for row in table.rows] == [3] * 4 + [1] * 4 + [3]
    assert table.metrics == ("HR@50", "MRR@50", "NDCG@50")
    assert table.missing == ()


@pytest.mark.parametrize("name", ["HR@50", "MRR@50", "NDCG@50"])
def test_figures_follow_from_the_ranks(all_records: list[Record], view: View, name: str) -> None:
    records = [r for r in all_records if (r.key.model, r.key.dimension) == ("caser", 100)]
    expected = estimate_over_seeds(Runs(np.stack([metric(r.test, name) for r in records])))
    entry = row(table_one(all_records, view), "caser").entries[name]
    assert entry.reproduced == expected
    assert entry.reported == view.rows[2].reported[name]
    assert entry.difference == expected.mean - entry.reported


def test_a_worked_figure(make_record: MakeRecord, view: View) -> None:
    records = [make_record("fpmc", 100, seed, better=better) for seed, better in enumerate([[0, 1, 50], [3, 49, 90]])]
    entries = row(table_one(records, view), "fpmc").entries
    assert entries["HR@50"].reproduced.mean == pytest.approx(4 / 6)
    assert entries["HR@50"].difference == pytest.approx(4 / 6 - 0.4889)
    assert entries["MRR@50"].reproduced.mean == pytest.approx((1 + 1 / 2 + 1 / 4 + 1 / 50) / 6)


def test_a_reference_has_no_reported_figure(all_records: list[Record], view: View) -> None:
    entry = row(table_one(all_records, view), "popularity").entries["HR@50"]
    assert (entry.reported, entry.difference) == (None, None)
    assert entry.reproduced.no_interval == "exact"


def test_one_seed_has_no_interval_and_says_so(make_record: MakeRecord, view: View) -> None:
    table = table_one([make_record("fpmc", 100)], view)
    assert row(table, "fpmc").entries["HR@50"].reproduced.no_interval == "1 seed"
    assert "One seed, so no interval: FPMC." in table.notes


def test_a_model_without_records_is_a_row_if_the_paper_has_it_and_a_note_if_not(
    all_records: list[Record], view: View
) -> None:
    table = table_one(without(without(all_records, "caser"), "item-knn"), view)
    assert [str(missing) for missing in table.missing] == ["caser paper-d100"]
    assert row(table, "caser").n_seeds == 0
    assert row(table, "caser").entries["HR@50"].reproduced is None
    assert row(table, "caser").entries["HR@50"].difference is None
    assert "Missing: caser paper-d100." in table.notes
    assert "Without records: Item-kNN." in table.notes
    assert "item-knn" not in [row.model for row in table.rows]


def test_figures_of_1_in_all_metrics_are_doubted(make_record: MakeRecord, view: View) -> None:
    records = [make_record("fpmc", 100, seed, better=[0] * 40) for seed in range(3)]
    one_second = [make_record("caser", 100, seed, better=[0] * 39 + [1]) for seed in range(3)]
    notes = table_one([*records, *one_second], view).notes
    assert f"1.0000 in all metrics, to be doubted: FPMC; {TOO_GOOD}." in notes
    assert not any("doubted" in note for note in table_one(one_second, view).notes)


def test_seeds_that_only_others_have_are_missing(all_records: list[Record], view: View) -> None:
    table = table_one(without(all_records, "caser", seeds=(0, 2)), view)
    assert [str(missing) for missing in table.missing] == ["caser paper-d100 of seed 0, 2"]
    assert row(table, "caser").n_seeds == 1


def test_without_records_everything_is_missing(view: View) -> None:
    table = table_one([], view)
    assert [missing.configuration.model for missing in table.missing] == [row.model for row in table.rows]
    for form in ("md", "latex", "csv", "json"):
        assert "missing" in written(table, form).lower()


def test_only_cells_of_the_table_count(all_records: list[Record], make_record: MakeRecord, view: View) -> None:
    perfect = [0] * 40
    strangers = [
        make_record("caser", 100, 7, better=perfect, dataset="ml-1m"),
        make_record("caser", 100, 7, better=perfect, protocol="loo-full-repeat-v1"),
        make_record("caser", 200, 7, better=perfect),
        make_record("caser", 0, 7, better=perfect),
        make_record("popularity", 100, 7, better=perfect),
    ]
    assert table_one(all_records + strangers, view) == table_one(all_records, view)


def test_other_models_and_variants_stand_below(all_records: list[Record], make_record: MakeRecord, view: View) -> None:
    others = [
        make_record("mine", 100, 0),
        make_record("mine", 100, 1),
        make_record("mine", 50, 0, variant="wide"),
        make_record("am-lstm", 100, 7, variant="tuned"),
        make_record("caser", 100, 7, variant="tuned"),
        make_record("caser", 50, 7, variant="tuned"),
        make_record("sasrec", 100, 7, variant="quick"),
    ]
    table = table_one([*others, *all_records], view)
    n_own = len(table_one(all_records, view).rows)
    assert table.rows[:n_own] == table_one(all_records, view).rows
    assert [(row.label, row.n_seeds) for row in table.rows[n_own:]] == [
        ("SASRec, quick", 1),
        ("Caser, tuned, d = 50", 1),
        ("Caser, tuned", 1),
        ("AM-LSTM, tuned", 1),
        ("mine", 2),
        ("mine, wide, d = 50", 1),
    ]
    mine = table.rows[-2]
    assert all(entry.reported is None for entry in mine.entries.values())
    expected = np.mean([metric(record.test, "HR@50").mean() for record in others[:2]])
    assert mine.entries["HR@50"].reproduced.mean == pytest.approx(expected)
    assert table.missing == ()


def test_ablations_have_a_table_of_their_own(
    all_records: list[Record], ablation_records: list[Record], make_record: MakeRecord, view: View
) -> None:
    variants = [record for record in ablation_records if record.key.variant != "paper"]
    assert table_one(all_records + variants, view) == table_one(all_records, view)
    undeclared = make_record("caser", 100, 0, variant="no-attention")
    assert table_one([*all_records, undeclared], view).rows[-1].label == "Caser, no-attention"


def test_others_without_lists_are_left_out_of_a_table_of_lists_and_named(
    make_record: MakeRecord, view: View, tmp_path: Path
) -> None:
    lists = encode_top(TopLists(np.array([[1, 2]] * 40, dtype=np.int32), np.array([0, 3, 1], dtype=np.int32), 40))
    (tmp_path / "top.npz").write_bytes(lists)
    top = TopFile(2, sha256(lists).hexdigest(), tmp_path / "top.npz")
    with_lists = replace(make_record("popularity", 0, deterministic=True), top=top)
    shorter = replace(make_record("mine", 8, variant="b"), top=replace(top, k=1))
    records = [with_lists, make_record("mine", 8), shorter]
    asked = replace(
        view, rows=(), references=(Row("Popularity", "popularity", {}, 0),), metrics=(Metric("Coverage@2"),)
    )
    found = table_one(records, asked)
    assert [(row.label, row.entries["Coverage@2"].reproduced.mean) for row in found.rows] == [("Popularity", 1.0)]
    assert "Not shown, since recorded without their lists: mine, b, d = 8; mine, d = 8." in found.notes
    assert [row.label for row in table_one(records, replace(asked, metrics=(Metric("HR@2"),))).rows][1:] == [
        "mine, b, d = 8",
        "mine, d = 8",
    ]


def test_others_that_disagree_among_themselves_are_refused(make_record: MakeRecord, view: View) -> None:
    with pytest.raises(InvalidRecordError, match="made by version 2"):
        table_one([make_record("mine", 100, 0), make_record("mine", 100, 1, version=2)], view)


def test_the_order_of_the_records_does_not_matter(all_records: list[Record], view: View) -> None:
    shuffled = random.Random(0).sample(all_records, len(all_records))
    assert table_one(shuffled, view) == table_one(all_records, view)


def test_the_order_of_the_users_does_not_matter(make_record: MakeRecord, view: View) -> None:
    users = np.random.default_rng(0).permutation(40)
    better = np.random.default_rng(1).integers(0, 100, (3, 40))
    before, after = (
        table_one([make_record("fpmc", 100, seed, better=each[seed].tolist()) for seed in range(3)], view)
        for each in (better, better[:, users])
    )
    assert written(before, "md") == written(after, "md")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"fingerprint": "other"}, "made on other data"),
        ({"version": 2}, "made by version 2 of the model, not 1"),
        ({"hyperparameters": {"rate": 0.1}}, "made with rate = 0.1, not absent"),
        ({"deterministic": True}, "deterministic in only one of them"),
    ],
)
def test_records_of_one_model_that_disagree_are_refused(
    all_records: list[Record], make_record: MakeRecord, view: View, change: dict[str, object], complaint: str
) -> None:
    records = [*all_records, make_record("caser", 100, 3, **change)]
    named = r"caser paper-d100-s0 and caser paper-d100-s3 can't be averaged"
    with pytest.raises(InvalidRecordError, match=f"{named}, since the second was .*{complaint}.*: move the one"):
        table_one(records, view)


def test_a_deterministic_model_whose_seeds_differ_is_refused(make_record: MakeRecord, view: View) -> None:
    records = [make_record("popularity", 0, seed, better=[seed], deterministic=True) for seed in range(2)]
    with pytest.raises(InvalidRecordError, match=r"popularity paper-d0-s0 and .*calls itself deterministic"):
        table_one(records, view)


def test_models_on_different_data_are_refused(all_records: list[Record], make_record: MakeRecord, view: View) -> None:
    others = [make_record("caser", 100, seed, fingerprint="other") for seed in range(3)]
    with pytest.raises(InvalidRecordError, match=r"gru4rec paper-d100-s0 and caser paper-d100-s0 .* different data"):
        table_one(without(all_records, "caser") + others, view)


def test_models_on_different_numbers_of_users_are_refused(
    all_records: list[Record], make_record: MakeRecord, view: View
) -> None:
    others = [make_record("caser", 100, seed, better=[0, 1]) for seed in range(3)]
    with pytest.raises(InvalidRecordError, match="rank different numbers of users"):
        table_one(without(all_records, "caser") + others, view)


def test_the_notes_say_what_the_figures_are(all_records: list[Record], view: View) -> None:
    notes = " ".join(table_one(all_records, view).notes)
    for part in (
        "Chen & Lin (2020)",
        "dimension 100",
        "mean over seeds 0, 1, 2 on the 40 test users of ml-100k (fingerprint 0123456789ab), protocol loo-full-v1",
        "two-sided 95 % interval for the mean over seeds",
        "on exactly these users, with these settings and under loo-full-v1",
        "Exact, since the seed changes nothing: Popularity, Item-kNN, Markov chain, Sequential rules.",
    ):
        assert part in notes
    assert "Missing" not in notes


# The formats.

HOSTILE = '=1+1|$x_y$ \\input{x} & 5 % <b> `z` [a](b) "q",\n# ^~{}*'


@pytest.fixture
def hostile(view: View, make_record: MakeRecord) -> Table:
    rows = tuple(
        Row(label, model, row.reported, 100)
        for label, model, row in zip((HOSTILE, "-2"), ("=cmd()", "@sum"), view.rows[:2], strict=True)
    )
    view = replace(view, rows=rows, references=(), citation=HOSTILE)
    return table_one([make_record("=cmd()", 100, fingerprint=HOSTILE)], view)


def test_markdown_is_narrow_tables_and_notes(all_records: list[Record], view: View) -> None:
    text = written(table_one(without(all_records, "fpmc", seeds=(1, 2)), view), "md")
    assert text.endswith(".\n") and not text.endswith("\n\n")
    assert max(map(len, text.splitlines())) <= 80
    first, second, third, notes = text.split("\n\n")
    for name, block in zip(("HR@50", "MRR@50", "NDCG@50"), (first, second, third), strict=True):
        lines = block.splitlines()
        assert re.split(r" *\| *", lines[0]) == [
            "", name, "reported", "reproduced", "± 95 %", "difference", "seeds", "",
        ]  # fmt: skip
        assert re.fullmatch(r"\|:-+\|(-+:\|){5}", lines[1])
        assert len(lines) == 2 + 9
        assert len(set(map(len, lines))) == 1
    assert all(line.startswith(("- ", "  ")) for line in notes.splitlines())


def test_markdown_shows_figures_to_four_digits(make_record: MakeRecord, view: View) -> None:
    records = [make_record("fpmc", 100, seed, better=[0, 60, 60] if seed else [0, 0, 60]) for seed in range(2)]
    records += [make_record("caser", 100, better=[0]), make_record("popularity", 0, better=[0], deterministic=True)]
    records = [replace(r, test=records[0].test) if r.key.model != "fpmc" else r for r in records]
    lines = written(table_one(records, view), "md").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:10]]
    assert cells[0] == ["GRU4Rec", "0.4698", "missing", "—", "—", "0"]
    # Two seeds with 2 and 1 hits of 3: t(.975, 1) = 12.7062, standard error of the mean 1/6.
    assert cells[1] == ["FPMC", "0.4889", "0.5000", "2.1177", "+0.0111", "2"]
    assert cells[2] == ["Caser", "0.5111", "0.6667", "1 seed", "+0.1556", "1"]
    assert cells[4] == ["Popularity", "—", "0.6667", "exact", "—", "1"]


def test_a_difference_that_rounds_to_nothing_has_no_minus(make_record: MakeRecord, view: View) -> None:
    record = make_record("fpmc", 100, better=[0] * 40)
    nearly = replace(view.rows[1], reported=dict.fromkeys(view.metrics, 1.00004))
    lines = written(table_one([record], replace(view, rows=(nearly,), references=())), "md").splitlines()
    assert [line.split("|")[5].strip() for line in lines if line.startswith("| FPMC")] == ["+0.0000"] * len(
        view.metrics
    )


def test_markdown_escapes_what_would_be_markup(hostile: Table) -> None:
    text = written(hostile, "md")
    line = text.splitlines()[2]
    assert line.startswith(r'| =1+1\|\$x\_y\$ \\input\{x\} & 5 % \<b\> \`z\` \[a\](b) "q", \# ^\~\{\}\* |')
    assert len(re.split(r"(?<!\\)\|", line)) == 8
    assert len(text.split("\n\n")) == 4


def test_latex_is_a_booktabs_table_with_three_columns_a_metric(all_records: list[Record], view: View) -> None:
    text = written(table_one(without(all_records, "caser"), view), "latex")
    rows = [line for line in text.splitlines() if line.endswith(r" \\") and "multicolumn" not in line]
    assert r"\begin{tabular}{lrrrrrrrrr}" in text
    assert [line.count(" & ") for line in rows] == [9] * (1 + 9)
    assert r"& \multicolumn{3}{c}{HR@50} & \multicolumn{3}{c}{MRR@50} & \multicolumn{3}{c}{NDCG@50} \\" in text
    assert r"\cmidrule(lr){2-4}\cmidrule(lr){5-7}\cmidrule(lr){8-10}" in text
    assert text.count(r"\midrule") == 2
    assert re.match(r"GRU4Rec & 0\.4698 & 0\.\d{4} \$\\pm\$ 0\.\d{4} & \$[+-]0\.\d{4}\$ & 0\.0753 &", rows[1])
    assert rows[3].startswith(r"Caser & 0.5111 & missing & --- & 0.0864")
    assert re.match(r"Popularity & --- & 0\.\d{4} & --- &", rows[5])
    assert r"95 \% interval" in " ".join(text.split())


@pytest.fixture
def own(view: View, make_record: MakeRecord) -> Table:
    """Of data that the paper says nothing about."""
    records = [make_record("fpmc", 100, seed, dataset="own") for seed in range(3)]
    return table_one(records, replace(view, dataset="own", rows=(), references=(), ablations=()))


def test_where_nothing_was_reported_there_are_no_columns_for_it(own: Table) -> None:
    assert not own.has_reported
    for form in ("md", "latex", "csv"):
        assert not re.search("reported|reproduced|missing|difference|& ---|—", written(own, form), re.IGNORECASE)
    head, rule, line = written(own, "md").split("\n\n")[0].splitlines()
    assert re.split(r" *\| *", head)[1:-1] == ["HR@50", "mean", "± 95 %", "seeds"]
    assert [each.count("|") for each in (rule, line)] == [5, 5]
    found = [row.entries[name].reproduced for row in own.rows for name in own.metrics]
    means = [f"{estimate.mean:.4f}" for estimate in found if estimate]
    assert re.findall(r"(0\.\d{4}) \$", written(own, "latex")) == means
    assert (
        written(own, "latex").count(r"\midrule"),
        written(own, "latex").count(r"\multicolumn{1}{c}"),
    ) == (1, 3)
    assert r"\begin{tabular}{lrrr}" in written(own, "latex")


def test_json_has_the_same_keys_where_nothing_was_reported(own: Table, all_records: list[Record], view: View) -> None:
    row, usual = (json.loads(written(table, "json"))["rows"][0] for table in (own, table_one(all_records, view)))
    assert row.keys() == usual.keys()
    assert row["reported"] is None and row["difference"] is None


def test_latex_escapes_what_would_be_a_command(hostile: Table) -> None:
    text = written(hostile, "latex")
    escaped = (
        r"=1+1\textbar{}\$x\_y\$ \textbackslash{}input\{x\} \& 5 \% \textless{}b\textgreater{} `z` {[}a{]}(b) "
        r'"q", \# \textasciicircum{}\textasciitilde{}\{\}*'
    )
    assert f"{escaped} & 0.4698" in text
    assert f"Reported: {escaped};" in " ".join(text.split())


def test_options_keep_their_hyphens_in_latex() -> None:
    assert escape_latex("--k-core 5, ---, a-b") == "-{}-k-core 5, -{}-{}-, a-b"


def test_csv_has_unrounded_numbers(all_records: list[Record], view: View) -> None:
    table = table_one(without(all_records, "caser"), view)
    rows = list(csv.DictReader(io.StringIO(written(table, "csv"))))
    assert [(line["metric"], line["model"]) for line in rows] == [
        (name, row.model) for name in table.metrics for row in table.rows
    ]
    for line in rows:
        entry = row(table, line["model"]).entries[line["metric"]]
        if line["model"] == "caser":
            assert (line["no_interval"], line["reproduced"], line["difference"]) == ("missing", "", "")
        else:
            assert float(line["reproduced"]) == entry.reproduced.mean
            assert line["difference"] == ("" if entry.difference is None else repr(entry.difference))
            assert line["half_width_95"] == ("" if line["no_interval"] else repr(entry.reproduced.half_width))


def test_csv_holds_no_formula(hostile: Table) -> None:
    rows = list(csv.DictReader(io.StringIO(written(hostile, "csv"))))
    assert {(line["label"], line["model"]) for line in rows} == {
        (f"'{' '.join(HOSTILE.split())}", "'=cmd()"),
        ("'-2", "'@sum"),
    }
    negative = [line["difference"] for line in rows if line["difference"].startswith("-")]
    assert all(float(difference) < 0 for difference in negative)


def test_json_is_the_csv_with_notes(hostile: Table, all_records: list[Record], view: View) -> None:
    table = table_one(without(all_records, "caser"), view)
    content = json.loads(written(table, "json"))
    assert content["missing"] == ["caser paper-d100"]
    assert content["notes"] == list(table.notes)
    for line, same in zip(content["rows"], csv.DictReader(io.StringIO(written(table, "csv"))), strict=True):
        assert {name: "" if value is None else str(value) for name, value in line.items()} == same
    assert json.loads(written(hostile, "json"))["rows"][0]["label"] == HOSTILE
