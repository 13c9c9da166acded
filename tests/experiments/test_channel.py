"""What is sent arrives, and a dead process is waited for by nobody, whoever holds its end."""

import os
import socket
from collections.abc import Iterator

import numpy as np
import pytest

from seqrec_bench.experiments.channel import Channel


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    found = Channel.pair()
    yield found
    for end in found:
        end.close()


@pytest.fixture
def sentinel() -> Iterator[tuple[int, int]]:
    """A pipe: what is watched, and what dies when it is closed."""
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)


def test_messages_and_bytes_arrive_in_order(ends: tuple[Channel, Channel]) -> None:
    here, there = ends
    here.send({"a": [1, None]})
    here.send_bytes(np.arange(3, dtype=np.float32).data.cast("B"))
    here.send_bytes(b"")
    assert there.receive() == {"a": [1, None]}
    assert np.frombuffer(there.receive_bytes(), dtype=np.float32).tolist() == [0, 1, 2]
    assert there.receive_bytes() == b""


def test_what_a_dead_process_has_sent_is_read_and_then_it_is_dead(
    ends: tuple[Channel, Channel], sentinel: tuple[int, int]
) -> None:
    here, there = ends
    here.watch(sentinel[0])
    there.send("the last word")
    there._end.send(b"\0\0\0")  # of a length, which has eight bytes
    os.close(sentinel[1])  # and the other end stays open, as in a process that it forked
    assert here.receive() == "the last word"
    with pytest.raises(EOFError):
        here.receive()


def test_nobody_waits_to_be_read_by_a_dead_process(ends: tuple[Channel, Channel], sentinel: tuple[int, int]) -> None:
    here, there = ends
    here._end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    here.watch(sentinel[0])
    os.close(sentinel[1])
    with pytest.raises(EOFError):
        here.send_bytes(bytes(10_000_000))
    assert there._end.recv(8)


def test_an_end_that_is_closed_is_as_good_as_dead(ends: tuple[Channel, Channel]) -> None:
    here, there = ends
    there.close()
    with pytest.raises(EOFError):
        here.send(1)
    with pytest.raises(EOFError):
        here.receive()
