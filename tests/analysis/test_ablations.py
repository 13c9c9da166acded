"""Each part's worth is the paired difference that the records give, beside the model as published."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from seqrec_bench.analysis.ablations import AblationRow, Ablations, ablation_table
from seqrec_bench.analysis.statistics.estimates import Difference, estimate_over_seeds, paired_difference
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.errors import InvalidRecordError
from seqrec_bench.evaluation.metrics import metric
from seqrec_bench.records import Configuration, Record
from seqrec_bench.rendering.ablations import ablations_document
from seqrec_bench.studies.view import Row, View

MakeRecord = Callable[..., Record]
VARIANTS = ["no-attention", "no-memory", "no-fixed-user-vector", "random-start"]


def row(table: Ablations, variant: str, model: str = "am-lstm") -> AblationRow:
    (found,) = [row for row in table.rows if (row.configuration.model, row.configuration.variant) == (model, variant)]
    return found


def without(records: list[Record], variant: str, seeds: tuple[int, ...] = (0, 1, 2)) -> list[Record]:
    return [record for record in records if record.key.variant != variant or record.key.seed not in seeds]


def values(records: list[Record], variant: str, name: str, seeds: tuple[int, ...] = (0, 1, 2)) -> np.ndarray:
    """(S, U), in the order of `seeds`."""
    by_seed = {record.key.seed: record for record in records if record.key.variant == variant}
    return np.stack([metric(by_seed[seed].test, name) for seed in seeds])


def with_ablation(view: View, model: str, variant: str) -> View:
    row = Row(f"{model} cut", model, {}, view.dimension, variant)
    return replace(view, ablations=(*view.ablations, row))


def test_the_model_as_published_stands_before_its_ablations(ablation_records: list[Record], view: View) -> None:
    table = ablation_table(ablation_records, view)
    assert [(row.label, str(row.configuration)) for row in table.rows] == [
        ("AM-LSTM", "am-lstm paper-d100"),
        ("without attention", "am-lstm no-attention-d100"),
        ("without memory", "am-lstm no-memory-d100"),
        ("without fixed user vector", "am-lstm no-fixed-user-vector-d100"),
        ("random starting vectors", "am-lstm random-start-d100"),
    ]
    assert table.metrics == ("HR@50", "MRR@50", "NDCG@50")
    assert table.missing == ()


def test_each_model_stands_before_its_own_ablations_in_the_order_of_the_papers_rows(
    ablation_records: list[Record], make_record: MakeRecord, view: View
) -> None:
    caser = [make_record("caser", 100, seed, variant=variant) for seed in range(3) for variant in ("paper", "cut")]
    table = ablation_table(ablation_records + caser, with_ablation(view, "caser", "cut"))
    assert [str(row.configuration) for row in table.rows[:3]] == [
        "caser paper-d100",
        "caser cut-d100",
        "am-lstm paper-d100",
    ]
    assert table.rows[2:] == ablation_table(ablation_records, view).rows
    expected = paired_difference(Runs(values(caser, "cut", "HR@50")), Runs(values(caser, "paper", "HR@50")))
    assert row(table, "cut", "caser").entries["HR@50"].difference == expected


@pytest.mark.parametrize("name", ["HR@50", "MRR@50", "NDCG@50"])
def test_figures_follow_from_the_ranks(ablation_records: list[Record], view: View, name: str) -> None:
    table = ablation_table(ablation_records, view)
    whole = values(ablation_records, "paper", name)
    for variant in VARIANTS:
        own = values(ablation_records, variant, name)
        entry = row(table, variant).entries[name]
        assert entry.estimate == estimate_over_seeds(Runs(own))
        assert entry.difference == paired_difference(Runs(own), Runs(whole))
        assert entry.difference.mean == pytest.approx(own.mean() - whole.mean())
    entry = row(table, "paper").entries[name]
    assert (entry.estimate, entry.difference) == (estimate_over_seeds(Runs(whole)), None)


def test_a_worked_difference(make_record: MakeRecord, view: View) -> None:
    whole = [make_record("am-lstm", 100, seed, better=[0, 60, 60]) for seed in range(2)]
    part = [
        make_record("am-lstm", 100, seed, better=better, variant="no-memory")
        for seed, better in enumerate([[0, 60, 0], [60, 60, 0]])
    ]
    entry = row(ablation_table(whole + part, view), "no-memory").entries["HR@50"]
    assert entry.estimate.mean == pytest.approx(1 / 2)
    assert entry.difference.mean == pytest.approx(1 / 2 - 1 / 3)


def test_only_seeds_that_both_have_make_the_difference(ablation_records: list[Record], view: View) -> None:
    records = without(without(ablation_records, "paper", seeds=(0,)), "no-memory", seeds=(2,))
    table = ablation_table(records, view)
    one, two = row(table, "no-memory").entries["MRR@50"], row(table, "no-attention").entries["MRR@50"]
    for entry, variant, seeds in ((one, "no-memory", (1,)), (two, "no-attention", (1, 2))):
        expected = paired_difference(
            Runs(values(records, variant, "MRR@50", seeds)), Runs(values(records, "paper", "MRR@50", seeds))
        )
        assert entry.difference == expected
    assert (one.estimate.n_seeds, one.difference.n_seeds, one.difference.half_width) == (2, 1, None)
    assert (two.estimate.n_seeds, two.difference.n_seeds) == (3, 2)


def test_without_a_seed_in_common_there_is_no_difference(ablation_records: list[Record], view: View) -> None:
    records = without(without(ablation_records, "paper", seeds=(0, 1)), "no-memory", seeds=(2,))
    entry = row(ablation_table(records, view), "no-memory").entries["HR@50"]
    assert (entry.estimate.n_seeds, entry.difference) == (2, None)


def test_missing_cells_are_named_with_their_variants(ablation_records: list[Record], view: View) -> None:
    records = without(without(ablation_records, "no-attention"), "random-start", seeds=(0, 2))
    table = ablation_table(without(records, "paper", seeds=(1,)), view)
    names = ["am-lstm paper-d100 of seed 1", "am-lstm no-attention-d100", "am-lstm random-start-d100 of seed 0, 2"]
    assert [str(missing) for missing in table.missing] == names
    assert row(table, "no-attention").entries == {}
    assert f"Missing: {'; '.join(names)}." in table.notes


def test_without_the_model_as_published_there_are_means_and_no_differences(
    ablation_records: list[Record], view: View
) -> None:
    table = ablation_table(without(ablation_records, "paper"), view)
    assert [str(missing) for missing in table.missing] == ["am-lstm paper-d100"]
    entries = [row(table, variant).entries[name] for variant in VARIANTS for name in table.metrics]
    assert all(entry.difference is None and entry.estimate.n_seeds == 3 for entry in entries)


def test_without_records_all_cells_are_missing(view: View) -> None:
    table = ablation_table([], view)
    assert [missing.configuration for missing in table.missing] == [row.configuration for row in table.rows]
    assert len(table.missing) == 5
    assert ablations_document(table).written("md").count("| missing |") == 5 * 3
    assert json.loads(ablations_document(table).written("json"))["rows"] == []


def test_the_order_of_the_records_does_not_matter(ablation_records: list[Record], view: View) -> None:
    shuffled = random.Random(0).sample(ablation_records, len(ablation_records))
    assert shuffled != ablation_records
    assert ablation_table(shuffled, view) == ablation_table(ablation_records, view)


def test_only_cells_of_the_table_count(ablation_records: list[Record], make_record: MakeRecord, view: View) -> None:
    perfect = [0] * 40
    strangers = [
        make_record("am-lstm", 100, 7, better=perfect, variant="tuned"),
        make_record("am-lstm", 50, 7, better=perfect),
        make_record("am-lstm", 50, 7, better=perfect, variant="no-memory"),
        make_record("am-lstm", 100, 7, better=perfect, dataset="ml-1m", variant="no-memory"),
        make_record("am-lstm", 100, 7, better=perfect, protocol="loo-full-repeat-v1", variant="no-memory"),
        make_record("caser", 100, 7, better=perfect, variant="no-memory"),
        make_record("gru4rec", 100, 7, better=perfect),
    ]
    assert ablation_table(strangers + ablation_records, view) == ablation_table(ablation_records, view)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"version": 2}, "made by different versions of the model"),
        ({"tags": "other"}, "made with different tags"),
        ({"fingerprint": "other"}, "made on different data"),
    ],
)
def test_what_was_not_made_alike_is_not_compared(
    ablation_records: list[Record], make_record: MakeRecord, view: View, change: dict[str, object], why: str
) -> None:
    others = [make_record("am-lstm", 100, seed, variant="no-memory", **change) for seed in range(3)]
    named = r"am-lstm paper-d100-s0 and am-lstm no-memory-d100-s0 can't be compared, since they were "
    with pytest.raises(InvalidRecordError, match=named + why):
        ablation_table(without(ablation_records, "no-memory") + others, view)


def test_runs_of_one_ablation_with_different_settings_are_not_averaged(
    ablation_records: list[Record], make_record: MakeRecord, view: View
) -> None:
    other = make_record("am-lstm", 100, 2, variant="no-memory", hyperparameters={"memory": False, "dropout": 0.1})
    with pytest.raises(InvalidRecordError, match=r"no-memory-d100-s0 and .*no-memory-d100-s2 can't be averaged"):
        ablation_table([*without(ablation_records, "no-memory", seeds=(2,)), other], view)


def test_the_notes_say_what_the_figures_are(ablation_records: list[Record], view: View) -> None:
    notes = " ".join(ablation_table(ablation_records, view).notes)
    for part in (
        "on ml-100k at dimension 100, protocol loo-full-v1",
        "from the model as published, over the seeds that both have",
        "two-sided 95 % interval for users like these, trained again",
    ):
        assert part in notes
    assert "Missing" not in notes


def test_the_notes_say_what_differs_in_the_records(make_record: MakeRecord, view: View) -> None:
    whole = {"attention": True, "memory": True, "epochs": 30, "starting_vectors": "skip-gram"}
    changes = {
        "paper": {},
        "no-attention": {"attention": False, "epochs": 20},
        "no-memory": {},
        "random-start": {"starting_vectors": "random"},
    }
    records = [
        make_record("am-lstm", 100, variant=variant, hyperparameters={**whole, **change})
        for variant, change in changes.items()
    ]
    changed = (
        "Changed in the records: without attention (attention = false, epochs = 20); without memory (nothing); "
        'random starting vectors (starting_vectors = "random").'
    )
    assert changed in ablation_table(records, view).notes
    assert not any("Changed" in note for note in ablation_table(records[1:], view).notes)


# The formats.


def cells(text: str, label: str) -> list[list[str]]:
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return [line for line in lines if line[0] == label]


def test_the_notes_name_what_too_few_users_differ_in(make_record: MakeRecord, view: View) -> None:
    variants = {"paper": [1] * 40, "no-memory": [3] * 5 + [1] * 35, "no-attention": [60] * 6 + [1] * 34}
    records = [
        make_record("am-lstm", 100, seed, variant=variant, better=better)
        for variant, better in variants.items()
        for seed in range(3)
    ]
    few = "without memory (0 in HR@50, 5 in MRR@50, 5 in NDCG@50)"
    assert f"Too few users differ for a verdict, whatever the interval: {few}." in ablation_table(records, view).notes


def test_markdown_is_narrow_tables_and_notes(ablation_records: list[Record], view: View) -> None:
    text = ablations_document(ablation_table(without(ablation_records, "no-memory"), view)).written("md")
    assert text.endswith(".\n") and not text.endswith("\n\n")
    assert max(map(len, text.splitlines())) <= 80
    *blocks, notes = text.split("\n\n")
    for name, block in zip(("HR@50", "MRR@50", "NDCG@50"), blocks, strict=True):
        lines = block.splitlines()
        assert re.split(r" *\| *", lines[0]) == ["", name, "mean", "difference", "± 95 %", "seeds", ""]
        assert re.fullmatch(r"\|:-+\|(-+:\|){4}", lines[1])
        assert len(lines) == 2 + 5
        assert len(set(map(len, lines))) == 1
    assert all(line.startswith(("- ", "  ")) for line in notes.splitlines())


def test_markdown_shows_figures_to_four_digits(make_record: MakeRecord, view: View) -> None:
    # Differences of HR@50 are [1, 0, 0] and [1, 1, 0]: the worked case of test_estimates.py.
    records = [make_record("am-lstm", 100, seed, better=[60] * 3) for seed in range(2)]
    for seed, better in enumerate(([0, 60, 60], [0, 0, 60])):
        records.append(make_record("am-lstm", 100, seed, better=better, variant="no-attention"))
        records.append(make_record("am-lstm", 100, seed, better=[60] * 3, variant="no-memory"))
    records.append(make_record("am-lstm", 100, 0, better=[0, 60, 60], variant="random-start"))
    text = ablations_document(ablation_table(records, view)).written("md")
    assert cells(text, "AM-LSTM")[0] == ["AM-LSTM", "0.0000", "—", "—", "2"]
    assert cells(text, "without attention")[0] == ["without attention", "0.5000", "+0.5000", "1.2421", "2"]
    assert cells(text, "without memory")[0] == ["without memory", "0.0000", "+0.0000", "0.0000", "2"]
    assert cells(text, "without fixed user vector")[0] == ["without fixed user vector", "missing", "—", "—", "0"]
    assert cells(text, "random starting vectors")[0] == ["random starting vectors", "0.3333", "+0.3333", "—", "1"]


def test_markdown_escapes_labels_and_notes(ablation_records: list[Record], view: View) -> None:
    ablations = (replace(view.ablations[0], label="a|b_c"), *view.ablations[1:])
    text = ablations_document(ablation_table(ablation_records, replace(view, ablations=ablations))).written("md")
    (line, _, _) = [line for line in text.splitlines() if line.startswith(r"| a\|b\_c ")]
    assert len(re.split(r"(?<!\\)\|", line)) == 7
    assert r"a\|b\_c (attention = false)" in text


def test_json_has_unrounded_numbers_of_every_cell_that_is_there(ablation_records: list[Record], view: View) -> None:
    records = without(without(ablation_records, "no-attention"), "paper", seeds=(1,))
    table = ablation_table(records, view)
    content = json.loads(ablations_document(table).written("json"))
    assert content["missing"] == ["am-lstm paper-d100 of seed 1", "am-lstm no-attention-d100"]
    assert content["notes"] == list(table.notes)
    there = [row for row in table.rows if row.entries]
    assert [(line["metric"], line["label"], line["cells"]) for line in content["rows"]] == [
        (name, row.label, str(row.configuration)) for name in table.metrics for row in there
    ]
    entries = [row.entries[name] for name in table.metrics for row in there]
    for line, entry in zip(content["rows"], entries, strict=True):
        difference = entry.difference or Difference(None, None, None, 0)
        assert (line["mean"], line["n_seeds"]) == (entry.estimate.mean, entry.estimate.n_seeds)
        found = (line["difference"], line["half_width_95"], line["n_seeds_of_difference"])
        assert found == (difference.mean, difference.half_width, difference.n_seeds)


def test_a_place_reads_like_the_names_of_its_records() -> None:
    assert str(Configuration("am-lstm", "no-memory", 100)) == "am-lstm no-memory-d100"
