import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seqrec_bench.cache import CACHE_VARIABLE
from seqrec_bench.cli.main import app
from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.evaluation.registry import build, registered
from seqrec_bench.evaluation.synthetic import synthetic_sequences
from seqrec_bench.studies.cells import Cell

UNRULY = """
import multiprocessing, os, signal, time
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from seqrec_bench.recommender import Epoch


@dataclass
class Unruly:
    fault: Literal[
        "none", "raises", "dies", "nan-in-epoch-2", "nan-at-the-end", "sleeps", "raises-late", "no-array",
        "sleeps-once", "dies-once", "waits", "kills-its-parent",
    ] = "none"
    epochs: int = 3
    report: str = ""
    says: str = ""

    name: ClassVar[str] = "unruly"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 7

    def fit(self, train, context):
        self._width, self._worst = train.n_items + 1, 0.0
        if self.says:
            context.say(self.says)
            context.say(self.says)
        if self.fault == "raises":
            raise ZeroDivisionError("no luck")
        if self.fault == "dies":
            if os.fork() == 0:  # what it has started lives on, with all its descriptors
                time.sleep(600)
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "dies-once" and not os.path.exists("died"):
            open("died", "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "sleeps":
            time.sleep(600)
        if self.fault == "sleeps-once" and not os.path.exists("slept"):
            open("slept", "w").close()
            time.sleep(600)
        while self.fault == "waits" and not os.path.exists("go"):
            time.sleep(0.01)
        if self.fault == "kills-its-parent":
            while not os.path.exists("known"):  # its start, of which the parent tells
                time.sleep(0.01)
            os.remove("known")
            os.kill(multiprocessing.parent_process().pid, signal.SIGKILL)
            os._exit(1)
        if self.report:
            context.report(eval(self.report))
            return
        for number in range(1, self.epochs + 1):
            self._worst = np.nan if self.fault == "nan-in-epoch-2" and number == 2 else 0.0
            context.report(Epoch(number, 1.0 / number, context.validate(), 0.5))
        self._worst = np.nan if self.fault == "nan-at-the-end" else 0.0

    def score(self, users, histories):
        scores = np.tile(np.arange(self._width, dtype=np.float32), (len(users), 1))
        return scores + np.float32(self._worst)

    def state(self):
        if self.fault == "raises-late":
            raise ZeroDivisionError("no luck with the state")
        worst = self._worst if self.fault == "no-array" else np.array(self._worst)
        return {"worst": worst, "ballast": np.arange(1_000_000).reshape(1000, 1000).T}

    def restore(self, train, state):
        self._width, self._worst = train.n_items + 1, state["worst"]
"""
"""A recommender that fails as it is told to; else it scores item i by i."""


@pytest.fixture(scope="session")
def unruly_source() -> str:
    return UNRULY


@pytest.fixture
def unruly(install_plugin: Callable[..., Path]) -> Path:
    """Installs the recommender `unruly` and returns the folder that it lies in."""
    return install_plugin("unruly", "unruly", UNRULY, "Unruly")


@pytest.fixture
def toy() -> Dataset:
    """30 users with 8 of 12 items each, in an order that can be learnt."""
    sequences = synthetic_sequences(n_users=30, n_items=12, length=8, order=0.8, seed=1)
    users, items = [f"u{user}" for user in sequences.users], [f"i{item}" for item in sequences.items]
    return prepare("toy", Interactions.from_rows(users, items, sequences.times), None)


PLANTED = """
import itertools

import numpy as np
from seqrec_baselines.popularity import Popularity


class ByHash(Popularity):
    name = "by-hash"

    def fit(self, train, context):
        numbers = {str(item) for item in range(train.n_items + 1)}
        self._counts = np.array([float(number) for number in numbers], dtype=np.float32)


class ByGlobalState(Popularity):
    name = "by-global-state"

    def fit(self, train, context):
        self._counts = np.random.random(train.n_items + 1).astype(np.float32)


class ByEarlierCells(Popularity):
    name = "by-earlier-cells"
    seeds = itertools.count()

    def fit(self, train, context):
        self._counts = np.random.default_rng(next(self.seeds)).random(train.n_items + 1, dtype=np.float32)


class ByCalls(Popularity):
    name = "by-calls"

    def fit(self, train, context):
        super().fit(train, context)
        self._rng = np.random.default_rng(context.seed)

    def score(self, users, histories):
        return self._rng.random((len(users), len(self._counts)), dtype=np.float32)
"""
"""Recommenders whose answers depend on what they must not depend on, each on something else."""

