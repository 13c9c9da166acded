"""A client of an existing Dask scheduler."""

import asyncio
import logging

import distributed
from distributed.core import rpc
from distributed.security import Security

from seqrec_bench.deadline import in_time
from seqrec_bench.errors import InputError

CONNECT_SECONDS = 10.0
"""After so long, whatever is at an address is taken for no scheduler."""


def connect(address: str) -> distributed.Client:
    """A client of the scheduler at ``HOST:PORT``.

    Dask waits for some answers without end, whatever its timeout, so that it has to be asked in time.

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


def n_threads(client: distributed.Client) -> int:
    """How many cells the workers run side by side as of now."""
    return sum(client.nthreads().values())
