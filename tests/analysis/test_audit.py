"""Figures, ranks and flips under variants of the protocol, and the sentences that follow from them."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from seqrec_bench.analysis.audit import Audit, audit
from seqrec_bench.analysis.statistics.estimates import estimate_over_seeds
from seqrec_bench.analysis.statistics.questions import population
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.analysis.variants import VARIANTS
from seqrec_bench.cli.audit import audit as command
from seqrec_bench.errors import ExitCode, InputError, InvalidRecordError, MissingCellsError
from seqrec_bench.evaluation.metrics import Metric, metric
from seqrec_bench.evaluation.protocols import LOO_FULL, PROTOCOLS, find_protocol
from seqrec_bench.records import Ranks, Record, Store
from seqrec_bench.rendering.audit import audit_document
from seqrec_bench.rendering.audit_chart import audit_chart, audit_data_text
from seqrec_bench.rendering.audit_findings import findings
from seqrec_bench.rendering.drawing import draw_chart
from seqrec_bench.studies.view import View

N_USERS = 40
SEEDS = (0, 1, 2)
SEEN, ZEROED = "loo-full-seen-v1", "loo-full-zeroed-v1"
TRAINED = ("am-lstm", "sasrec", "gru4rec", "caser", "fpmc")
COUNTING = ("sequential-rules", "markov-chain", "item-knn", "popularity")
Make = Callable[..., Record]
Better = Callable[[str, str, int], Sequence[int]]
"""Of a model under a protocol with a seed: how many candidates are above each user's target."""


def plain(model: str, protocol: str, seed: int) -> list[int]:
    """Every user's target has the rank of the model: AM-LSTM is first."""
    return [(*TRAINED, *COUNTING).index(model)] * N_USERS


def make_all(make_record: Make, better: Better = plain, also: Sequence[str] = ()) -> list[Record]:
    """What the suite makes, and what it makes under other protocols."""
    records = []
    for protocol, each in {**PROTOCOLS, **{name: find_protocol(name) for name in also}}.items():
        if protocol == LOO_FULL or each.base:
            for model in TRAINED:
                records += [
                    make_record(model, 100, seed, better=list(better(model, protocol, seed)), protocol=protocol)
                    for seed in SEEDS
                ]
        for model in COUNTING:
            ranks = list(better(model, protocol, 0))
            records.append(make_record(model, 0, 0, better=ranks, protocol=protocol, deterministic=True))
    return records


def swapped(first: str, second: str, under: str) -> Better:
    """As `plain`, but that the two change places under one protocol."""

    def better(model: str, protocol: str, seed: int) -> list[int]:
        other = {first: second, second: first}.get(model, model) if protocol == under else model
        return plain(other, protocol, seed)

    return better


def noise(model: str, protocol: str, seed: int) -> list[int]:
    rng = np.random.default_rng([*f"{model} {protocol}".encode(), seed])
    return rng.integers(0, 60, N_USERS).tolist()


def test_metrics_of_lists_are_left_out_and_named(make_record: Make, view: View) -> None:
    records = make_all(make_record)
    found = audit(records, replace(view, metrics=(Metric("Coverage@5"), Metric("HR@50"))))
    assert (found.metrics, found.main_metric, found.not_audited) == (("HR@50",), "HR@50", ("Coverage@5",))
    assert "Not audited: Coverage@5, since ranks say nothing of lists." in " ".join(
        audit_document(found).written("md").split()
    )
    with pytest.raises(InputError, match=r"^Gini@5 is a metric of lists and not of ranks"):
        audit(records, replace(view, metrics=(Metric("Gini@5"),)))


def test_nothing_moves_where_nothing_changes(make_record: Make, view: View) -> None:
    found = audit(make_all(make_record, also=[ZEROED]), view)
    assert found.missing == ()
    for columns in found.columns.values():
        assert list(columns) == [variant.name for variant in VARIANTS]
        for column in columns.values():
            assert (column.flips, column.tau) == ((), 1.0)
            assert {standing.moved for standing in column.standings.values()} == {0}
    assert [found.columns["NDCG@50"]["base"].standings[model].rank for model in (*TRAINED, *COUNTING)] == [
        *range(1, 10)
    ]