PLANTED_NAMES = ("by-calls", "by-earlier-cells", "by-global-state", "by-hash")


@pytest.fixture(scope="session")
def planted_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the distribution of the planted recommenders, to be put on `sys.path`."""
    site = tmp_path_factory.mktemp("planted")
    metadata = site / "planted-1.0.dist-info"
    metadata.mkdir()
    (site / "planted_module.py").write_text(PLANTED)
    classes = ("ByCalls", "ByEarlierCells", "ByGlobalState", "ByHash")
    points = [f"{name} = planted_module:{found}" for name, found in zip(PLANTED_NAMES, classes, strict=True)]
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("\n".join(["[seqrec_bench.recommenders]", *points]))
    return site


@pytest.fixture(scope="session")
def same_files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name data of 300 users, more than are scored at once, with tags and cold items."""
    folder = tmp_path_factory.mktemp("same")
    sequences = synthetic_sequences(n_users=300, n_items=40, length=8, order=0.6, seed=3)
    rows = [f"{u},{i},{t}" for u, i, t in zip(sequences.users, sequences.items, sequences.times // 2, strict=True)]
    rows += [f"{user},{41 + user},9" for user in range(5)]  # items that nobody has in training
    (folder / "ratings.csv").write_text("user_id,item_id,timestamp\n" + "\n".join(rows))
    tags = [
        f"{item},{'|'.join(f'tag{number}' for number in range(1, 9) if item % number == 0)}" for item in range(1, 46)
    ]
    (folder / "tags.csv").write_text("item_id,tags\n" + "\n".join(tags))
    return ["--interactions", str(folder / "ratings.csv"), "--tags", str(folder / "tags.csv")]


@pytest.fixture(scope="session")
def same_command(same_files: list[str]) -> Callable[[list[str], Path], list[str]]:
    """The arguments of a run that trains these models briefly, in this order."""

    def command(models: list[str], results: Path) -> list[str]:
        settings = [f"{model}.{key}={value}" for model in models for key, value in brief(model).settings.items()]
        options = [part for setting in settings for part in ("--set", setting)]
        fixed = ["--variant", "brief", "--dims", "8", "--seeds", "0", "--results", str(results)]
        return ["run", "--models", ",".join(models), *options, *fixed, *same_files]

    return command


def brief(model: str) -> Cell:
    """The cell of a short training of this model, whatever it is: with two epochs where it has epochs."""
    fields = vars(build(model, 8, {}))
    settings = {name: 2 for name in ("epochs", "skip_gram_epochs") if name in fields}
    return Cell(model, "brief", 8 if "dimension" in fields else 0, 0, settings)


@pytest.fixture(scope="session")
def brief_cell() -> Callable[[str], Cell]:
    return brief


@pytest.fixture(scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For skip-gram vectors: the user's may be from another processor, and differ in their last digits."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def alone(
    planted_site: Path,
    same_command: Callable[[list[str], Path], list[str]],
    own_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The results of a run of all registered and planted recommenders, one after another, each in its own process."""
    results = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(own_cache))
        patch.syspath_prepend(planted_site)
        done = CliRunner().invoke(app, [*same_command(sorted(registered()), results), "--jobs", "1"])
    assert done.exit_code == 0, done.output
    return results


@pytest.fixture(scope="session")
def files_of() -> Callable[..., dict[str, bytes]]:
    """Reads the files of a results directory, or of one model in it; see `read_files`."""
    return read_files


def read_files(root: Path, model: str = "*") -> dict[str, bytes]:
    """The files by name, records without what may differ between two runs of a cell."""
    files = {str(path.relative_to(root)): path.read_bytes() for path in root.glob(f"*/*/{model}/*")}
    return {name: without_timings(file) if name.endswith(".json") else file for name, file in files.items()}


def without_timings(record: bytes) -> bytes:
    fields = json.loads(record)
    for epoch in fields["curve"]:
        del epoch["seconds"]
    del fields["seconds"], fields["peak_memory_bytes"]
    return json.dumps(fields).encode()
