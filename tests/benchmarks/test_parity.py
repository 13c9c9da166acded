"""The table of parity: its verdicts on figures that are known, its words where something is missing, and its page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from scipy import stats
from typer.testing import CliRunner

from benchmarks.parity import __main__ as command
from benchmarks.parity.judging import Line, Side, judge
from benchmarks.parity.overview import overview_document
from benchmarks.parity.references import References, load_references, row_of
from seqrec_bench.analysis.statistics.runs import Runs
from seqrec_bench.errors import ExitCode, InputError, InvalidRecordError
from seqrec_bench.evaluation.registry import registered
from seqrec_bench.records import Record, Store
from seqrec_bench.studies.loading import load_study

MakeRecord = Callable[..., Record]
N_USERS = 200
HITS = (98, 100, 102)
"""Of three seeds among these users: HR@10 of .49, .50 and .51."""


def made(
    make_record: MakeRecord,
    n_hits: int,
    seed: int,
    model: str = "hgn",
    variant: str = "paper",
    dimension: int = 64,
    **of: Any,
) -> Record:
    """A record with so many hits at the first rank. Which users they are is another choice for each seed."""
    chosen = np.random.default_rng([seed, n_hits]).permutation(N_USERS)[:n_hits]
    better = np.full(N_USERS, 1_000)
    better[chosen] = 0
    return make_record(model, dimension, seed, better=better.tolist(), dataset="s3rec-lastfm", variant=variant, **of)


@pytest.fixture
def ours(make_record: MakeRecord) -> list[Record]:
    return [made(make_record, n_hits, seed) for seed, n_hits in enumerate(HITS)]


def told(mean: float = 0.5, sd: float | None = 0.01, seeds: int = 3) -> dict[str, object]:
    figure = {"mean": mean} if sd is None else {"mean": mean, "sd": sd}
    return {"code": "theirs", "source": "a paper.", "seeds": seeds, "figures": {"HR@10": figure}}


def references(other: Mapping[str, object], margin: float = 0.2, why: str | None = None) -> References:
    pair = {"study": "s3rec-lastfm", "row": "HGN", "settings": "the defaults.", "other": other, "why": why}
    return References.model_validate({"margin": margin, "margin_reason": "So.", "pairs": [pair]})


def line_of(records: list[Record], other: Mapping[str, object], margin: float = 0.2) -> Line:
    (line,) = judge(references(other, margin), records)
    return line


@pytest.mark.parametrize(
    ("mean", "margin", "verdict"),
    [
        (0.50, 0.20, "equivalent"),  # our mean .5, our standard error at least sqrt(.25 / 600) = .02
        (0.48, 0.20, "equivalent"),
        (0.40, 0.05, "above"),
        (0.62, 0.05, "below"),
        (0.50, 0.05, "open"),
        (0.46, 0.10, "open"),
    ],
)
def test_verdicts_on_known_figures(ours: list[Record], mean: float, margin: float, verdict: str) -> None:
    assert line_of(ours, told(mean), margin).verdict == verdict


def test_the_difference_is_welchs_and_equivalence_two_one_sided_tests(ours: list[Record]) -> None:
    """By SciPy's quantiles: ours by the formula of docs/statistics.md, theirs by the standard deviation of its runs."""
    line = line_of(ours, told(0.48, 0.02, 4))
    assert line.ours is not None
    assert line.difference is not None
    assert line.ours.mean == pytest.approx(0.5)
    assert line.ours.sd == pytest.approx(0.01)
    hits = np.stack([record.test.better == 0 for record in ours]).astype(float)
    left = hits - hits.mean(axis=1, keepdims=True) - hits.mean(axis=0) + hits.mean()
    noise = (left**2).sum() / (2 * (N_USERS - 1))
    assert noise > N_USERS * 0.01**2  # so that the floor under the spread of seeds is what counts
    variances, freedoms = np.array([noise / (N_USERS * 3), 0.02**2 / 4]), np.array([2, 3])
    freedom = variances.sum() ** 2 / (variances**2 / freedoms).sum()
    reach = stats.t.ppf(0.95, freedom) * np.sqrt(variances.sum())
    assert line.difference.interval(0.9) == pytest.approx((0.02 - reach, 0.02 + reach))
    just = float((0.02 + reach) / 0.48)
    assert line_of(ours, told(0.48, 0.02, 4), just + 1e-6).verdict == "equivalent"
    assert line_of(ours, told(0.48, 0.02, 4), just - 1e-6).verdict == "open"


