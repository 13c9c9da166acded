from collections.abc import Callable
from pathlib import Path

import pytest

from seqrec_bench.data import Dataset, Interactions, prepare
from seqrec_bench.evaluation.synthetic import synthetic_sequences

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

    name: ClassVar[str] = "unruly"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = False
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 7

    def fit(self, train, context):
        self._width, self._worst = train.n_items + 1, 0.0
        if self.fault == "raises":
            raise ZeroDivisionError("no luck")
        if self.fault == "dies":
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
            time.sleep(0.05)
        if self.fault == "kills-its-parent":
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
