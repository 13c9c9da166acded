"""A client of an existing Dask scheduler, and what is asked of one in time."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NoReturn, TypeVar

import distributed
from distributed.core import rpc
from distributed.security import Security

from seqrec_bench.errors import InputError

CONNECT_SECONDS = 10.0
"""After so long, whatever is at an address is taken for no scheduler."""

T = TypeVar("T")


def connect(address: str) -> distributed.Client:
    """A client of the scheduler at ``HOST:PORT``.

    Raises:
        InputError: No scheduler answers there.
    """
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is told of by the cells
    try:
        return in_time(lambda: _connect(address), CONNECT_SECONDS)
    except Exception as error:  # of any kind: what another server sends is read as if it were a scheduler's
        raise InputError(
            f"No Dask scheduler answers at {address} within {CONNECT_SECONDS:.0f} s: start one there, or name another."
        ) from error


def _connect(address: str) -> distributed.Client:
    asyncio.run(_require_scheduler(address))  # a client that gets no answer takes 20 s more to be given up
    return distributed.Client(address, timeout=CONNECT_SECONDS, name="seqrec-bench", set_as_default=False)


async def _require_scheduler(address: str) -> None:
    """Raises if nobody answers at the address as a scheduler does."""
    arguments = Security().get_connection_args("client")
    async with rpc(address, timeout=CONNECT_SECONDS, connection_args=arguments) as there:
        if (await there.identity())["type"] != "Scheduler":
            raise ValueError


def in_time(work: Callable[[], T], seconds: float) -> T:
    """Does the work in a thread of its own, since Dask waits for some answers without end, whatever its timeout.

    Raises:
        TimeoutError: It was not done after so long; the thread is left to itself.
    """
    found: SimpleQueue[Callable[[], T]] = SimpleQueue()

    def try_it() -> None:
        try:
            done = work()
        except BaseException as error:
            found.put(partial(_raise, error))
        else:
            found.put(lambda: done)

    Thread(target=try_it, name="asking Dask", daemon=True).start()
    try:
        outcome = found.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    return outcome()


def _raise(error: BaseException) -> NoReturn:
    raise error


def n_threads(client: distributed.Client) -> int:
    """How many cells the workers run side by side as of now."""
    return sum(client.nthreads().values())
