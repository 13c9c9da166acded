"""Time and memory, measured so that figures of one table can be compared."""

import multiprocessing
import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

ArgumentsT = ParamSpec("ArgumentsT")
ResultT = TypeVar("ResultT")

MB = 10**6


def best_of(n_turns: int, *functions: Callable[[], object]) -> list[float]:
    """The least seconds that each of the functions took; they take turns, so that a busy spell hits all of them."""
    seconds = [[seconds_of(function) for function in functions] for _ in range(n_turns)]
    return [min(turns) for turns in zip(*seconds, strict=True)]


def seconds_of(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def in_fresh_process(
    function: Callable[ArgumentsT, ResultT], *arguments: ArgumentsT.args, **named: ArgumentsT.kwargs
) -> ResultT:
    """What the function returns in a new process: memory that it needed is given back, and none was used before."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments, **named).result()


def memory_in_use(process: int | None = None) -> int:
    """Bytes of memory that the process of that number, or else this one, has now. Linux only."""
    return _status("VmRSS", process)


def peak_memory() -> int:
    """Bytes of memory that this process has had at most. Linux only."""
    return _status("VmHWM")


def _status(key: str, process: int | None = None) -> int:
    status = Path("/proc") / ("self" if process is None else str(process)) / "status"
    found = re.search(rf"^{key}:\s+(\d+) kB", status.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise OSError(f"{status} has no {key}")
    return int(found[1]) * 1024
