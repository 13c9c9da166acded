"""A few trials of the soak, and that it sees what it is there to see."""

import json
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.soak.bench import Bench
from benchmarks.soak.stores import Snapshot, differences, look, lost, written_again
from benchmarks.soak.trials import Findings, Trial

Fault = Callable[[Path], object]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("soak"), with_torch=False)


def found(bench: Bench, by: signal.Signals, n_at_once: int) -> Findings:
    """What one trial finds, but for how soon a run ends: that is for a quiet machine to say."""
    findings = Findings()
    trial = Trial(bench, by, random.Random(1), findings, f"{by.name}-{n_at_once}")
    trial.alone(n_kills=1) if n_at_once == 1 else trial.two_at_once()
    findings.faults = [fault for fault in findings.faults if "to end" not in fault]
    return findings


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(bench: Bench, by: signal.Signals) -> None:
    assert found(bench, by, 1).faults == []


def test_of_two_runs_at_once_one_may_be_killed(bench: Bench) -> None:
    assert found(bench, signal.SIGTERM, 2).faults == []


@pytest.fixture
def store(bench: Bench, tmp_path: Path) -> Path:
    """A copy of the uninterrupted run's results."""
    for path in bench.reference.rglob("*.*"):
        copy = tmp_path / "copy" / path.relative_to(bench.reference)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return tmp_path / "copy"


def test_a_sound_store_has_no_faults(bench: Bench, store: Path) -> None:
    found = look(store)
    assert (found.hidden, found.broken, differences(store, bench.reference)) == ([], [], [])
    assert len(found.records) == 4
    assert lost(found, found) == written_again(found, found) == []


@pytest.mark.parametrize("ending", [".json", ".safetensors"])
def test_half_a_file_is_seen(store: Path, ending: str) -> None:
    path = next(store.rglob(f"*{ending}"))
    path.write_bytes(path.read_bytes()[:-100])
    assert look(store).broken


def test_what_is_left_lost_or_written_again_is_seen(bench: Bench, store: Path) -> None:
    before = look(store)
    first, second, *_ = sorted(store.rglob("*.json"))
    first.with_name(f".{first.name}.claim").touch()
    first.unlink()
    second.write_text(second.read_text())
    after = look(store)
    assert [Path(name).name for name in after.hidden] == [f".{first.name}.claim"]
    assert lost(before, after) == [first.relative_to(store).as_posix()]
    assert written_again(before, after) == [second.relative_to(store).as_posix()]
    assert differences(store, bench.reference) == sorted([*after.hidden, *lost(before, after)])
    assert lost(Snapshot(), after) == written_again(Snapshot(), after) == []


def test_other_figures_are_a_difference_and_other_timings_are_none(bench: Bench, store: Path) -> None:
    path = next(store.rglob("*.json"))
    fields = json.loads(path.read_text())
    fields["seconds"]["fit"] += 1.0
    path.write_text(json.dumps(fields))
    assert differences(store, bench.reference) == []
    fields["test"]["better"][0] += 1
    path.write_text(json.dumps(fields))
    assert differences(store, bench.reference) == [path.relative_to(store).as_posix()]
