"""The options that say under which protocol a command works, the same for every command that arranges data."""

from typing import Annotated

import typer

from seqrec_bench.evaluation.protocols import LOO_FULL, MIN_CORE, Protocol, find_protocol, on_core

ProtocolOption = Annotated[
    str | None,
    typer.Option("--protocol", metavar="NAME", help="Another protocol, such as time-full-v1.", show_default=LOO_FULL),
]
KCoreOption = Annotated[
    int | None,
    typer.Option(
        "--k-core", metavar="K", min=MIN_CORE, help="Only users and items with K interactions: loo-full-<K>core-v1."
    ),
]


def choose_protocol(protocol: str | None, k_core: int | None) -> Protocol:
    """The protocol that the options name.

    Raises:
        InputError: There is no such protocol.
    """
    name = find_protocol(protocol or LOO_FULL).name
    return find_protocol(name if k_core is None else on_core(name, k_core))