def test_two_rows_of_one_model_are_both_audited(make_record: Make, view: View) -> None:
    last = next(row for row in view.rows if row.model == "am-lstm")
    short = replace(last, label="AM-LSTM, short", variant="short")
    records = make_all(make_record)
    also = [
        replace(record, key=replace(record.key, variant="short")) for record in records if record.key.model == "am-lstm"
    ]
    found = audit([*records, *also], replace(view, rows=(*view.rows, short)))
    both = {"am-lstm paper-d100": "AM-LSTM", "am-lstm short-d100": "AM-LSTM, short"}
    assert {name: found.labels.get(name) for name in both} == both
    standings = found.columns["NDCG@50"]["base"].standings
    assert [standings[name].rank for name in both] == [1, 1]
    assert standings["sasrec"].rank == 3


def test_a_planted_flip_is_found_with_its_figures(make_record: Make, view: View) -> None:
    found = audit(make_all(make_record, swapped("am-lstm", "sasrec", SEEN)), view)
    column = found.columns["MRR@50"]["seen"]
    (flip,) = column.flips
    assert (flip.first, flip.second, flip.is_clear) == ("AM-LSTM", "SASRec", True)
    assert (flip.lead, flip.lead_there) == (pytest.approx(1 - 1 / 2), pytest.approx(1 / 2 - 1))
    assert column.tau == pytest.approx(1 - 2 / 36)
    moved = {model: (standing.rank, standing.moved) for model, standing in column.standings.items()}
    assert (moved["am-lstm"], moved["sasrec"], moved["gru4rec"]) == ((2, -1), (1, 1), (3, 0))
    others = [column for name, column in found.columns["MRR@50"].items() if name != "seen"]
    assert all(not column.flips for column in others)


def literal(records: list[Record], name: str, variant_name: str) -> dict[str, np.ndarray]:
    """Each model's figures, (n_records, n_users), from the records one by one."""
    (variant,) = (each for each in VARIANTS if each.name == variant_name)
    found: dict[str, list[np.ndarray]] = {}
    for record in sorted(records, key=lambda record: (record.key.protocol, record.key.seed)):
        if record.key.protocol in variant.protocols:
            ranks = record.test
            if variant_name == "ties-for":
                ranks = Ranks(ranks.better, np.ones_like(ranks.tied))
            if variant_name == "ties-against":
                ranks = Ranks(ranks.better + (ranks.tied - 1), np.ones_like(ranks.tied))
            found.setdefault(record.key.model, []).append(metric(ranks, name))
    return {model: np.stack(rows) for model, rows in found.items()}


@pytest.mark.parametrize("variant", [variant.name for variant in VARIANTS])
def test_figures_ranks_and_flips_equal_the_literal_ones(make_record: Make, view: View, variant: str) -> None:
    records = [tie(record) for record in make_all(make_record, noise, [ZEROED])]
    found = audit(records, view)
    for name in view.metrics:
        column = found.columns[name][variant]
        base, there = literal(records, name, "base"), literal(records, name, variant)
        means = {model: values.mean() for model, values in there.items()}
        assert column.standings.keys() == means.keys()
        for model, standing in column.standings.items():
            assert standing.estimate.mean == pytest.approx(means[model])
            assert standing.rank == sorted(means.values(), reverse=True).index(means[model]) + 1
            old = sorted((base[other].mean() for other in means), reverse=True).index(base[model].mean()) + 1
            assert standing.moved == old - standing.rank
        flips = {
            frozenset((found.labels[a], found.labels[b]))
            for a, b in combinations(means, 2)
            if (base[a].mean() - base[b].mean()) * (means[a] - means[b]) < 0
        }
        assert {frozenset((flip.first, flip.second)) for flip in column.flips} == flips
        assert len(column.flips) == len(flips)


def tie(record: Record) -> Record:
    """The record with other candidates level with the targets."""
    tied = np.random.default_rng(record.key.seed).integers(1, 9, N_USERS)
    return replace(record, test=Ranks(record.test.better, tied))


def test_some_flip_by_chance_is_not_clear(make_record: Make, view: View) -> None:
    records = make_all(make_record, noise)
    found = audit(records, view)
    base, there = literal(records, "NDCG@50", "base"), literal(records, "NDCG@50", "seen")
    model_of = {label: model for model, label in found.labels.items()}
    flips = found.columns["NDCG@50"]["seen"].flips
    for flip in flips:
        sides = []
        for of in (base, there):
            pair = [of[model_of[label]] for label in (flip.first, flip.second)]
            low, high = population([Runs(values, len(values) == 1) for values in pair], [1, -1]).interval()
            sides.append(low > 0 or high < 0)
        assert flip.is_clear == all(sides)
    assert not all(flip.is_clear for flip in flips)