def test_two_sides_of_records_are_compared_as_the_bench_compares_them(
    ours: list[Record], make_record: MakeRecord
) -> None:
    theirs = [made(make_record, n_hits, seed, "their-hgn", "scored", 0) for seed, n_hits in enumerate((60, 62, 61, 59))]
    other = {"code": "theirs", "source": "runs.", "record": "their-hgn", "metrics": ["HR@10"]}
    line = line_of([*ours, *theirs], other)
    assert line.theirs is not None
    assert (line.theirs.n_runs, line.verdict) == (4, "above")
    assert line.theirs.mean == pytest.approx(0.3025)
    assert line_of(ours, other).verdict == "not run"
    assert line_of(theirs, other).verdict == "not run"
    assert line_of([*ours, *theirs[:2]], other).verdict == "no test: 2 of 3 seeds of theirs"
    elsewhere = [replace(record, recipe=replace(record.recipe, version=2)) for record in theirs[:1]]
    with pytest.raises(InvalidRecordError, match="version"):
        line_of([*ours, *elsewhere, *theirs[1:]], other)


@pytest.mark.parametrize(
    ("n_seeds", "other", "verdict"),
    [
        (3, told(0.5, None, 1), "no test: one figure, within the range of one run of ours"),
        (3, told(0.9, None, 1), "no test: one figure, above the range of one run of ours"),
        (3, told(0.1, None, 1), "no test: one figure, below the range of one run of ours"),
        (1, told(0.5, None, 1), "no test: one figure"),
        (2, told(), "no test: 2 of 3 seeds of ours"),
        (3, told(seeds=2), "no test: 2 of 3 seeds of theirs"),
        (3, told(0.5, None), "no test: their spread is not known, within the range of one run of ours"),
        (0, told(), "not run"),
    ],
)
def test_without_three_seeds_on_both_sides_there_is_no_test(
    ours: list[Record], n_seeds: int, other: Mapping[str, object], verdict: str
) -> None:
    assert line_of(ours[:n_seeds], other).verdict == verdict


def test_a_deterministic_model_needs_one_run_alone() -> None:
    side = Side.of_runs(Runs(np.full((1, 5), 0.5), deterministic=True))
    assert side.is_enough
    assert side.estimate is not None
    assert (side.sd, side.estimate.variance) == (None, 0)


def test_records_of_other_settings_than_the_studys_are_refused(make_record: MakeRecord) -> None:
    changed = made(make_record, 100, 0, "sasrec", variant="binary-loss", hyperparameters={"loss": "cross-entropy"})
    with pytest.raises(InvalidRecordError, match="was made with loss = 'cross-entropy'"):
        line_of([changed], told())


def test_records_whose_epochs_another_metric_chose_are_refused(ours: list[Record]) -> None:
    chosen = [replace(record, recipe=replace(record.recipe, selection="HR@10")) for record in ours]
    with pytest.raises(InvalidRecordError, match="had its epoch chosen by HR@10"):
        line_of(chosen, told())


