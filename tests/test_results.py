"""The committed records, and what was made of them: README's Table 1 and the figures."""

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from benchmarks import patience
from seqrec_bench.analysis.audit import audit as audit_of
from seqrec_bench.analysis.curves import Curves, dimension_curves
from seqrec_bench.analysis.selection import runs
from seqrec_bench.cli.ablations import ablations
from seqrec_bench.cli.attack import attack
from seqrec_bench.cli.audit import audit
from seqrec_bench.cli.check import check
from seqrec_bench.cli.claims import claims
from seqrec_bench.cli.compare import compare
from seqrec_bench.cli.table import table
from seqrec_bench.cli.trials import trials
from seqrec_bench.data import Dataset
from seqrec_bench.errors import ExitCode
from seqrec_bench.evaluation.metrics import selection_of
from seqrec_bench.evaluation.protocols import PROTOCOLS
from seqrec_bench.evaluation.registry import build, hyperparameters
from seqrec_bench.evaluation.training_end import best_epoch
from seqrec_bench.experiments.cell import recipe_of
from seqrec_bench.experiments.search_file import ModelSpace, load_search
from seqrec_bench.experiments.verification import cells_of_studies, check_contents, check_store
from seqrec_bench.experiments.verification.recipes import check_settings, check_versions, installed
from seqrec_bench.records import Record, Store
from seqrec_bench.records.search_log import SearchLog, best_trial
from seqrec_bench.rendering.audit_chart import audit_chart, audit_data_text
from seqrec_bench.rendering.curves import curves_chart, data_text
from seqrec_bench.rendering.drawing import draw_chart
from seqrec_bench.rendering.markdown import markdown_table
from seqrec_bench.studies.cells import cells
from seqrec_bench.studies.loading import load_study

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "results"
FIGURES = RESULTS / "figures"
SEARCHES = RESULTS / "search"
QUICK, FIELD = RESULTS / "quick", RESULTS / "field"
"""Directories of records of their own."""
VERDICTS = RESULTS / "verdicts.json"
EXPLANATIONS = RESULTS / "explanations"
PAPER = load_study("chen2020").view()
SEEN = ["--protocol", "loo-full-seen-v1"]
COMPARED = ["am-lstm", "gru4rec", "fpmc", "caser", "sasrec", "sequential-rules", "--results", str(RESULTS)]
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Every committed record, each of which has thereby been found valid."""
    return Store(RESULTS).records()


@pytest.fixture(scope="module", autouse=True)
def read_once(records: list[Record]) -> Iterator[None]:
    """Commands get the records that were read already, since to read them all takes a second."""
    read = Store.records
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "records", lambda self: list(records) if self.root == RESULTS else read(self))
        yield


@pytest.fixture(params=enumerate(PAPER.figure_metrics, start=1), ids=lambda figure: f"figure-{figure[0]}")
def figure(request: pytest.FixtureRequest, records: list[Record]) -> tuple[str, Curves]:
    """A figure's file name and what the records put into it now."""
    number, metric = request.param
    return f"figure-{number}", dimension_curves(records, PAPER, metric)


def test_there_are_records_and_every_file_is_one(records: list[Record]) -> None:
    assert len(records) > 0
    apart = [store / record.key.path() for store in (QUICK, FIELD) for record in Store(store).records()]
    others = [VERDICTS, *FIGURES.glob("*.json"), *EXPLANATIONS.glob("*.json")]
    files = [path for path in RESULTS.rglob("*.json") if path not in others]  # search logs are .jsonl
    assert sorted(files) == sorted([*(RESULTS / record.key.path() for record in records), *apart])


def test_the_committed_verdicts_are_what_check_prints() -> None:
    app = typer.Typer()
    app.command()(check)
    done = CliRunner().invoke(app, ["--results", str(RESULTS), "--format", "json"])
    assert done.stdout == VERDICTS.read_text(encoding="utf-8"), "put what it prints now there, if it is right"
    assert done.exit_code == json.loads(done.stdout)["exit_code"]


def test_the_reference_of_the_quick_training_is_whole_and_was_made_as_it_is_now() -> None:
    records = Store(QUICK).records()
    planned = cells(load_study("quick").groups)
    assert len(records) == len(planned)
    for cell in planned:
        (record,) = [record for record in records if str(record.key) == str(cell)]
        model = build(cell.model, cell.dimension, cell.settings)
        now = recipe_of(model, record.recipe.dataset, record.recipe.selection)
        assert now.difference(record.recipe) is None, "run the suite and commit the new records"
        assert re.fullmatch("[0-9a-f]{40}", record.environment["commit"])


def test_the_records_on_other_data_were_made_by_committed_code_with_the_settings_that_their_variants_have() -> None:
    records = Store(FIELD).records()
    models = installed({record.key.model for record in records})
    planned = [cell for found in cells_of_studies().values() for cell in found.cells]
    assert check_versions(records, models).faults == check_settings(records, models, planned).faults == []
    assert [record.key for record in records if not re.fullmatch("[0-9a-f]{40}", record.environment["commit"])] == []


