"""What an address gives, written into a file: never waited for without end, and never without a limit of bytes."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from seqrec_bench.deadline import in_time

TIMEOUT_SECONDS = 30
"""How long an answer is waited for, and then each `CHUNK` of it."""

CHUNK = 2**18
"""Bytes: with the seconds above, the slowest download that is waited for has 8.7 kB a second."""

MOST_BYTES = 2**30
"""What a file may have whose declaration says nothing else. A server that never ends would fill the disk."""

Result = TypeVar("Result")


class SourceUnavailableError(Exception):
    """A source can't give its files; the message is the cause in short."""


def stream(
    url: str, output: str, pooch: object, received: Callable[[int, int | None], None], most_bytes: int = MOST_BYTES
) -> None:
    """Writes what the address gives into the file `output`: a downloader as pooch wants it.

    Args:
        received: Told of the bytes so far, first 0, and of how many, if that is known.
        most_bytes: What may come.

    Raises:
        SourceUnavailableError: It gives nothing, or too slowly, or too much.
    """
    import requests

    try:
        response = _received_in_time(partial(requests.get, url, timeout=2 * TIMEOUT_SECONDS, stream=True), "no answer")
        response.raise_for_status()
        stated = response.headers.get("Content-Length", "")
        expected = int(stated) if stated.isdecimal() else None
        received(0, expected)
        pieces, n_bytes = response.iter_content(CHUNK), 0
        with Path(output).open("wb") as file:
            while chunk := _received_in_time(partial(_next_chunk, pieces), f"fewer than {CHUNK:,} bytes came"):
                n_bytes += len(chunk)
                if n_bytes > most_bytes:
                    raise SourceUnavailableError(f"more than {most_bytes:,} bytes came")
                file.write(chunk)
                received(n_bytes, expected)
    except requests.HTTPError as error:
        raise SourceUnavailableError(f"the server answered {error.response.status_code}") from error
    except requests.RequestException as error:
        raise SourceUnavailableError(f"no connection ({type(error).__name__})") from error


def _next_chunk(pieces: Iterator[bytes]) -> bytes:
    """`CHUNK` bytes, or a piece more, put together of what a server may send byte by byte; fewer at the end."""
    chunk = b""
    while len(chunk) < CHUNK and (piece := next(pieces, b"")):
        chunk += piece
    return chunk


def _received_in_time(work: Callable[[], Result], failure: str) -> Result:
    """What the work returns or raises, if that is within `TIMEOUT_SECONDS`, else `SourceUnavailableError`.

    A socket's own timeout begins anew with every byte. Work that is late is left alone, and ends once the server is
    silent: to close its connection, one would have to wait.
    """
    try:
        return in_time(work, TIMEOUT_SECONDS)
    except TimeoutError as error:
        raise SourceUnavailableError(f"{failure} within {TIMEOUT_SECONDS} seconds") from error