def test_one_run_of_a_trained_model_makes_no_flip_clear(make_record: Make, view: View) -> None:
    records = make_all(make_record, swapped("am-lstm", "sasrec", SEEN))
    found = audit([record for record in records if record.key.seed == 0], view)
    (flip,) = found.columns["MRR@50"]["seen"].flips
    assert not flip.is_clear


def test_random_orders_are_averaged_and_their_spread_is_measured(make_record: Make, view: View) -> None:
    def better(model: str, protocol: str, seed: int) -> list[int]:
        order = int(protocol.split("-")[4]) if "random" in protocol else 0
        return [order * ((*TRAINED, *COUNTING).index(model) + 1)] * N_USERS

    found = audit(make_all(make_record, better), view)
    figures = [1 / (1 + order * 9) for order in range(5)]  # popularity's MRR: it is the ninth
    estimate = found.columns["MRR@50"]["random-order"].standings["popularity"].estimate
    expected = estimate_over_seeds(Runs(np.tile(np.array(figures)[:, None], (1, N_USERS))))
    assert (estimate.mean, estimate.n_seeds) == (pytest.approx(expected.mean), 5)
    assert estimate.half_width == pytest.approx(expected.half_width)
    mean = sum(figures) / 5
    sd = math.sqrt(sum((figure - mean) ** 2 for figure in figures) / 4)
    assert found.order_spread["MRR@50"]["popularity"] == pytest.approx(sd)
    assert found.order_spread["MRR@50"].keys() == set(COUNTING)


def test_a_figure_of_a_deterministic_model_is_exact(make_record: Make, view: View) -> None:
    columns = audit(make_all(make_record, noise), view).columns["HR@50"]
    assert columns["seen"].standings["popularity"].estimate.no_interval == "exact"
    assert columns["seen"].standings["caser"].estimate.half_width is not None


def without(records: list[Record], model: str, protocol: str, seed: int | None = None) -> list[Record]:
    gone = [r for r in records if (r.key.model, r.key.protocol) == (model, protocol) and seed in (None, r.key.seed)]
    assert gone
    return [record for record in records if record not in gone]


def test_missing_cells_are_named_with_their_protocol(make_record: Make, view: View) -> None:
    records = without(make_all(make_record), "caser", SEEN, seed=1)
    records = without(records, "item-knn", "time-full-v1")
    records = without(records, "fpmc", LOO_FULL)
    found = audit(records, view)
    assert [str(cells) for cells in found.missing] == [
        "fpmc paper-d100 under loo-full-v1",
        "caser paper-d100 of seed 1 under loo-full-seen-v1",
        "item-knn paper-d0 under time-full-v1",
    ]
    assert "fpmc" not in found.columns["HR@50"]["seen"].standings


def test_trained_models_under_other_training_data_are_shown_where_they_are(make_record: Make, view: View) -> None:
    records = make_all(make_record)
    assert "caser" not in audit(records, view).columns["HR@50"]["time-split"].standings
    records += [make_record("caser", 100, seed, better=[0] * 9, protocol="time-full-v1") for seed in SEEDS]
    records = [r for r in records if r.key.protocol != "time-full-v1" or r.key.model == "caser"]
    column = audit(records, view).columns["HR@50"]["time-split"]
    assert (list(column.standings), column.n_users, column.tau) == (["caser"], 9, None)


def change(records: list[Record], protocol: str, by: Callable[[Record], Record]) -> list[Record]:
    """The records with all of Caser's under the protocol changed."""
    return [by(r) if (r.key.model, r.key.protocol) == ("caser", protocol) else r for r in records]


@pytest.mark.parametrize(
    ("protocol", "by", "why"),
    [
        (SEEN, lambda r: replace(r, weights="1" * 64), "made with other weights"),
        (SEEN, lambda r: replace(r, recipe=replace(r.recipe, version=2)), "made by version 2 of the model"),
        (SEEN, lambda r: replace(r, recipe=replace(r.recipe, hyperparameters={"a": 1})), "made with a = 1, not absent"),
    ],
)
def test_what_was_not_made_as_the_base_is_refused(
    make_record: Make, view: View, protocol: str, by: Callable[[Record], Record], why: str
) -> None:
    records = change(make_all(make_record), LOO_FULL, lambda record: replace(record, weights="0" * 64))
    assert audit(change(records, protocol, lambda record: replace(record, weights="0" * 64)), view).missing == ()
    with pytest.raises(InvalidRecordError, match=rf"under {protocol} can't stand beside .* {why}.*: run"):
        audit(change(records, protocol, by), view)