@pytest.mark.parametrize(
    ("page", "block", "command", "arguments"),
    [
        ("README.md", "table-1", table, ["--results", str(RESULTS)]),
        ("docs/reproduction.md", "ablations", ablations, ["--results", str(RESULTS)]),
        ("docs/audit.md", "audit", audit, ["--results", str(RESULTS)]),
        ("README.md", "claims", claims, ["--results", str(RESULTS), "--format", "short"]),
        ("docs/claims.md", "claims", claims, ["--results", str(RESULTS)]),
        ("docs/audit.md", "claims-seen", claims, [*SEEN, "--format", "short", "--results", str(RESULTS)]),
        ("docs/statistics.md", "compare", compare, COMPARED),
        ("docs/tuning.md", "search-paper", trials, [str(SEARCHES / "paper")]),
        ("docs/tuning.md", "search-tuned", trials, [str(SEARCHES / "tuned")]),
        ("docs/tuning.md", "search-memory", trials, [str(SEARCHES / "memory-ml-100k")]),
        ("docs/attacks.md", "attack", attack, []),
        ("docs/attacks.md", "attack-model", attack, ["sequential-rules"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pages_show_what_the_commands_print(
    page: str, block: str, command: Callable[..., None], arguments: list[str]
) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(f"<!-- {block}:begin -->\n(.*?)<!-- {block}:end -->\n", text, flags=re.DOTALL)
    app = typer.Typer()
    app.command()(command)
    printed = CliRunner().invoke(app, arguments).stdout
    assert blocks == [printed], f"put what the command prints now into the block {block} of {page}"


OF_EARLIER_CODE = {"memory-ml-100k"}
"""Searches of a setting that was not kept."""


@pytest.mark.parametrize("name", sorted({path.name for path in SEARCHES.iterdir()} - OF_EARLIER_CODE))
def test_every_model_had_all_its_trials_by_committed_code(name: str) -> None:
    search = load_search(name)
    assert sorted(path.stem for path in (SEARCHES / name).iterdir()) == sorted(space.model for space in search.models)
    for space in search.models:
        found = SearchLog(SEARCHES / name / f"{space.model}.jsonl").trials
        assert len(found) == search.n_trials
        for trial in found:
            assert re.fullmatch("[0-9a-f]{40}", trial.environment["commit"])
            assert all(value in space.space[key] for key, value in trial.settings.items())
            assert trial.settings.keys() == space.space.keys()


@pytest.mark.parametrize("space", load_search("paper").models, ids=lambda space: space.model)
def test_defaults_are_what_the_search_chose(space: ModelSpace) -> None:
    chosen = best_trial(SearchLog(SEARCHES / "paper" / f"{space.model}.jsonl").trials)
    assert chosen is not None
    defaults = hyperparameters(build(space.model, 100, {}))
    assert {key: defaults[key] for key in space.space} == chosen.settings


def test_the_page_of_tuning_shows_what_patience_keeps_and_why_records_keep_their_epochs(records: list[Record]) -> None:
    text = (ROOT / "docs/tuning.md").read_text(encoding="utf-8")
    assert f"<!-- patience:begin -->\n{patience.table(patience.curves())}\n<!-- patience:end -->" in text
    (longer,) = patience.curves()[patience.Place("ml-100k", "gru4rec", patience.LONG)][:1]
    gru4rec, caser = (
        [record for record in records if (record.key.model, record.key.variant) == (model, "paper") and record.curve]
        for model in ("gru4rec", "caser")
    )
    best = [best_epoch(record).validation["NDCG@50"] for record in gru4rec if record.key.dimension == 100]
    said = " ".join(text.split()).replace(" .", " 0.")
    assert f"is best in epoch {longer.index(max(longer)) + 1}, with {max(longer):.4f}; the record," in said
    assert f"of 10 epochs, has {best[0]:.4f}, and the five records at that dimension scatter" in said
    assert len(best) == 5 and f"scatter by {np.std(best, ddof=1):.4f} (standard deviation)" in said
    cut = [record for record in caser if len(record.curve) - best_epoch(record).number < 10]
    assert f"at 50 epochs, {len(cut)} of its {len(caser)} committed runs" in said


def test_the_suite_tuned_is_what_the_search_chose() -> None:
    settings = {cell.model: dict(cell.settings) for cell in cells(load_study("tuned").groups)}
    search = load_search("tuned")
    assert settings.keys() == {space.model for space in search.models}
    for space in search.models:
        chosen = best_trial(SearchLog(SEARCHES / "tuned" / f"{space.model}.jsonl").trials)
        assert chosen is not None
        assert settings[space.model] == {**space.fixed, **chosen.settings}


def test_committed_figures_show_the_committed_records(figure: tuple[str, Curves]) -> None:
    name, curves = figure
    svg = ElementTree.parse(FIGURES / f"{name}.svg").findtext(f".//{DUBLIN_CORE}description")
    with Image.open(FIGURES / f"{name}.png") as image:
        png = image.info["Description"]
    assert svg == png == data_text(curves), "run `seqrec-bench plot --results results`"


def test_committed_figures_are_drawn_as_they_are_now(figure: tuple[str, Curves], tmp_path: Path) -> None:
    """Byte for byte with the Matplotlib that drew them; another version may draw otherwise."""
    name, curves = figure
    committed = (FIGURES / f"{name}.svg").read_bytes()
    drawn_by = ElementTree.fromstring(committed).findtext(f".//{DUBLIN_CORE}title")
    if f"Matplotlib v{matplotlib.__version__}," in str(drawn_by):
        _, svg = draw_chart(curves_chart([curves], PAPER), tmp_path / name, data_text(curves))
        assert svg.read_bytes() == committed, "run `seqrec-bench plot --results results`"
    else:
        assert re.match(r"Matplotlib v\d+\.", str(drawn_by))


def test_the_committed_forest_plot_shows_the_committed_records(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(compare)
    CliRunner().invoke(app, [*COMPARED, "--out", str(tmp_path / "forest")])
    with Image.open(FIGURES / "forest.png") as image, Image.open(tmp_path / "forest.png") as now:
        assert image.info["Description"] == now.info["Description"], "run `seqrec-bench compare` with --out"


def test_records_were_made_by_committed_code_and_hold_together(records: list[Record]) -> None:
    for record in records:
        assert re.fullmatch("[0-9a-f]{40}", record.environment["commit"]), record.key
        if not record.deterministic:
            assert record.parameters > 0
        if not record.deterministic and PROTOCOLS[record.key.protocol].base is None:
            chose = selection_of([record])
            best = chose.sign * max(chose.sign * epoch.validation[chose] for epoch in record.curve)
            assert chose.values(record.validation).mean() == pytest.approx(best, abs=1e-12), record.key


def spreads(records: list[Record]) -> str:
    """How much runs and users scatter, over all trained models with five runs at dimension 100."""
    groups = defaultdict(list)
    for record in records:
        if record.key.protocol == PAPER.protocol and record.key.dimension == 100:
            groups[record.key.model, record.key.variant].append(record)
    groups = {place: group for place, group in groups.items() if len(group) == 5}
    lines = [["", "SD of a run", "single runs' noise", "MSS / MSE", "SE of the users", "users who change"]]
    for name in PAPER.metrics:
        cells = [runs(group, name) for group in groups.values()]
        n_users = cells[0].n_users
        run = np.mean([cell.between_seeds for cell in cells]) / n_users
        noise = np.mean([cell.interaction for cell in cells]) / n_users
        users = np.mean([cell.of_users.var(ddof=1) for cell in cells]) / n_users
        changed = [np.mean(a != b) for cell in cells for a, b in combinations(cell.values, 2)]
        share = f"{np.mean(changed):.1%}" if name.startswith("HR") else "—"
        numbers = [f"{1000 * math.sqrt(value):.1f}" for value in (run, noise, users)]
        lines.append([name, *numbers[:2], f"{run / noise:.2f}", numbers[2], share])
    return markdown_table(lines) + f"\n\n{len(groups)} models and variants.\n"


def test_the_spreads_in_the_statistics_are_those_of_the_records(records: list[Record]) -> None:
    text = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    (block,) = re.findall("<!-- spreads:begin -->\n(.*?)<!-- spreads:end -->\n", text, flags=re.DOTALL)
    assert block == spreads(records)


def test_verify_finds_nothing_wrong_with_the_committed_records_but_what_is_missing(ml_100k: Dataset) -> None:
    store = Store(RESULTS)
    records, checks = check_store(store)
    checks += check_contents(records, store, {"ml-100k": ml_100k}, cells_of_studies())
    assert [check.faults for check in checks if check.faults and check.code is not ExitCode.CELLS_MISSING] == []


def test_the_committed_figure_of_the_audit_shows_the_committed_records(records: list[Record], tmp_path: Path) -> None:
    content = audit_of(records, PAPER)
    text = audit_data_text(content)
    svg = (FIGURES / "audit.svg").read_bytes()
    with Image.open(FIGURES / "audit.png") as image:
        assert image.info["Description"] == text, "run `seqrec-bench audit` with --out"
    assert ElementTree.fromstring(svg).findtext(f".//{DUBLIN_CORE}description") == text
    if f"Matplotlib v{matplotlib.__version__},".encode() in svg:
        _, now = draw_chart(audit_chart(content), tmp_path / "audit", text)
        assert now.read_bytes() == svg, "run `seqrec-bench audit` with --out"
