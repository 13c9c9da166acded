"""What is done in time comes back as it is, and what is late is left alone."""

import threading

import pytest

from seqrec_bench.deadline import in_time


def test_what_the_work_returns_or_raises_comes_back() -> None:
    assert in_time(lambda: 7, seconds=60) == 7
    with pytest.raises(SystemExit):
        in_time(exit, seconds=60)


def test_work_that_is_late_is_left_alone() -> None:
    ended = threading.Event()
    with pytest.raises(TimeoutError):
        in_time(ended.wait, seconds=0.01)
    ended.set()
