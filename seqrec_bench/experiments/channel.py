"""Messages between a run and the process of one of its cells, for which neither waits once the other is dead."""

import pickle
import select
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("!Q")
"""Goes before each message: its size in bytes."""


class Channel:
    """One end of a socket pair; given to a process as an argument, it arrives there.

    That the other process is dead does not show by the socket alone: a process that it has forked may hold its end.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._sentinel: int | None = None

    @staticmethod
    def pair() -> tuple["Channel", "Channel"]:
        first, second = socket.socketpair()
        return Channel(first), Channel(second)

    def watch(self, sentinel: int) -> None:
        """From now on, nothing is waited for once the sentinel, that of the other process, can be read."""
        self._sentinel = sentinel
        self._end.setblocking(False)

    def send(self, message: Any) -> None:
        """Raises `EOFError` if the other process is dead, or listens no more."""
        self.send_bytes(pickle.dumps(message, protocol=5))

    def receive(self) -> Any:
        """The next message.

        Raises:
            EOFError: The other process has died before the message, or in the middle of it.
        """
        return pickle.loads(self.receive_bytes())  # noqa: S301 (from the run, or from a process that it started)

    def send_bytes(self, content: bytes | memoryview) -> None:
        """As `send`, as it is."""
        for part in (_LENGTH.pack(len(content)), content):
            self._write(memoryview(part))

    def receive_bytes(self) -> bytearray:
        """As `receive`, what `send_bytes` was given."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        return self._read(length)

    def close(self) -> None:
        self._end.close()

    def _write(self, content: memoryview) -> None:
        while content:
            try:
                content = content[self._end.send(content) :]
            except BlockingIOError:
                self._wait(select.POLLOUT)
            except ConnectionError as error:
                raise EOFError from error

    def _read(self, length: int) -> bytearray:
        found = bytearray(length)
        rest = memoryview(found)
        while rest:
            try:
                size = self._end.recv_into(rest)
            except BlockingIOError:
                self._wait(select.POLLIN)
                continue
            except ConnectionError as error:
                raise EOFError from error
            if size == 0:
                raise EOFError
            rest = rest[size:]
        return found

    def _wait(self, event: int) -> None:
        """Until the socket is ready for the event; `EOFError` if the other process is dead and it is not."""
        assert self._sentinel is not None
        waiting = select.poll()
        waiting.register(self._end, event)
        waiting.register(self._sentinel, select.POLLIN)
        ready = {descriptor for descriptor, _ in waiting.poll()}
        if self._end.fileno() not in ready:  # all that a dead process has sent could be read before that
            raise EOFError