def test_records_of_other_training_data_must_be_of_the_same_model(make_record: Make, view: View) -> None:
    records = [record for record in make_all(make_record) if record.key.protocol != "time-full-v1"]
    other = make_record("caser", 100, 0, protocol="time-full-v1", fingerprint="f" * 64)
    assert audit([*records, other], view).columns["HR@50"]["time-split"].standings.keys() == {"caser"}
    newer = replace(other, recipe=replace(other.recipe, version=2))
    with pytest.raises(InvalidRecordError, match="under time-full-v1 can't stand beside"):
        audit([*records, newer], view)


@pytest.fixture
def flipped(make_record: Make, view: View) -> Audit:
    """AM-LSTM and SASRec change places with seen items kept."""
    return audit(make_all(make_record, swapped("am-lstm", "sasrec", SEEN)), view)


def test_the_findings_follow_from_planted_numbers(flipped: Audit) -> None:
    found = findings(flipped)
    assert found[:5] == [
        "Keeping seen items as candidates changes HR@50 by 0 (GRU4Rec) to 0 (GRU4Rec), 0 on average.",
        "Then 0, 1 and 1 of the 36 pairs of models flip by HR@50, MRR@50 and NDCG@50, 0, 1 and 1 of them clearly "
        "(Kendall's tau 1.00, 0.94 and 0.94); AM-LSTM, first of these models under base, is number 2 by MRR@50 and "
        "NDCG@50.",
        "Against 100 uniform negatives, none of the 36 pairs of models flips by any metric.",
        "Against 100 popular negatives, none of the 36 pairs of models flips by any metric.",
        "Counting equal scores for the target changes HR@50 by 0 (GRU4Rec) at most, and counting them against it by 0 "
        "(GRU4Rec); no pair flips by any metric.",
    ]
    assert "In the orders reversed, random, item up and item down, none of the 6 pairs" in found[6]
    assert found[-1] == "Split at one point in time, with 40 users, none of the 6 pairs of models flips by any metric."


def test_costs_and_ranges_are_those_of_the_records(make_record: Make, view: View) -> None:
    def better(model: str, protocol: str, seed: int) -> list[int]:
        hits = {SEEN: 10, "loo-full-item-up-ties-v1": 4, "loo-full-item-down-ties-v1": 38}.get(protocol, 20)
        return [0] * (hits + (model == "caser" and protocol == SEEN) * 4) + [99] * (
            N_USERS - hits - (model == "caser" and protocol == SEEN) * 4
        )

    found = " ".join(findings(audit(make_all(make_record, better), view)))
    assert "changes HR@50 by -0.2500 (GRU4Rec) to -0.1500 (Caser), -0.2389 on average." in found
    assert "HR@50 goes from 0.1000 (item up) to 0.9500 (item down) for Popularity, from" in found
    assert "the standard deviation of HR@50, MRR@50 and NDCG@50 is 0.0000, 0.0000 and 0.0000" in found


def test_without_records_of_a_variant_nothing_is_said_of_it(make_record: Make, view: View) -> None:
    base = [record for record in make_all(make_record) if record.key.protocol == LOO_FULL]
    found = findings(audit(base, view))
    assert len(found) == 1
    assert found[0].startswith("Counting equal scores")


def test_markdown_marks_flips_and_fits_a_terminal(flipped: Audit) -> None:
    text = audit_document(flipped).written("md")
    rows = {line.split("|")[1].strip(): line for line in table_of(text, "MRR@50")}
    assert [cell.strip() for cell in rows["AM-LSTM"].split("|")[2:4]] == ["1.0000 1", "0.5000 2▼"]
    assert [cell.strip() for cell in rows["SASRec"].split("|")[2:4]] == ["0.5000 2", "1.0000 1▲"]
    assert text.count("▲") == text.count("▼") == 2 + 1  # by two metrics, and in the note
    assert max(map(len, text.splitlines())) <= 100
    assert "- Flips by NDCG@50, seen kept: SASRec over AM-LSTM (clear)." in text


def table_of(text: str, name: str) -> list[str]:
    return next(block for block in text.split("\n\n") if block.startswith(f"| {name}")).splitlines()


def test_base_ranks_of_a_table_are_among_its_rows(flipped: Audit) -> None:
    second = audit_document(flipped).written("md").split("\n\n")[3].splitlines()
    assert second[0].startswith("| MRR@50")
    assert [row.split("|")[2].split()[1] for row in second[2:]] == ["4", "3", "2", "1"]


