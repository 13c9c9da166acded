"""What tests of several floors need."""

import dataclasses
import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from seqrec_bench import entry_points
from seqrec_bench.cli import steps
from seqrec_bench.data import Dataset, Family, Interactions, NamedDataset, load_named, prepare
from seqrec_bench.data.dataset import TEST, TRAIN, VALIDATION, GivenParts
from seqrec_bench.data.sets.registry import KIND as DATASETS
from seqrec_bench.evaluation.registry import load
from seqrec_bench.records import CellKey, DatasetIdentity, Ranks, Recipe, Record
from seqrec_bench.rendering import drawing
from seqrec_bench.studies.loading import load_study
from seqrec_bench.studies.view import View

# No test fails because the machine is busy.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


LONG = ("experiments/cluster/", "experiments/test_same_in_same_out.py", "test_end_to_end.py", "test_guides.py",
        "benchmarks/test_soak.py", "evaluation/test_conformance.py", "evaluation/test_plug_in.py", "test_results.py",
        "experiments/test_processes.py")  # fmt: skip
"""What takes longest comes first, so that in the end no process of the suite waits for another."""
TOGETHER = LONG[:2]
"""These share a cluster and what one run gave: they go to one process."""


N_USERS = 40
SEEDS = (0, 1, 2)


def place_of(node: str) -> str:
    """A test's file, below this folder."""
    return node.partition("::")[0].partition("tests/")[2]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not place_of(item.nodeid).startswith(LONG))


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """What is there now stays to the end: Python's search for garbage need not go through it, nor begin so often."""
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """As `--dist loadfile` has it, but for the files that go together."""
    from xdist.scheduler import LoadFileScheduling  # here, since it is there where this is called

    class InOrder(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "together" if place_of(nodeid).startswith(TOGETHER) else super()._split_scope(nodeid)

    return InOrder(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def interrupts_are_heard() -> None:
    """A shell that puts the suite in the background has it ignore Ctrl-C; what the tests start would do so too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_lines_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a command prints in this process does not depend on how long it takes."""
    monkeypatch.setattr(steps, "SECONDS_BEFORE_LINE", 3600.0)


@pytest.fixture(autouse=True)
def small_figures(monkeypatch: pytest.MonkeyPatch) -> int:
    """Pixels cost time, and hardly a test looks at them. Returns how many an inch has otherwise."""
    dots = drawing._DPI
    monkeypatch.setattr(drawing, "_DPI", dots // 10)
    return dots


@pytest.fixture(scope="session")
def ml_100k() -> Dataset:
    """The real MovieLens 100K, from the cache or fetched."""
    return load_named("ml-100k")


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has these declarations, of data sets or families, be all that are found, as if a distribution had them."""
    module = ModuleType("declared_by_a_test")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    usual = entry_points.installed_points

    def only(*found: NamedDataset | Family) -> None:
        vars(module).update({f"set{number}": each for number, each in enumerate(found)})
        points = [
            EntryPoint(each.name, f"{module.__name__}:set{number}", DATASETS.group) for number, each in enumerate(found)
        ]
        monkeypatch.setattr(
            entry_points,
            "installed_points",
            lambda group, places: points if group == DATASETS.group else usual(group, places),
        )

    return only


@pytest.fixture
def install_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes a distribution with one thing that it registers, as an installer would, to a folder on `sys.path`."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(
        distribution: str,
        name: str,
        source: str,
        class_name: str = "Plug",
        group: str = "seqrec_bench.recommenders",
    ) -> Path:
        module = f"module_of_{distribution.replace('-', '_')}_{tmp_path.name}"
        (site / f"{module}.py").write_text(source)
        metadata = site / f"{distribution}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:{class_name}\n")
        return site

    return install


@pytest.fixture
def imply(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes fields of a model say what a record means that lacks them."""

    def say(model: str, **values: object) -> None:
        for each in dataclasses.fields(load(model)):  # type: ignore[arg-type]
            if each.name in values:
                monkeypatch.setattr(each, "metadata", {"absent": values[each.name]})

    return say


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Puts a file on a web server on this machine and returns its address; other addresses there answer 404.

    `promised` is the size that the server states, if it states one.
    """
    pages: dict[str, tuple[bytes, int | None]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content, promised = pages.get(self.path, (b"", None))
            self.send_response(200 if self.path in pages else 404)
            if promised is not None:
                self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the test's output clean."""

    def add(name: str, content: bytes, promised: int | None = None) -> str:
        pages[f"/{name}"] = content, promised
        return f"http://127.0.0.1:{server.server_port}/{name}"

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield add
        server.shutdown()
        thread.join()


@pytest.fixture
def record_dropout() -> Callable[[Any], list[Any]]:
    """Puts something in the place of a net's dropout that changes nothing and lists the values that come by."""
    import torch  # here, since most tests do without it

    def replace(net: torch.nn.Module) -> list[Any]:
        dropped: list[Any] = []

        class Recorder(torch.nn.Module):
            def forward(self, values: torch.Tensor) -> torch.Tensor:
                dropped.append(values.numpy())
                return values

        net.add_module("dropout", Recorder())
        return dropped

    return replace


@pytest.fixture(scope="session")
def view() -> View:
    return load_study("chen2020").view()


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    """Builds a record of the paper's data and protocol, with ranks drawn for its model, variant, dimension and seed."""

    def make(
        model: str,
        dimension: int,
        seed: int = 0,
        *,
        better: list[int] | None = None,
        dataset: str = "ml-100k",
        protocol: str = "loo-full-v1",
        variant: str = "paper",
        fingerprint: str = "0123456789abcdef" * 4,
        tags: str | None = None,
        version: int = 1,
        hyperparameters: dict[str, Any] | None = None,
        deterministic: bool = False,
    ) -> Record:
        drawn = np.random.default_rng([*f"{model} {variant}".encode(), dimension, seed]).integers(0, 120, N_USERS)
        ranks = np.array(drawn if better is None else better, dtype=np.int64)
        test = Ranks(better=ranks, tied=np.ones_like(ranks))
        return Record(
            key=CellKey(dataset, protocol, model, variant, dimension, seed),
            recipe=Recipe(DatasetIdentity(dataset, fingerprint, tags), version, hyperparameters or {}),
            deterministic=deterministic,
            validation=test,
            test=test,
            curve=[],
            seconds={"fit": 1.0, "score": 1.0},
            peak_memory_bytes=1,
            parameters=1,
            environment={},
        )

    return make


@pytest.fixture(scope="session")
def all_records(view: View, make_record: Callable[..., Record]) -> list[Record]:
    """A record of every cell of Table 1 and of the figures, at three seeds."""
    records = [
        make_record(row.model, dimension, seed)
        for row in view.rows
        for dimension in view.figure_dimensions
        for seed in SEEDS
    ]
    for row in view.references:
        seeds = SEEDS if row.dimension else SEEDS[:1]
        records += [make_record(row.model, row.dimension, seed, deterministic=not row.dimension) for seed in seeds]
    return records


@pytest.fixture(scope="session")
def ablation_records(make_record: Callable[..., Record]) -> list[Record]:
    """A record of AM-LSTM as published and of each of its ablations, at three seeds."""
    ablations = load_study("chen2020").ablations
    settings = {"paper": {}, **{ablation.variant: dict(ablation.settings) for ablation in ablations}}
    return [
        make_record("am-lstm", 100, seed, variant=variant, hyperparameters=settings[variant])
        for variant in settings
        for seed in SEEDS
    ]


@pytest.fixture
def plant(make_record: Callable[..., Record]) -> Callable[..., list[Record]]:
    """Plants records of one model, one for each seed.

    Args (of what is returned):
        ranks: Of all targets, or of each user's, or a function of the seed that gives either. Where all users have the
            same rank with all seeds, any difference from another such model is known without error.
    """

    def plant(
        model: str,
        ranks: int | Sequence[int] | Callable[[int], int | Sequence[int]],
        dimension: int = 100,
        *,
        variant: str = "paper",
        seeds: Sequence[int] = SEEDS,
        n_users: int = 40,
        **options: object,
    ) -> list[Record]:
        records = []
        for seed in seeds:
            of_seed = ranks(seed) if callable(ranks) else ranks
            of_users = [of_seed] * n_users if isinstance(of_seed, int) else of_seed
            better = [rank - 1 for rank in of_users]
            records.append(make_record(model, dimension, seed, better=better, variant=variant, **options))
        return records

    return plant


GivenRows = dict[str, list[tuple[str, str, int]]]
"""Users, items and times of each part of a given split."""
PARTS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}


@pytest.fixture(scope="session")
def given_rows() -> Callable[..., GivenRows]:
    """Makes rows of users with 0 to 5 validation and test targets each, in any order of users.

    Every tenth user has no training item, and every seventh nothing but the test. Some test items stand in the user's
    history, and one row stands twice.
    """

    def make(n_users: int = 30, n_items: int = 25, seed: int = 0) -> GivenRows:
        rng = np.random.default_rng(seed)
        rows: GivenRows = {part: [] for part in PARTS}
        for user in rng.permutation(n_users).tolist():
            items = (rng.permutation(n_items)[:12] + 1).tolist()
            n_train = 0 if user % 10 == 0 or user % 7 == 0 else int(rng.integers(1, 6))
            n_validation = 0 if user % 7 == 0 else int(rng.integers(0, 4))
            n_test = int(rng.integers(0, 6))
            ends = np.cumsum([n_train, n_validation, n_test]).tolist()
            for part, first, last in zip(PARTS, [0, *ends[:-1]], ends, strict=True):
                rows[part] += [(f"u{user}", f"i{item}", place) for place, item in enumerate(items[first:last], first)]
            if user % 3 == 0 and n_train and n_test:
                rows["test"].append((f"u{user}", f"i{items[0]}", ends[-1]))
        rows["train"].append(("u1", f"i{n_items}", 0))
        rows["test"] += [("u1", "i1", 50), ("u1", "i1", 50), ("u1", "i2", 51)]
        return rows

    return make


@pytest.fixture(scope="session")
def given_dataset() -> Callable[..., Dataset]:
    """Makes the data set of such rows, with a validation or without."""

    def make(rows: GivenRows, name: str = "parts") -> Dataset:
        there = [part for part in PARTS if part in rows]
        users, items, times = zip(*(row for part in there for row in rows[part]), strict=True)
        codes = np.repeat([PARTS[part] for part in there], [len(rows[part]) for part in there])
        given = GivenParts(codes.astype(np.int8), has_validation="validation" in rows)
        return prepare(name, Interactions.from_rows(users, items, times), None, given)

    return make


@pytest.fixture(scope="session")
def write_given() -> Callable[..., list[str]]:
    """Writes a csv for each part of such rows; returns the options that name them."""

    def write(folder: Path, rows: GivenRows) -> list[str]:
        folder.mkdir(parents=True, exist_ok=True)
        options = []
        for part, of_part in rows.items():
            text = "".join(f"{user},{item},{time}\n" for user, item, time in of_part)
            (folder / f"{part}.csv").write_text("user_id,item_id,timestamp\n" + text)
            options += [f"--{part}-file", str(folder / f"{part}.csv")]
        return options

    return write
