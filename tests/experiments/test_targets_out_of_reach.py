"""A model that looks for the test targets wherever a process may have them, and finds them in none that it runs in.

Its scores without them are known, so that one target found shows. That it can find them is shown in a process that has
the whole split, as the process of a cell must not.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.evaluation.protocols import PROTOCOLS
from seqrec_bench.experiments.cell import FinishedCell, Learnt, Setting, learn
from seqrec_bench.experiments.processes import CellError, CellProcesses
from seqrec_bench.recommender import Epoch
from seqrec_bench.studies.cells import Cell

PEEKING = """
import gc, mmap, os, struct, sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from seqrec_bench.experiments.channel import Channel
from seqrec_bench.experiments.examining import stand_examination


def in_frames(model, context):
    frame = sys._getframe()
    while frame:
        yield from within(dict(frame.f_locals))
        frame = frame.f_back


def in_bases(model, context):
    for array in (model.train.items, model.train.times, model.train.offsets):
        while array is not None:
            yield array
            array = array.obj if isinstance(array, memoryview) else getattr(array, "base", None)


def in_collected_objects(model, context):
    for thing in gc.get_objects():
        if str(type(thing).__module__).startswith("seqrec_bench"):
            yield from within(thing)


def in_descriptors(model, context):
    for name in os.listdir("/proc/self/fd"):
        try:
            number = int(name)
            yield mmap.mmap(number, os.fstat(number).st_size, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            pass


def in_closures(model, context):
    called = context.validate if context else model.score
    yield from within(called.__self__)
    for cell in called.__closure__ or ():
        yield from within(cell.cell_contents)


def within(thing, depth=4):
    yield thing
    if depth:
        parts = list(getattr(thing, "__dict__", {}).values())
        parts += thing.values() if isinstance(thing, dict) else thing if isinstance(thing, (list, tuple)) else ()
        for part in parts:
            if not isinstance(part, type(sys)):
                yield from within(part, depth - 1)


PLACES = {
    "frames": in_frames, "bases": in_bases, "collected objects": in_collected_objects,
    "descriptors": in_descriptors, "closures": in_closures,
}


@dataclass
class Peeking:
    place: str = "nowhere"
    when: str = "fit"

    name: ClassVar[str] = "peeking"
    version: ClassVar[int] = 1
    deterministic: ClassVar[bool] = True
    uses_order: ClassVar[bool] = False
    history_length: ClassVar[int] = 1
    n_parameters: ClassVar[int] = 0

    def fit(self, train, context):
        self.train, self.targets = train, None
        if self.place == "the examination":
            (channel,) = [thing for thing in gc.get_objects() if isinstance(thing, Channel)]
            stand_examination(self, train.n_items, channel)
        if self.when == "fit":
            self.look(context)

    def look(self, context):
        for thing in PLACES.get(self.place, lambda model, context: [])(self, context):
            if self.targets is None:
                self.targets = self.targets_in(thing)

    def targets_in(self, thing):
        '''Of a holdout with longer histories than the training data, or of all sequences, which end with them.'''
        history = getattr(thing, "history", None)
        if history is not None and len(history.items) == len(self.train.items) + self.train.n_users:
            return thing.targets
        try:
            content = bytes(thing if isinstance(thing, (mmap.mmap, np.ndarray, memoryview)) else b"")
        except ValueError:
            return None
        rows = self.train.items.reshape(self.train.n_users, -1)
        size = 4 * self.train.n_users * (rows.shape[1] + 2)
        place = content.find(rows[0].tobytes())
        while place >= 0:
            if place + size <= len(content):
                found = np.frombuffer(content, np.int32, size // 4, place).reshape(self.train.n_users, -1)
                if np.array_equal(found[:, :-2], rows):
                    return found[:, -1].astype(np.int64)
            place = content.find(rows[0].tobytes(), place + 1)
        return None

    def score(self, users, histories):
        if self.when == "score":
            self.look(None)
        scores = np.tile(np.arange(self.train.n_items + 1, dtype=np.float32), (len(users), 1))
        if self.targets is not None:
            scores[np.arange(len(users)), self.targets[users]] = 1000
        return scores
"""

PLACES = ["frames", "bases", "collected objects", "descriptors", "closures"]


def learn_with_all(cell: Cell, setting: Setting, report: Callable[[Epoch], None]) -> Learnt:
    """As `learn`, in a process that has the whole split, the test beside the validation."""
    lesson = setting.lesson
    object.__setattr__(lesson.validation, "test", setting.split.test)
    return learn(cell, lesson, report)


@pytest.fixture(autouse=True)
def peeking(install_plugin: Callable[..., Path]) -> None:
    install_plugin("peeking", "peeking", PEEKING, "Peeking")


@pytest.fixture
def setting(toy: Dataset) -> Setting:
    return Setting(toy, "cpu")


@pytest.fixture
def processes(setting: Setting) -> Iterator[CellProcesses]:
    found = CellProcesses(2, learn, setting.lesson, lambda cell, epoch: None, setting.examination)
    yield found
    found.shutdown()


def hits(finished: FinishedCell) -> float:
    """HR@1 at the test."""
    return float((finished.record.test.better == 0).mean())


def peek(place: str, when: str = "fit") -> Cell:
    return Cell("peeking", "paper", 0, 0, {"place": place, "when": when})


def test_a_cells_process_has_no_test_target_at_any_time(processes: CellProcesses) -> None:
    honest = processes.submit(peek("nowhere"))
    others = {
        (place, when): processes.submit(peek(place, when)) for place in PLACES for when in ("fit", "score")
    }  # fmt: skip
    expected = honest.result().record.test
    assert hits(honest.result()) < 0.5
    assert [name for name, other in others.items() if other.result().record.test != expected] == []


def test_a_model_that_looks_finds_them_where_a_process_has_them(setting: Setting) -> None:
    processes = CellProcesses(2, learn_with_all, setting, lambda cell, epoch: None, setting.examination)
    found = {place: processes.submit(peek(place)) for place in PLACES}
    assert {place: hits(cell.result()) for place, cell in found.items()} == dict.fromkeys(PLACES, 1.0)
    processes.shutdown()


def test_nobody_tries_out_scores_on_the_test_targets(processes: CellProcesses) -> None:
    with pytest.raises(CellError, match=r"^its process asked for another ranking of the test targets\.$"):
        processes.submit(peek("the examination")).result()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_a_process_gets_does_not_depend_on_the_test_targets(protocol: str, toy: Dataset) -> None:
    settings = [Setting(PROTOCOLS[protocol].arrange(data), "cpu", protocol) for data in (toy, with_other_targets(toy))]
    assert not np.array_equal(*(setting.split.test.targets for setting in settings))
    one, other = (pickle.dumps(setting.lesson.validation) for setting in settings)
    assert one == other


def with_other_targets(data: Dataset) -> Dataset:
    """The data with other last items."""
    items = data.sequences.items.copy()
    last = data.sequences.offsets[1:] - 1
    items[last] = items[last] % data.sequences.n_items + 1
    return replace(data, sequences=replace(data.sequences, items=items))
