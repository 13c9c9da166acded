"""What arrives in another process: the same object, its arrays in one place of memory for all."""

import multiprocessing
import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from seqrec_bench.data import Dataset
from seqrec_bench.errors import InputError
from seqrec_bench.experiments.cell import Setting
from seqrec_bench.experiments.shared import Shared


@dataclass(frozen=True)
class Thing:
    name: str
    arrays: list[npt.NDArray[Any]]


def send(work: Any, thing: object) -> Any:
    """What the work makes of the object in another process."""
    with closing(Shared(thing)) as shared:
        return send_shared(work, shared)


def send_shared(work: Any, shared: Shared[Any]) -> Any:
    context = multiprocessing.get_context("forkserver")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(shared, sender))
    process.start()
    found = receiver.recv()
    process.join()
    return found


def answer(thing: Any, sender: Any) -> None:
    sender.send(thing)


def answer_whether_writable(thing: Thing, sender: Any) -> None:
    sender.send([array.flags.writeable for array in thing.arrays])


def answer_private_memory(thing: Thing, sender: Any) -> None:
    """In bytes, after every array was read."""
    sums = [float(array.sum()) for array in thing.arrays]
    status = Path(f"/proc/{os.getpid()}/status").read_text()
    sender.send((sums, int(status.partition("RssAnon:")[2].split()[0]) * 1024))


def test_the_object_arrives_as_it_was() -> None:
    arrays = [
        np.arange(7, dtype=np.int32),
        np.array([], dtype=np.float64),
        np.array(["x", "", "wörter"]),
        np.arange(6.0).reshape(2, 3),
        np.array(3, dtype=np.int8),
    ]
    with closing(Shared(Thing("five", arrays))) as shared:
        for found in [send_shared(answer, shared) for _ in range(2)]:  # as many processes as you like
            assert found.name == "five"
            for array, expected in zip(found.arrays, arrays, strict=True):
                assert array.dtype == expected.dtype
                np.testing.assert_array_equal(array, expected)


def test_an_object_without_arrays_arrives_too() -> None:
    assert send(answer, {"seed": 3}) == {"seed": 3}


def test_a_setting_arrives_with_its_data_and_their_split(toy: Dataset) -> None:
    setting = Setting(toy, "cpu")
    found = send(answer, setting)
    assert (found.device, found.dataset.fingerprint) == ("cpu", toy.fingerprint)
    np.testing.assert_array_equal(found.split.test.targets, setting.split.test.targets)
    np.testing.assert_array_equal(found.split.train.items, setting.split.train.items)


def test_nobody_can_write_to_what_all_have() -> None:
    assert send(answer_whether_writable, Thing("one", [np.arange(3)])) == [False]


def test_the_arrays_are_not_copied_into_each_process() -> None:
    size = 80_000_000
    small, large = (Thing("", [np.ones(n, dtype=np.int8)]) for n in (1, size))
    _, before = send(answer_private_memory, small)
    sums, after = send(answer_private_memory, large)
    assert sums == [size]
    assert after - before < size / 4


def test_no_file_is_to_be_seen(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with closing(Shared(Thing("one", [np.arange(3)]))):
        assert list(tmp_path.iterdir()) == []


def test_a_full_directory_for_temporary_files_is_named(monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(InputError, match=r"^The data for the cells can't be put into /nowhere \(No such file or direc"):
        Shared(Thing("one", [np.arange(3)]))