def test_base_ranks_of_a_metric_of_which_less_is_better_are_those_of_the_audit(make_record: Make, view: View) -> None:
    found = audit(make_all(make_record), replace(view, metrics=(Metric("MeanRank"),)))
    ranks = [
        int(line.split("|")[2].split()[1]) for line in table_of(audit_document(found).written("md"), "MeanRank")[2:]
    ]
    assert ranks == [standing.rank for standing in found.columns[Metric("MeanRank")]["base"].standings.values()]
    assert sorted(ranks) == [*range(1, 10)]


def test_json_has_the_flips_by_every_metric(flipped: Audit) -> None:
    data = json.loads(audit_document(flipped).written("json"))
    assert [(flip["metric"], flip["variant"], flip["first"]) for flip in data["flips"]] == [
        ("MRR@50", "seen", "AM-LSTM"),
        ("NDCG@50", "seen", "AM-LSTM"),
    ]
    assert len(data["rows"]) == 3 * (6 * 9 + 5 * 4)
    assert data["findings"] == findings(flipped)


def test_a_figure_is_drawn_with_its_data_and_is_the_same_each_time(flipped: Audit, tmp_path: Path) -> None:
    text = audit_data_text(flipped)
    first, second = (draw_chart(audit_chart(flipped), tmp_path / name / "audit", text) for name in ("a", "b"))
    assert [path.name for path in first] == ["audit.png", "audit.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    with Image.open(first[0]) as image:
        assert image.info["Description"] == text
    data = json.loads(text)
    assert data["metric"] == "NDCG@50"
    assert (data["seen"]["sasrec"], data["base"]["sasrec"]) == (1.0, pytest.approx(1 / math.log2(3), abs=1e-6))


app = typer.Typer()
app.command()(command)


def store(records: list[Record], folder: Path) -> Path:
    for record in records:
        Store(folder).save(record)
    return folder


def test_the_command_prints_the_audit_and_draws_where_it_is_told(make_record: Make, view: View, tmp_path: Path) -> None:
    records = make_all(make_record)
    results = store(records, tmp_path / "results")
    before = sorted(results.rglob("*"))
    done = CliRunner().invoke(app, ["--results", str(results)])
    assert (done.exit_code, done.stdout) == (0, audit_document(audit(records, view)).written("md"))
    assert sorted(results.rglob("*")) == before
    drawn = CliRunner().invoke(app, ["--results", str(results), "--format", "json", "--out", str(tmp_path / "fig")])
    assert drawn.stdout == audit_document(audit(records, view)).written("json")
    assert sorted(path.name for path in (tmp_path / "fig").iterdir()) == ["audit.png", "audit.svg"]


def test_the_command_prints_what_there_is_before_it_says_what_is_missing(make_record: Make, tmp_path: Path) -> None:
    results = store(without(make_all(make_record), "caser", SEEN, seed=1), tmp_path / "results")
    done = CliRunner().invoke(app, ["--results", str(results)])
    assert done.stdout.startswith("| HR@50")
    assert isinstance(done.exception, MissingCellsError)
    assert done.exception.exit_code == ExitCode.CELLS_MISSING == 3
    assert str(done.exception) == (
        "Cells are missing (caser paper-d100 of seed 1 under loo-full-seen-v1): make them with "
        f"`seqrec-bench run --suite audit --results {results}`."
    )


def test_the_command_prints_nothing_from_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--results", str(tmp_path)])
    assert done.stdout == ""
    assert isinstance(done.exception, MissingCellsError)


def test_seen_items_scored_0_are_shown_where_there_are_records_and_never_missing(make_record: Make, view: View) -> None:
    without, there = (
        audit_document(audit(make_all(make_record, swapped("am-lstm", "sasrec", ZEROED), also), view)).written("md")
        for also in ([], [ZEROED])
    )
    assert "scored 0" not in without and "issing" not in without
    text = " ".join(there.split())
    assert "| seen scored 0 |" in text
    assert "Scoring seen items 0 changes HR@50 by 0 (" in text
    assert "- Flips by NDCG@50, seen scored 0: SASRec over AM-LSTM (clear)." in text
    assert "Seen scored 0: the user's history is ranked too, with 0 for a score in place of the model's" in text


def test_models_ranked_again_with_0_have_to_be_those_that_were_trained(make_record: Make, view: View) -> None:
    records = change(make_all(make_record, also=[ZEROED]), LOO_FULL, lambda record: replace(record, weights="0" * 64))
    with pytest.raises(InvalidRecordError, match=rf"under {ZEROED} can't stand beside .* made with other weights"):
        audit(change(records, ZEROED, lambda record: replace(record, weights="1" * 64)), view)