FILE = """
margin = 0.1
margin_reason = "So."
[[pairs]]
study = "s3rec-lastfm"
row = "HGN"
settings = "the defaults."
why = "They stop early."
other = {code = "theirs", source = "a paper.", seeds = 3, figures = {"HR@10" = {mean = 0.5, sd = 0.01}}}
"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"HR@10"', '"HR"', "the key pairs[0].other.figures.HR is wrong: there is no metric 'HR'"),
        ("mean = 0.5", "mean = 50", "mean is 50"),
        ("seeds = 3", "seeds = 1", "a single run has no standard deviation"),
        ("sd = 0.01", "sd = 0", "sd is 0"),
        ('code = "theirs", ', "", "code"),
        ('"HGN"', '"HGM"', "has no row 'HGM': choose from "),
        ('"s3rec-lastfm"', '"s3rec-lastfn"', "There is no study 's3rec-lastfn' (did you mean 's3rec-lastfm'?)"),
        ("margin = 0.1", "margins = 0.1", "margins"),
        ("[[pairs]]", "[[pairs", "is not valid"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_what_is_wrong(tmp_path: Path, old: str, new: str, fault: str) -> None:
    path = tmp_path / "references.toml"
    path.write_text(FILE.replace(old, new))
    with pytest.raises(InputError, match=re.escape(fault)):
        judge(load_references(path), [])


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(command.main)
    return app


def test_the_command_says_what_has_not_been_run_and_a_wrong_figure_changes_the_verdict(
    app: typer.Typer, tmp_path: Path, make_record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, page, store = tmp_path / "references.toml", tmp_path / "models.md", Store(tmp_path / "field")
    file.write_text(FILE.replace("margin = 0.1", "margin = 0.2"))
    arguments = ["--references", str(file), "--results", str(store.root)]
    store.root.mkdir()
    empty = CliRunner().invoke(app, arguments)
    assert empty.exit_code == ExitCode.CELLS_MISSING
    assert re.search(r"\| 1 +\| HGN +\|.*\| +0\.5000 \(0\.0100\) \| +3 \| +— \| not run \|", empty.stdout)
    for seed, n_hits in enumerate(HITS):
        assert CliRunner().invoke(app, arguments).exit_code == ExitCode.CELLS_MISSING
        store.save(made(make_record, n_hits, seed))
    right = CliRunner().invoke(app, arguments)
    assert right.exit_code == 0
    assert re.search(r"\| 0\.5000 \(0\.0100\) \| +3 \| 0\.5000 \(0\.0100\) \| .* \| equivalent \|", right.stdout)
    assert "They stop early" not in right.stdout
    file.write_text(FILE.replace("mean = 0.5", "mean = 0.8"))
    wrong = CliRunner().invoke(app, arguments)
    assert re.search(r"\| -0\.3000 \(-0\.\d{4} to -0\.\d{4}\) \| +below \|", wrong.stdout)
    assert "- 1, why: They stop early." in wrong.stdout
    monkeypatch.setattr(command, "PAGE", page)
    marks = "".join(f"<!-- {name}:begin -->\nold\n<!-- {name}:end -->\n" for name in ("parity", "overview"))
    page.write_text(f"before\n{marks}after\n")
    assert CliRunner().invoke(app, [*arguments, "--write"]).exit_code == 0
    text = page.read_text()
    blocks, is_whole = command.blocks_of(store.root, file)
    assert is_whole
    filled = [f"<!-- {name}:begin -->\n{block}<!-- {name}:end -->\n" for name, block in blocks.items()]
    assert text == f"before\n{''.join(filled)}after\n"
    assert wrong.stdout == "\n".join(blocks.values())
    page.write_text("no marks")
    with pytest.raises(ValueError, match="the page has not one block parity"):
        command.with_blocks(page.read_text(), {"parity": ""})
    file.write_text("margin = 2")
    assert CliRunner().invoke(app, arguments).exit_code == ExitCode.BAD_INPUT


def test_the_overview_has_figures_and_medians_of_costs_and_says_what_has_not_been_run(make_record: MakeRecord) -> None:
    spent = [{"fit": 9.0, "fit_cpu": 4.0, "score": 1.0}, {"fit": 7.0, "fit_cpu": 3.5, "score": 1.0}]
    records = [replace(made(make_record, 98 + 4 * seed, seed), seconds=seconds) for seed, seconds in enumerate(spent)]
    records.append(made(make_record, 50, 0, "item-knn", deterministic=True, dimension=0))
    text = overview_document([load_study("s3rec-lastfm")], records).written("md")
    (hgn,), (counted,), (sasrec,) = (
        re.findall(rf"^\| {name} +\|.*$", text, re.MULTILINE) for name in ("HGN", "Item-kNN", "SASRec")
    )
    assert re.fullmatch(r"\| HGN +\| +2 \|( +0\.5000 ± 0\.\d{4} \|){4} +— \| +3\.8 \| +8\.0 \| +1 \|", hgn)
    assert re.fullmatch(r"\| Item-kNN +\| +— \|( +0\.2500 \|){4} +— \| +— \| +1\.0 \| +1 \|", counted)
    assert re.fullmatch(r"\| SASRec +\| +not run \|( +— \|){8}", sasrec)


def test_the_page_has_what_the_committed_records_say() -> None:
    blocks, _ = command.blocks_of(command.RESULTS)
    page = command.PAGE.read_text(encoding="utf-8")
    assert command.with_blocks(page, blocks) == page, "run `python -m benchmarks.parity --write`"


def test_every_model_is_shown_and_held_against_something_or_it_says_why_not() -> None:
    found = load_references()
    named = [row_of(pair)[1].model for pair in found.pairs]
    excused = [model for each in found.without for model in each.models]
    assert not {*named} & {*excused}
    ours = {name for name, point in registered().items() if point.dist and point.dist.name == "seqrec-bench"}
    assert {*named, *excused} == ours
    of_studies = [{row.model for row in load_study(name).rows} for name in command.SHOWN]
    assert of_studies[0] == ours >= of_studies[1] >= ours - {"am-lstm"}  # on Beauty an epoch of AM-LSTM takes hours


@pytest.mark.parametrize("other", ["5", "true", '["record"]'])
def test_the_other_side_is_a_table_or_refused(tmp_path: Path, other: str) -> None:
    path = tmp_path / "references.toml"
    pair = f'[[pairs]]\nstudy = "losses"\nrow = "SASRec, binary"\nsettings = "x"\nother = {other}\n'
    path.write_text(f'margin = 0.1\nmargin_reason = "x"\n{pair}')
    with pytest.raises(InputError, match=r"pairs\[0\]\.other is .*: not a table"):
        load_references(path)
