"""What sections say, whole and in part."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from seqrec_bench.analysis.claims.part import Verdict
from seqrec_bench.data import Dataset
from seqrec_bench.records import Record
from seqrec_bench.rendering.blocks import Charts, Facts, Grid, Notes, Paragraph, Section
from seqrec_bench.rendering.report.build import FORMATS, build_report
from seqrec_bench.rendering.report.sources import Sources, seed_list
from seqrec_bench.rendering.report.svg import lay_out
from seqrec_bench.studies.view import View

Find = Callable[[Sources, str], Section]


def grids(section: Section) -> list[Grid]:
    return [block for block in section.blocks if isinstance(block, Grid)]


def prose(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def test_sections_come_in_order_and_say_if_they_lack_something(sources: Sources) -> None:
    report = build_report(sources)
    first, last = (
        "answer table figures differences claims audit",
        "learning breakdowns ablations explanations cost provenance",
    )
    assert [section.id for section in report.sections] == f"{first} {last}".split()
    assert report.lacking == ["What hangs on the protocol", "For whom", "What recommendations rest on"]


def test_the_answer_counts_verdicts(sources: Sources, section_of: Find) -> None:
    text = prose(section_of(sources, "answer"))
    assert not isinstance(sources.check, str)
    assert f"Of {len(sources.check.judgements)} reported figures" in text
    assert "Of the paper's 7 claims" in text
    assert "By paired tests on NDCG@50, AM-LSTM is" in text


def test_one_part_is_supported_and_two_are(sources: Sources, section_of: Find) -> None:
    part = sources.ledger.entries[0].parts[0]
    for n_parts, verb in ((1, "is"), (2, "are")):
        entry = replace(sources.ledger.entries[0], parts=(replace(part, verdict=Verdict.SUPPORTED),) * n_parts)
        few = replace(sources)
        object.__setattr__(few, "ledger", replace(sources.ledger, entries=(entry,)))
        assert f"{n_parts} {verb} supported and 0 refuted here" in prose(section_of(few, "answer"))


def test_verdicts_of_the_table_are_those_of_the_check(sources: Sources, section_of: Find) -> None:
    assert not isinstance(sources.check, str)
    tables = {grid.caption.removeprefix("Table 1, "): grid for grid in grids(section_of(sources, "main_table"))}
    found = {(row[0], metric): row[1] for metric, grid in tables.items() for row in grid.rows}
    for judgement in sources.check.judgements:
        assert found[judgement.subject, judgement.metric] == judgement.verdict
    assert list(found.values()).count("—") == len(found) - len(sources.check.judgements)


def test_a_column_of_seeds_stands_where_models_differ_in_them(sources: Sources, section_of: Find) -> None:
    def has_column_and_note(records: list[Record]) -> tuple[bool, bool]:
        section = section_of(Sources(records, sources.view, ""), "main_table")
        (notes,) = [block for block in section.blocks if isinstance(block, Notes)]
        return "seeds" in [
            column.head for column in grids(section)[0].columns
        ], "Seeds: 3 of each model, 1 where" in " ".join(notes.sentences)

    records = list(sources.records)
    assert has_column_and_note(records) == (False, True)
    fewer = [each for each in records if (each.key.model, each.key.seed) != ("fpmc", 2)]
    assert has_column_and_note(fewer) == (True, False)


def test_records_of_other_users_get_no_verdict_and_a_sentence(sources: Sources, section_of: Find) -> None:
    other = replace(sources, view=replace(sources.view, n_users=943))
    assert "means over 943" in prose(section_of(other, "answer"))
    assert {row[1] for grid in grids(section_of(other, "main_table")) for row in grid.rows} == {"—"}


def test_charts_have_a_panel_for_each_figure_and_its_numbers_as_a_table(sources: Sources, section_of: Find) -> None:
    (charts,) = [block for block in section_of(sources, "dimensions").blocks if isinstance(block, Charts)]
    assert [panel.title for panel in charts.chart.panels] == ["Figure 1: HR@50", "Figure 2: MRR@50"]
    assert [len(grid.rows) for grid in charts.data] == [4, 4]
    for layout in (lay_out(panel, charts.abreast) for panel in charts.chart.panels):
        assert len(layout.dots) == 4 * 6 + 4
        assert sum(dot.is_reported for dot in layout.dots) == 4
        assert all(layout.x.start <= dot.x <= layout.x.end for dot in layout.dots)
        assert all(layout.top - 1 <= dot.y <= layout.bottom for dot in layout.dots)


def test_breakdowns_need_the_data_that_the_records_were_made_on(
    sources: Sources, sources_with_data: Sources, dataset: Dataset, section_of: Find
) -> None:
    assert section_of(sources, "breakdowns").lacking == ["This needs the data."]
    with_data = replace(sources, data=dataset)
    (lacking,) = section_of(with_data, "breakdowns").lacking
    assert lacking.startswith("The records were made on other data (fingerprint 0123456789ab)")
    section = section_of(sources_with_data, "breakdowns")
    assert not section.lacking
    for grid in grids(section):
        users = [int(head.split("\n")[1].split()[0]) for head in (column.head for column in grid.columns[1:])]
        assert sum(users) == 40
        assert [row[0] for row in grid.rows] == [model.label for model in sources.models]
    unknown = replace(with_data, records=[], view=replace(sources.view, protocol="other"))
    object.__setattr__(unknown, "models", sources.models)
    assert unknown.split == "What was held out under other is not known here."


@pytest.mark.parametrize("models", [["gru4rec"], ["popularity"], ["am-lstm"], ["fpmc", "caser"]], ids="+".join)
def test_any_records_make_a_report_that_says_what_is_missing(sources: Sources, models: list[str]) -> None:
    some = [record for record in sources.records if record.key.model in models and record.key.seed == 0]
    report = build_report(replace(sources, records=some))
    for section in report.sections:
        assert section.blocks or section.lacking
        assert all(
            "`seqrec-bench" in sentence or "data" in sentence for sentence in section.lacking if "Missing" in sentence
        )
    assert "Table 1" in report.lacking and "The paper's claims" in report.lacking
    for form in FORMATS.values():
        assert form(report)


def test_own_data_without_a_paper_make_a_report(
    make_record: Callable[..., Record], view: View, section_of: Find
) -> None:
    records = [make_record(model, 0, dataset="own", deterministic=True) for model in ("popularity", "mine")]
    bare = replace(view, dataset="own", rows=(), references=(), ablations=(), claims=())
    sources = Sources(records, bare, "No data.", {"--dataset": "own"})
    assert prose(section_of(sources, "answer")).startswith("By paired tests on NDCG@50, mine is not separated")
    assert [section.title for section in build_report(sources).sections][:2] == ["In short", "The table"]
    text = re.sub("(?s)<(style|script)>.*?</", "", FORMATS["html"](build_report(sources)))
    assert not re.search("reported|reproduc|Table 1|the paper", text)
    assert section_of(sources, "main_table").command == "seqrec-bench table --dataset own"
    assert str(section_of(sources, "differences").command).startswith("seqrec-bench compare")
    for form in FORMATS.values():
        assert form(build_report(sources))


def test_commands_are_shown_where_they_print_the_same(sources: Sources, section_of: Find) -> None:
    seen = replace(sources, options={"--protocol": "loo-full-v1"})
    assert section_of(sources, "main_table").command == "seqrec-bench table"
    assert section_of(seen, "main_table").command is None
    assert section_of(seen, "claims").command == "seqrec-bench claims --protocol loo-full-v1"


def test_variants_are_made_again_by_the_settings_that_differ(
    make_record: Callable[..., Record], view: View, section_of: Find
) -> None:
    usual = {"dimension": 100, "rate": 0.1, "memory": True, "start": None}
    records = [make_record("am-lstm", 100, seed, hyperparameters=usual) for seed in (0, 1, 3)]
    changed = {**usual, "memory": False, "start": "a b"}
    records.append(make_record("am-lstm", 100, 0, variant="mine", hyperparameters=changed))
    section = section_of(Sources(records, view, ""), "provenance")
    assert [row[2] for row in grids(section)[1].rows] == [
        "seqrec-bench run --models am-lstm --dims 100 --seeds 0-1,3",
        "seqrec-bench run --models am-lstm --dims 100 --seeds 0 --variant mine --set am-lstm.memory=false "
        "--set 'am-lstm.start=a b'",
    ]


def test_environments_that_differ_are_named(sources: Sources, section_of: Find) -> None:
    def notes(environments: list[dict[str, object]]) -> str:
        records = [
            replace(record, environment=environments[place % len(environments)])
            for place, record in enumerate(sources.records)
        ]
        (found,) = [
            block
            for block in section_of(replace(sources, records=records), "provenance").blocks
            if isinstance(block, Notes)
        ]
        return " ".join(found.sentences)

    same = {"packages": {"numpy": "2"}, "commit": None}
    assert "All records were made with the same software" in notes([same])
    assert "they differ in packages: numpy." in notes([same, {"packages": {"numpy": "3"}, "commit": None}])


def test_facts_name_the_records(sources: Sources, section_of: Find) -> None:
    (facts,) = [block for block in section_of(sources, "answer").blocks if isinstance(block, Facts)]
    assert facts.pairs["Records"] == "19 records of 9 models, seeds 0-2"
    assert facts.pairs["Fingerprint of the data"] == "0123456789abcdef" * 4


def test_numbers_are_written_as_run_takes_them() -> None:
    assert seed_list([3, 0, 1, 2, 7]) == "0-3,7"


def test_curves_of_each_metric_that_chose_stand_apart(sources: Sources, section_of: Find) -> None:
    def by_rank(record: Record) -> Record:
        curve = [replace(epoch, validation={"MeanRank": 9.0 + epoch.number % 3}) for epoch in record.curve]
        return replace(record, recipe=replace(record.recipe, selection="MeanRank"), curve=curve)

    fpmc = [record for record in sources.records if str(record.key).startswith("fpmc paper-d100")]
    others = [by_rank(replace(record, key=replace(record.key, variant="by-rank"))) for record in fpmc]
    charts = section_of(replace(sources, records=[*sources.records, *others]), "learning").blocks
    captions = [block.caption for block in charts if isinstance(block, Charts)]
    assert [caption.split(" after")[0] for caption in captions] == ["Validation NDCG@50", "Validation MeanRank"]
    assert isinstance(charts[1], Charts)
    assert charts[1].data[0].rows == [
        ["FPMC, by-rank, chosen by MeanRank", str(record.key.seed), "7", "3", "9.0000", "10.0000"] for record in others
    ]
